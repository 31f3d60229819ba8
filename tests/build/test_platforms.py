"""Who can act on platforms: kept tokens, and the tokens, teams and users that resources make."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from policypack.authority import authority
from policypack.model import Identity, IdentityKind, Infrastructure, Outcome, Unknown, Verb, is_unknown
from policypack.settings import Settings
from tests.build.conftest import made, picture, provider, unknown

__all__ = ["picture"]  # the fixture
Picture = Callable[..., Infrastructure]
SERVICE = made("railway_service.db", name="db", project_id="p", volume={"name": "v", "mount_path": "/d"})


def can(built: Infrastructure, identity: str, verb: Verb, target: str) -> Outcome:
    """Whether somebody can do something to a target."""
    found = [each.outcome for each in authority(built).who_can(verb, target) if each.identity == identity]
    return max(found, key=lambda each: each.rank, default=Outcome.NO)


def one(built: Infrastructure, address: str) -> Identity:
    """The identity at an address."""
    return next(each for each in built.identities if each.address == address)


KEEPERS = [
    ("github_actions_secret.s", {"secret_name": "RAILWAY_API_TOKEN", "value": Unknown("var")}),
    ("github_actions_secret.s", {"secret_name": "PROD_RAILWAY_API_TOKEN", "plaintext_value": "x"}),
    ("tfe_variable.s", {"key": "TF_VAR_railway_api_token", "value": "x"}),
    ("tfe_variable.s", {"key": "token", "value": unknown("var.railway_api_token", "")}),
    ("railway_variable.s", {"name": "RAILWAY_API_TOKEN", "value": "x"}),
    (
        "railway_variable_collection.s",
        {"variables": [{"name": "PORT", "value": "1"}, {"name": "RAILWAY_API_TOKEN", "value": "x"}]},
    ),
    ("railway_variable_collection.s", {"variables": {"RAILWAY_API_TOKEN": "x"}}),
    ("vault_kv_secret_v2.s", {"name": "ci", "mount": "kv", "data_json": json.dumps({"RAILWAY_API_TOKEN": "x"})}),
    (
        "vault_kv_secret_v2.s",
        {"name": "ci", "mount": "kv", "data_json": Unknown("json", document={"railwayApiToken": Unknown("var")})},
    ),
    ("aws_ssm_parameter.s", {"name": "/prod/RAILWAY_API_TOKEN", "value": "x", "type": "SecureString"}),
    ("aws_lambda_function.s", {"environment": [{"variables": {"RAILWAY_API_TOKEN": Unknown("var")}}]}),
    (
        "aws_ecs_task_definition.s",
        {"container_definitions": json.dumps([{"name": "a", "environment": [{"name": "RAILWAY_API_TOKEN", "value": "x"}]}])},
    ),
    ("azurerm_key_vault_secret.s", {"name": "railway-api-token", "value": "x", "key_vault_id": "v"}),
    ("azurerm_linux_web_app.s", {"name": "a", "app_settings": {"RAILWAY_API_TOKEN": "x"}}),
    ("google_secret_manager_secret_version.s", {"secret": "projects/p/secrets/railway-api-token", "secret_data": "x"}),
    ("kubernetes_secret_v1.s", {"metadata": [{"name": "ci"}], "data": {"RAILWAY_API_TOKEN": "x"}}),
    ("supabase_edge_function_secrets.s", {"secrets": [{"name": "RAILWAY_API_TOKEN", "value": "x"}]}),
    ("digitalocean_app.s", {"spec": [{"worker": [{"env": [{"key": "RAILWAY_API_TOKEN", "value": "x"}]}]}]}),
]


@pytest.mark.parametrize(("address", "values"), KEEPERS, ids=lambda each: each if isinstance(each, str) else "")
def test_a_token_is_known_by_the_name_that_it_is_kept_under(picture: Picture, address: str, values: dict[str, Any]) -> None:
    """Wherever it is kept, by its own name or that of the variable that its value comes from, it is a token that destroys."""
    built = picture(SERVICE, made(address, **values))
    (token,) = [each for each in built.credentials if each.kept]
    assert (token.provider, token.scoped, token.resource.address) == ("railway", False, address)
    assert can(built, address, Verb.DESTROY, "railway_service.db") is Outcome.YES


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("RAILWAY_ACME_TOKEN", "unknown"),
        ("RAILWAY_PROJECT_ID", "nothing"),
        ("NPM_TOKEN", "nothing"),
        ("SUPABASE_ACCESS_TOKEN", "nothing"),
        ("", "nothing"),
    ],
)
def test_a_name_that_only_resembles_one_is_uncertain(picture: Picture, name: str, found: str) -> None:
    """What begins and ends like a token's name may be one; what does not, and what belongs to a platform that is not here, is none."""
    built = picture(SERVICE, made("github_actions_secret.s", secret_name=name, value="x"))
    scoped = ["unknown" if is_unknown(each.scoped) else each.scoped for each in built.credentials if each.kept]
    assert scoped == ([found] if found != "nothing" else [])


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"environment": "production"}, Outcome.YES),
        ({"environment": "staging"}, Outcome.NO),
        ({"environment": unknown("github_repository_environment.staging", "environment")}, Outcome.NO),
        ({"value": unknown("var.staging_token", "")}, Outcome.NO),
        ({"environment": "staging", "value": unknown("var.prod_token", "")}, Outcome.YES),
        ({}, Outcome.MAYBE),
    ],
)
def test_a_token_of_one_environment_reaches_that(picture: Picture, values: dict[str, Any], outcome: Outcome) -> None:
    """A project token is bound to one environment; the names around it tell which, and where none does it may be production's."""
    secret = made("github_actions_environment_secret.s", **{"secret_name": "RAILWAY_TOKEN", "value": "x", **values})
    built = picture(SERVICE, secret)
    assert can(built, secret.address, Verb.DESTROY, "railway_service.db") is outcome


def test_a_token_that_a_resource_makes_is_that_resource(picture: Picture) -> None:
    """Kept in a secret it is no second token: whoever reads the secret is the key, and may do what the key may."""
    built = picture(
        made("neon_project.p", name="prod", org_id="o"),
        made("neon_org_api_key.k", name="ci", org_id="o"),
        made("github_repository.r", name="app"),
        made("github_team.t", name="copilots"),
        made("github_team_repository.t", team_id=unknown("github_team.t", "id"), repository="app", permission="push"),
        made("github_actions_secret.s", repository="app", secret_name="NEON", value=unknown("neon_org_api_key.k", "key")),
    )
    assert [each.resource.address for each in built.credentials] == ["neon_org_api_key.k"]
    assert can(built, "neon_org_api_key.k", Verb.DESTROY, "neon_project.p") is Outcome.YES
    assert can(built, "github_team.t", Verb.DESTROY, "neon_project.p") is Outcome.YES


def test_no_platform_is_followed_where_none_is_there(picture: Picture) -> None:
    """A secret with a token's name, in an estate without stores of that platform, is nobody."""
    built = picture(made("github_actions_secret.s", secret_name="RAILWAY_API_TOKEN", value="x"))
    assert not built.credentials
    assert not built.identities


def test_a_hidden_name_is_not_shown(picture: Picture) -> None:
    """Where a whole map is sensitive, its keys are told to nobody."""
    from policypack.model import replace

    secret = replace(
        made("railway_variable_collection.s", variables={"RAILWAY_API_TOKEN": "x"}), sensitive=frozenset({"variables"})
    )
    (token,) = [each for each in picture(SERVICE, secret).credentials if each.kept]
    assert "RAILWAY" not in " ".join(each.text for each in token.evidence)


ATLAS = made("mongodbatlas_advanced_cluster.c", name="c", project_id="p", cluster_type="REPLICASET", backup_enabled=True)


@pytest.mark.parametrize(
    ("role", "project", "destroys", "weakens", "copies"),
    [
        ("GROUP_OWNER", "p", "yes", "yes", "yes"),
        ("GROUP_OWNER", "q", "no", "no", "no"),
        ("GROUP_OWNER", Unknown("var"), "maybe", "maybe", "maybe"),
        ("GROUP_CLUSTER_MANAGER", "p", "no", "yes", "no"),
        ("GROUP_BACKUP_MANAGER", "p", "no", "yes", "yes"),
        ("GROUP_DATA_ACCESS_ADMIN", "p", "yes", "no", "no"),
        ("GROUP_READ_ONLY", "p", "no", "no", "no"),
        ("GROUP_OF_TOMORROW", "p", "maybe", "maybe", "maybe"),
        (Unknown("var"), "p", "maybe", "maybe", "maybe"),
    ],
)
def test_roles_of_atlas(picture: Picture, role: Any, project: Any, destroys: str, weakens: str, copies: str) -> None:  # noqa: PLR0913, PLR0917 - a table
    """What a role lets a key do, in its project and in another; a role that nobody knows may allow anything."""
    key = made(
        "mongodbatlas_project_api_key.k", description="ci", project_assignment=[{"project_id": project, "role_names": [role]}]
    )
    built = picture(ATLAS, key)
    asked = (Verb.DESTROY, Verb.WEAKEN, Verb.DESTROY_COPIES)
    assert [can(built, key.address, verb, ATLAS.address).value for verb in asked] == [destroys, weakens, copies]


@pytest.mark.parametrize(
    ("role", "safe", "outcome"), [("GROUP_OWNER", True, Outcome.YES), ("GROUP_OWNER", Unknown("var"), Outcome.YES)]
)
def test_an_owner_takes_the_protection_off(picture: Picture, role: str, safe: Any, outcome: Outcome) -> None:
    """Termination protection stops whoever cannot switch it off: an owner can."""
    from policypack.model import replace

    cluster = replace(ATLAS, values={**ATLAS.values, "termination_protection_enabled": safe})
    key = made(
        "mongodbatlas_project_api_key.k", description="ci", project_assignment=[{"project_id": "p", "role_names": [role]}]
    )
    assert can(picture(cluster, key), key.address, Verb.DESTROY, cluster.address) is outcome


WORKSPACE = made("tfe_workspace.w", name="w", organization="acme")


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"access": "admin"}, Outcome.YES),
        ({"access": "write"}, Outcome.YES),
        ({"access": "plan"}, Outcome.NO),
        ({"access": "read"}, Outcome.NO),
        ({"permissions": [{"runs": "apply"}]}, Outcome.YES),
        ({"permissions": [{"runs": "plan", "state_versions": "write"}]}, Outcome.YES),
        ({"permissions": [{"runs": "plan", "variables": "write"}]}, Outcome.YES),
        ({"permissions": [{"runs": "plan", "variables": "read"}]}, Outcome.NO),
        ({"permissions": [{"runs": Unknown("var")}]}, Outcome.MAYBE),
        ({"permissions": [{"runs": "everything"}]}, Outcome.MAYBE),
        ({"permissions": [{"runs": "read", "state_versions": "read-outputs"}]}, Outcome.NO),
        ({"access": "made-up"}, Outcome.MAYBE),
        ({"access": 7}, Outcome.MAYBE),
        ({"access": Unknown("var")}, Outcome.MAYBE),
    ],
)
def test_access_to_a_workspace(picture: Picture, values: dict[str, Any], outcome: Outcome) -> None:
    """Whoever applies, writes the state or the variables reaches all that the workspace manages; whoever plans does not."""
    team = made("tfe_team.t", name="agents", organization="acme")
    access = made(
        "tfe_team_access.a", team_id=unknown("tfe_team.t", "id"), workspace_id=unknown("tfe_workspace.w", "id"), **values
    )
    built = picture(WORKSPACE, team, access, made("tfe_team_token.k", team_id=unknown("tfe_team.t", "id")))
    assert can(built, team.address, Verb.DESTROY, WORKSPACE.address) is outcome
    assert [each.address for each in one(built, team.address).credentials] == ["tfe_team_token.k"]


@pytest.mark.parametrize(
    ("grant", "outcome"),
    [
        ([{"bucket": "", "permission": "fullaccess"}], Outcome.YES),
        ([{"bucket": "files", "permission": "readwrite"}], Outcome.YES),
        ([{"bucket": "other", "permission": "readwrite"}], Outcome.NO),
        ([{"bucket": "files", "permission": "read"}], Outcome.NO),
        ([{"bucket": "files", "permission": Unknown("var")}], Outcome.MAYBE),
        ([{"bucket": Unknown("var"), "permission": "readwrite"}], Outcome.MAYBE),
        ([], Outcome.MAYBE),
    ],
)
def test_keys_of_spaces(picture: Picture, grant: list[Any], outcome: Outcome) -> None:
    """A key's grants name buckets; one without any may reach them all."""
    key = made("digitalocean_spaces_key.k", name="ci", **({"grant": grant} if grant else {}))
    built = picture(made("digitalocean_spaces_bucket.b", name="files", region="fra1"), key)
    assert can(built, key.address, Verb.DESTROY, "digitalocean_spaces_bucket.b") is outcome


@pytest.mark.parametrize(
    ("permission", "outcome"), [("admin", Outcome.YES), ("push", Outcome.NO), ("a_custom_role", Outcome.MAYBE)]
)
def test_roles_in_a_repository(picture: Picture, permission: str, outcome: Outcome) -> None:
    """Only administrators delete a repository; a custom role may."""
    person = made("github_repository_collaborator.c", username="cursor-bot", repository="app", permission=permission)
    built = picture(made("github_repository.r", name="app"), person)
    assert can(built, person.address, Verb.DESTROY, "github_repository.r") is outcome
    assert one(built, person.address).kind is IdentityKind.AGENT


def test_an_app_may_do_what_github_says(picture: Picture) -> None:
    """Its permissions are no resource: it may destroy what it is installed on, and nothing else."""
    app = made("github_app_installation_repository.a", installation_id="1", repository="app")
    built = picture(made("github_repository.r", name="app"), made("github_repository.o", name="other"), app)
    found = [can(built, app.address, Verb.DESTROY, f"github_repository.{each}") for each in "ro"]
    assert found == [Outcome.MAYBE, Outcome.NO]


def test_a_declared_provider_block_acts_with_its_token(picture: Picture) -> None:
    """The settings say that an agent acts with it; without that it is the apply's."""
    block = provider("railway", token=unknown("var.t", ""))
    declared = picture(block, SERVICE, settings=Settings(agents=("provider.railway",)))
    assert can(declared, "provider.railway", Verb.DESTROY, "railway_service.db") is Outcome.YES
    assert not picture(block, SERVICE).identities


def test_two_organisations_are_two(picture: Picture) -> None:
    """A key of one organisation reaches its own projects; where it is not told which it is of, it may be either."""
    projects = [made(f"neon_project.{each}", name=each, org_id=each) for each in ("one", "two")]
    key, kept = made("neon_org_api_key.k", name="ci", org_id="one"), made("tfe_variable.v", key="NEON_API_KEY", value="x")
    built = picture(*projects, key, kept)
    found = [can(built, who, Verb.DESTROY, each.address) for who in (key.address, kept.address) for each in projects]
    assert found == [Outcome.YES, Outcome.NO, Outcome.MAYBE, Outcome.MAYBE]
