"""Projects of Google Cloud: where a resource lies, what tells its environment, and who has a secret there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from policypack.authority import authority
from policypack.model import Infrastructure, Reference, Unknown, replace
from tests.build.conftest import made, provider, store, unknown

Picture: TypeAlias = "Callable[..., Infrastructure]"


@pytest.mark.parametrize(
    ("block", "values", "project"),
    [
        ({"project": "shop"}, {}, "shop"),
        ({"project": "shop"}, {"project": "other"}, "other"),
        ({"project": "shop"}, {"project": "projects/other"}, "other"),
        ({"project": "shop"}, {"id": "projects/third/zones/a/disks/d"}, "third"),
        ({"project": "shop"}, {"self_link": "https://www.googleapis.com/compute/v1/projects/fourth/zones/a/disks/d"}, "fourth"),
        ({}, {}, None),
        ({"project": "shop"}, {"project": Unknown("var.project has no value")}, None),
    ],
)
def test_the_project_that_a_resource_lies_in(
    picture: Picture, block: dict[str, Any], values: dict[str, Any], project: str | None
) -> None:
    """A resource's own argument and id win over the provider block; what is not known is not taken from there."""
    domain = store(
        picture(provider("google", **block), made("google_compute_disk.d", **values)), "google_compute_disk.d"
    ).domain
    assert domain.id == project if project else isinstance(domain.id, Unknown)


def test_a_key_lies_where_its_ring_lies(picture: Picture) -> None:
    """A key has no project of its own: that of its key ring counts, by reference and by name."""
    ring = made("google_kms_key_ring.r", name="r", project="keys")
    for key_ring in (unknown("google_kms_key_ring.r", "id"), "projects/keys/locations/eu/keyRings/r"):
        built = picture(provider("google", project="shop"), ring, made("google_kms_crypto_key.k", name="k", key_ring=key_ring))
        assert store(built, "google_kms_crypto_key.k").domain.id == "keys"


def test_one_project_under_two_providers(picture: Picture) -> None:
    """The providers google and google-beta are one platform: a project is the same project under both."""
    beta = replace(made("google_compute_disk.b", name="b", provider_key="google-beta"), provider="google-beta")
    built = picture(
        provider("google", project="shop"), provider("google-beta", project="shop"), made("google_compute_disk.a"), beta
    )
    one, other = (store(built, f"google_compute_disk.{name}").domain for name in "ab")
    assert (one.provider, one.id) == (other.provider, other.id) == ("google", "shop")


def test_what_names_the_project_is_the_same_project(picture: Picture) -> None:
    """Two resources whose project is the same unknown lie in one project, whichever it is."""
    where = Unknown("var.project has no value", references=(Reference("var.project"),))
    built = picture(made("google_compute_disk.a", project=where), made("google_compute_disk.b", project=where))
    one, other = (store(built, f"google_compute_disk.{name}").domain for name in "ab")
    assert one.key == other.key
    assert "the project that var.project names" in str(one)


@pytest.mark.parametrize(
    ("values", "block", "environment", "reason"),
    [
        ({"labels": {"env": "dev"}}, {}, "development", "its tag env = dev"),
        ({"settings": [{"user_labels": {"env": "staging"}}]}, {}, "staging", "its tag env = staging"),
        ({}, {"default_labels": {"environment": "qa"}}, "qa", "its tag environment = qa"),
        ({}, {"project": "shop-dev"}, "development", "its project shop-dev"),
        ({"labels": Unknown("not known")}, {}, "production", "nothing says otherwise"),
    ],
)
def test_labels_and_projects_tell_the_environment(
    picture: Picture, values: dict[str, Any], block: dict[str, Any], environment: str, reason: str
) -> None:
    """Labels are tags, in a resource, its settings and the provider block; a project's name may tell as well."""
    built = picture(provider("google", **block), made("google_sql_database_instance.x", **values))
    found = store(built, "google_sql_database_instance.x").environment
    assert found.name == environment
    assert reason in found.reason


def test_credentials_of_google(picture: Picture) -> None:
    """A key in the provider block, a key of a service account and one for HMAC are bearer secrets; a file name is shown to nobody."""
    built = picture(
        provider("google", credentials='{"private_key": "hunter2"}'),
        made("google_service_account_key.k", service_account_id="agent"),
        made("google_storage_hmac_key.h", service_account_email="a@b"),
        made("google_apikeys_key.a", name="a"),
    )
    labels = {each.label for each in built.credentials}
    assert {
        "service account key in the provider block",
        "service account key",
        "HMAC key of a service account",
        "API key",
    } == labels
    assert "hunter2" not in "".join(step.text for each in built.credentials for step in each.evidence)
    assert all(each.scoped is True and each.expires is False for each in built.credentials)


def test_aws_administrators_have_no_power_over_google(picture: Picture) -> None:
    """What an AWS policy allows is said about AWS alone, whatever the names of actions look like."""
    built = picture(
        made("google_storage_bucket.b", name="b"),
        made("aws_s3_bucket.b", bucket="b"),
        made("aws_iam_user.agent", name="agent"),
        made(
            "aws_iam_user_policy.all",
            user="agent",
            policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        ),
    )
    targets = {each.target for each in authority(built).powers_of("aws_iam_user.agent")}
    assert "aws_s3_bucket.b" in targets
    assert not any(target.startswith("google_") for target in targets)
