"""Kubernetes' stores, a table: what guards each, what holds where nobody writes it, and what becomes of an unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policypack.catalog import load_catalog
from policypack.model import CopyKind, Credential, Infrastructure, Resource, Truth, is_unknown, replace, same_domain
from tests.build.conftest import made, picture, provider, store, unknown

__all__ = ["picture"]  # the fixture
Picture = Callable[..., Infrastructure]
CATALOG = load_catalog()
TYPES = {name: entry for name in CATALOG.types("kubernetes") if (entry := CATALOG.entry(name)) is not None}
BLOCK = provider("kubernetes", config_context="prod")
POLICY = "spec.persistent_volume_reclaim_policy"
LEAVES = {
    "spec.persistent_volume_claim_retention_policy.when_deleted",
    "spec.persistent_volume_claim_retention_policy.when_scaled",
}


def meta(name: str, namespace: str = "", **more: Any) -> list[dict[str, Any]]:
    """A metadata block."""
    return [{"name": name, **({"namespace": namespace} if namespace else {}), **more}]


def nested(path: str, value: Any) -> dict[str, Any]:
    """A value in the blocks that a dotted path names."""
    head, _, rest = path.partition(".")
    return {head: [nested(rest, value)] if rest else value}


def storage_class(kind: str = "kubernetes_storage_class_v1", **values: Any) -> Resource:
    """The class that the claims of these tests name."""
    return made(f"{kind}.fast", metadata=meta("fast"), storage_provisioner="x", **values)


def claim(kind: str = "kubernetes_persistent_volume_claim_v1", **spec: Any) -> Resource:
    """A claim."""
    return made(f"{kind}.orders", metadata=meta("orders", "shop"), spec=[{"access_modes": ["ReadWriteOnce"], **spec}])


def manifest(name: str, body: Any, kind: str = "kubernetes_manifest") -> Resource:
    """An object as a manifest."""
    return made(f"{kind}.{name}", **({"manifest": body} if kind == "kubernetes_manifest" else {"yaml_body": body}))


def protection(built: Infrastructure, address: str) -> Truth:
    """Whether what protects a store holds."""
    found = [guard for guard in store(built, address).guards if guard.kind.value == "deletion_protection"]
    assert len(found) == 1
    return found[0].holds


def matches(found: Truth, expected: Any) -> bool:
    """Whether the answer is the expected one, "unknown" for what cannot be told."""
    return is_unknown(found) if expected == "unknown" else found is expected


@pytest.mark.parametrize("name", sorted(name for name in TYPES if f"{name}_v1" in TYPES))
def test_both_names_of_a_type_mean_the_same(name: str) -> None:
    """What has a name with and one without its version is one thing."""
    one, other = TYPES[name], TYPES[f"{name}_v1"]
    assert {field: getattr(one, field) for field in one.__struct_fields__ if field != "type"} == {
        field: getattr(other, field) for field in other.__struct_fields__ if field != "type"
    }


WRITTEN = [("Retain", True), ("Delete", False), ("unknown", "unknown")]


@pytest.mark.parametrize("kind", ["kubernetes_storage_class_v1", "kubernetes_storage_class"])
@pytest.mark.parametrize(("policy", "expected"), [*WRITTEN, (None, False)])
def test_a_class_deletes_unless_it_says_otherwise(picture: Picture, kind: str, policy: Any, expected: Any) -> None:
    """Set to Retain it protects, unset it does not, unknown it cannot be told; and so for the claims and sets that name it."""
    value = unknown("var.x", "") if policy == "unknown" else policy
    values = {} if policy is None else {"reclaim_policy": value}
    claims = made(
        "kubernetes_stateful_set_v1.set",
        metadata=meta("set", "shop"),
        spec=[{"volume_claim_template": [{"metadata": meta("data"), "spec": [{"storage_class_name": "fast"}]}]}],
    )
    built = picture(BLOCK, storage_class(kind, **values), claim(storage_class_name="fast"), claims)
    for address in (f"{kind}.fast", "kubernetes_persistent_volume_claim_v1.orders", "kubernetes_stateful_set_v1.set"):
        assert matches(protection(built, address), expected), address


@pytest.mark.parametrize("kind", ["kubernetes_persistent_volume_v1", "kubernetes_persistent_volume"])
@pytest.mark.parametrize(("policy", "expected"), [*WRITTEN, ("Recycle", False), (None, True)])
def test_a_volume_by_hand_is_kept_unless_it_says_otherwise(picture: Picture, kind: str, policy: Any, expected: Any) -> None:
    """Unset it is kept, which is the other way round than a class; a claim that names it is as safe as the volume."""
    value = unknown("var.x", "") if policy == "unknown" else policy
    spec = {"capacity": {"storage": "1Gi"}, **({} if policy is None else {"persistent_volume_reclaim_policy": value})}
    volume = made(f"{kind}.disk", metadata=meta("disk"), spec=[spec])
    assert matches(protection(picture(BLOCK, volume), f"{kind}.disk"), expected)
    claimed = picture(BLOCK, volume, claim(volume_name="disk", storage_class_name=""))
    assert [each.address for each in claimed.stores] == ["kubernetes_persistent_volume_claim_v1.orders"]
    assert matches(protection(claimed, "kubernetes_persistent_volume_claim_v1.orders"), expected)


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"storage_class_name": "gp3"},
        {"storage_class_name": unknown("var.x", "")},
        {"storage_class_name": "fast", "volume_name": "pvc-1"},
    ],
)
def test_a_class_that_is_not_shown_is_not_known(picture: Picture, spec: dict[str, Any]) -> None:
    """The default class, one from elsewhere, one that hangs on a variable: none is taken for safe; a volume from elsewhere is its class's."""
    built = picture(BLOCK, *([storage_class(reclaim_policy="Retain")] if "volume_name" in spec else []), claim(**spec))
    found = protection(built, "kubernetes_persistent_volume_claim_v1.orders")
    assert found is True if "volume_name" in spec else is_unknown(found)


@pytest.mark.parametrize("leaf", sorted(LEAVES))
@pytest.mark.parametrize(("value", "expected"), [*WRITTEN, (None, True)])
def test_claims_of_a_set_outlive_it(picture: Picture, leaf: str, value: Any, expected: Any) -> None:
    """Unless the set says that they go with it."""
    said = unknown("var.x", "") if value == "unknown" else value
    spec = {"volume_claim_template": [{"metadata": meta("data")}]}
    spec |= {} if value is None else nested(leaf.removeprefix("spec."), said)
    built = picture(BLOCK, made("kubernetes_stateful_set.set", metadata=meta("set", "shop"), spec=[spec]))
    guard = next(each for each in store(built, "kubernetes_stateful_set.set").guards if each.attribute == leaf)
    assert matches(guard.holds, expected)


def test_a_set_without_claims_is_no_store(picture: Picture) -> None:
    """Nothing is lost with it."""
    assert picture(BLOCK, made("kubernetes_stateful_set_v1.set", metadata=meta("set"), spec=[{"replicas": 1}])).stores == ()


CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "orders", "namespace": "shop", "labels": {"teamName": "ledger"}},
    "spec": {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]},
}
CLASS = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\nreclaimPolicy: Retain\nprovisioner: x\n"


def test_a_manifest_is_what_it_makes(picture: Picture) -> None:
    """As an object and as YAML, with its type, its values and the lines of the manifest; labels keep their own words."""
    built = picture(BLOCK, manifest("orders", CLAIM), manifest("fast", CLASS, "kubectl_manifest"))
    found = store(built, "kubernetes_manifest.orders")
    assert found.resource.type == "kubernetes_persistent_volume_claim_v1"
    assert found.resource.get("metadata.labels") == {"teamName": "ledger"}
    assert protection(built, "kubernetes_manifest.orders") is True
    assert store(built, "kubectl_manifest.fast").resource.get("storage_provisioner") == "x"


@pytest.mark.parametrize(
    ("body", "gap"),
    [
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}, False),
        ({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "x"}}, False),
        ({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "x"}}, False),
        ({"apiVersion": "db.example.com/v1", "kind": "Database", "metadata": {"name": "x"}}, True),
        ({"apiVersion": "v1", "kind": "List", "items": []}, True),
        ({"kind": "ConfigMap"}, True),
        ({"apiVersion": ["v1"], "kind": {"a": 1}}, True),
        (unknown("var.x", ""), True),
        ("text", True),
        (17, True),
    ],
)
def test_what_a_manifest_does_not_tell_is_a_gap(picture: Picture, body: Any, gap: bool) -> None:
    """Kinds that nobody knows and manifests that cannot be read may hold anything; the cluster's own kinds without data do not."""
    said = [each.reason for each in picture(BLOCK, manifest("x", body)).gaps]
    assert ("kubernetes_manifest.x may hold stores that Terraform does not show" in said) is gap


@pytest.mark.parametrize("body", ["{", "a: [", "a: &a [*a]", "- x", "", "\t", "x" * 1_000_001, unknown("var.x", "")])
def test_yaml_that_cannot_be_read_is_a_gap(picture: Picture, body: Any) -> None:
    """Broken, circular, empty, overlong or unknown: a gap in bounded time."""
    said = [each.reason for each in picture(BLOCK, manifest("x", body, "kubectl_manifest")).gaps]
    assert "kubectl_manifest.x may hold stores that Terraform does not show" in said


def test_a_deep_manifest_is_cut(picture: Picture) -> None:
    """Nested beyond all reason: what lies deeper is unknown, and the rest is read."""
    deep: Any = "x"
    for _ in range(200):
        deep = {"a": deep}
    built = picture(BLOCK, manifest("orders", {**CLAIM, "spec": {"storageClassName": "fast", "deep": deep}}))
    assert is_unknown(store(built, "kubernetes_manifest.orders").resource.get(".".join(["spec", "deep", *["a"] * 60])))


def test_the_contents_of_a_secret_are_left_out(picture: Picture) -> None:
    """What a manifest keeps secret is not carried on."""
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "stringData": {"p": "hunter2"},
        "data": {"q": "aHVudGVy"},
    }
    built = picture(BLOCK, manifest("s", body))
    assert "hunter2" not in repr(dict(store(built, "kubernetes_manifest.s").resource.values))
    assert "aHVudGVy" not in repr(dict(store(built, "kubernetes_manifest.s").resource.values))


def test_a_chart_is_a_gap(picture: Picture) -> None:
    """What a release installs cannot be told, and that is said."""
    said = [each.reason for each in picture(BLOCK, made("helm_release.pg", name="pg", chart="postgresql")).gaps]
    assert said == ["helm_release.pg may hold stores that Terraform does not show"]


def snapshot(**source: Any) -> Resource:
    """A volume snapshot."""
    body = {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshot",
        "metadata": {"name": "s", "namespace": "shop"},
    }
    return manifest("snapshot", {**body, "spec": {"source": source}})


def test_a_snapshot_is_a_copy_in_the_cluster(picture: Picture) -> None:
    """It outlives its claim and lies in the same cluster; one of another claim is no copy of this one."""
    (copy,) = store(
        picture(BLOCK, claim(), snapshot(persistentVolumeClaimName="orders")), "kubernetes_persistent_volume_claim_v1.orders"
    ).copies
    assert (copy.kind, copy.dies_with_store, copy.domain) == (
        CopyKind.SNAPSHOT,
        False,
        picture(BLOCK, claim()).stores[0].domain,
    )
    assert (
        store(
            picture(BLOCK, claim(), snapshot(persistentVolumeClaimName="other")), "kubernetes_persistent_volume_claim_v1.orders"
        ).copies
        == ()
    )


def velero(kind: str, name: str, spec: dict[str, Any]) -> Resource:
    """An object of Velero."""
    return manifest(
        name, {"apiVersion": "velero.io/v1", "kind": kind, "metadata": {"name": name, "namespace": "velero"}, "spec": spec}
    )


@pytest.mark.parametrize(
    ("template", "paused", "copies"),
    [
        ({}, None, 1),
        ({"includedNamespaces": ["*"]}, None, 1),
        ({"includedNamespaces": ["shop"]}, None, 1),
        ({"includedNamespaces": ["other", "shop"]}, None, 1),
        ({"includedNamespaces": ["other"]}, None, 0),
        ({}, True, 0),
    ],
)
def test_a_schedule_copies_its_namespaces(picture: Picture, template: dict[str, Any], paused: Any, copies: int) -> None:
    """All of them where it names none, unless it is paused; the bucket decides where the copies lie and what locks them."""
    spec = {
        "schedule": "0 3 * * *",
        "template": {**template, "storageLocation": "away"},
        **({"paused": True} if paused else {}),
    }
    built = picture(
        BLOCK,
        made("kubernetes_namespace_v1.shop", metadata=meta("shop")),
        claim(),
        made("aws_s3_bucket.backups", bucket="backups"),
        velero("BackupStorageLocation", "away", {"objectStorage": {"bucket": "backups"}}),
        velero("Schedule", "daily", spec),
    )
    found = store(built, "kubernetes_persistent_volume_claim_v1.orders")
    assert len(found.copies) == copies
    for copy in found.copies:
        assert copy.held_in is not None
        assert copy.held_in.address == "aws_s3_bucket.backups"
        assert same_domain(found.domain, copy.domain) is False  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"config_context": "prod"}, {"config_context": "prod"}, True),
        ({"config_context": "prod"}, {"config_context": "test"}, False),
        ({"host": unknown("var.a", "")}, {"host": unknown("var.a", "")}, True),
        ({"host": unknown("var.a", "")}, {"host": unknown("var.b", "")}, "unknown"),
        ({"config_path": "a"}, {"config_path": "b"}, "unknown"),
        ({}, {}, True),
    ],
)
def test_the_provider_block_tells_the_cluster(picture: Picture, one: Any, other: Any, expected: Any) -> None:
    """By its context, its host, or the cluster of another provider that it refers to; otherwise it cannot be told."""
    built = picture(
        provider("kubernetes", **one),
        provider("kubernetes.b", **other),
        made("kubernetes_namespace.a", metadata=meta("a")),
        made("kubernetes_namespace.b", metadata=meta("b"), provider_key="kubernetes.b"),
    )
    first, second = (store(built, f"kubernetes_namespace.{name}").domain for name in "ab")
    assert matches(same_domain(first, second), expected)


def credentials(built: Infrastructure) -> list[Credential]:
    """Those of the picture."""
    return list(built.credentials)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("kubernetes.io/service-account-token", False), (unknown("var.x", ""), "unknown"), ("Opaque", None), (None, None)],
)
def test_a_secret_is_a_token_by_its_type(picture: Picture, kind: Any, expected: Any) -> None:
    """A service account's token in a secret never ends; another secret is no credential; an unknown type may be one."""
    values = {} if kind is None else {"type": kind}
    found = credentials(picture(BLOCK, made("kubernetes_secret.s", metadata=meta("s"), **values)))
    assert [each.label for each in found] == ([] if expected is None else ["service account token"])
    assert all(matches(each.expires, expected) for each in found)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("text", False),
        (unknown("data.aws_eks_cluster_auth.main", "token"), True),
        (unknown("data.google_client_config.main", "access_token"), True),
        (unknown("module.m.data.aws_eks_cluster_auth.main[0]", "token"), True),
        (unknown("var.token", ""), "unknown"),
        (unknown("vault_generic_secret.x", "data"), "unknown"),
    ],
)
@pytest.mark.parametrize("name", ["kubernetes", "kubectl", "helm"])
def test_a_token_of_a_provider_block_ends_by_where_it_comes_from(
    picture: Picture, name: str, token: Any, expected: Any
) -> None:
    """What the platform hands out for a run ends, what is written does not, and of the rest nobody knows."""
    block = {"kubernetes": [{"token": token}]} if name == "helm" else {"token": token}
    (found,) = credentials(picture(provider(name, **block)))
    assert found.provider == "kubernetes"
    assert matches(found.expires, expected)


def test_what_lies_in_a_namespace_is_of_its_environment(picture: Picture) -> None:
    """A claim in staging is staging's, unless its own name says otherwise."""
    built = picture(made("kubernetes_persistent_volume_claim.data", metadata=meta("data", "staging"), spec=[{}]))
    assert store(built, "kubernetes_persistent_volume_claim.data").environment.name == "staging"
    named = picture(made("kubernetes_persistent_volume_claim.data", metadata=meta("data-prod", "staging"), spec=[{}]))
    assert store(named, "kubernetes_persistent_volume_claim.data").environment.production


def test_the_cluster_of_another_platform_is_the_domain(picture: Picture) -> None:
    """A provider block that refers to a cluster acts in it, whichever of its attributes it names; two clusters are two domains."""
    eks = [made(f"aws_eks_cluster.{name}", name=f"{name}-prod") for name in "ab"]
    looked_up = replace(made("aws_eks_cluster.a", name="a-prod"), address="data.aws_eks_cluster.a", mode="data")
    blocks = {
        "kubernetes": unknown("aws_eks_cluster.a", "endpoint"),
        "kubernetes.b": unknown("aws_eks_cluster.b", "endpoint"),
        "kubernetes.looked_up": unknown("data.aws_eks_cluster.a", "endpoint"),
    }
    built = picture(
        *eks,
        looked_up,
        *(provider(key, host=host) for key, host in blocks.items()),
        *(made(f"kubernetes_namespace.n{number}", metadata=meta("n"), provider_key=key) for number, key in enumerate(blocks)),
    )
    one, other, read = (store(built, f"kubernetes_namespace.n{number}") for number in range(3))
    assert (str(one.domain), str(other.domain)) == ("a-prod", "b-prod")
    assert same_domain(one.domain, other.domain) is False
    assert same_domain(one.domain, read.domain) is True
    assert one.environment.reason == "by its cluster a-prod"
