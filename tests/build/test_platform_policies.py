"""Platforms with a grammar of their own: Cloudflare's policies, Vault's paths, and texts that are made to keep their reader busy."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.build.vault_paths import Rule, covers, decide, rules_in
from policypack.model import Outcome, Unknown, Verb
from tests.build.conftest import made, picture, unknown
from tests.build.test_platforms import SERVICE, Picture, can

__all__ = ["picture"]  # the fixture
D1 = made("cloudflare_d1_database.orders", name="orders", account_id="one")
R2 = made("cloudflare_r2_bucket.files", name="files", account_id="one")
WRITE_D1, READ_D1, WRITE_ITEMS = (
    "09b2857d1c31407795e75e3fed8617a1",
    "192192df92ee43ac90f2aeeffce67e35",
    "2efd5506f9c8494dacb1fa10a3e7d5b6",
)


def policy(resources: Any, *groups: Any, effect: Any = "allow") -> dict[str, Any]:
    """One policy of a Cloudflare token."""
    return {"effect": effect, "permission_groups": [{"id": each} for each in groups], "resources": resources}


ACCOUNT = "com.cloudflare.api.account."


@pytest.mark.parametrize(
    ("policies", "outcome"),
    [
        ([policy(json.dumps({f"{ACCOUNT}one": "*"}), WRITE_D1)], Outcome.YES),
        ([policy(json.dumps({f"{ACCOUNT}*": "*"}), WRITE_D1)], Outcome.YES),
        ([policy({f"{ACCOUNT}one": "*"}, WRITE_D1)], Outcome.YES),
        ([policy(json.dumps({f"{ACCOUNT}two": "*"}), WRITE_D1)], Outcome.NO),
        ([policy(json.dumps({f"{ACCOUNT}one": "*"}), READ_D1)], Outcome.NO),
        ([policy(json.dumps({f"{ACCOUNT}one": "*"}), "f" * 32)], Outcome.MAYBE),
        ([policy(json.dumps({f"{ACCOUNT}one": "*"}), Unknown("data"))], Outcome.MAYBE),
        ([policy(Unknown("var"), WRITE_D1)], Outcome.MAYBE),
        ([{"effect": "allow", "resources": json.dumps({f"{ACCOUNT}one": "*"})}], Outcome.MAYBE),
        ([{"effect": "allow", "permission_groups": WRITE_D1, "resources": json.dumps({f"{ACCOUNT}one": "*"})}], Outcome.MAYBE),
        ([policy("no json", WRITE_D1)], Outcome.MAYBE),
        ([policy(json.dumps({f"{ACCOUNT}zone.z": "*"}), WRITE_D1)], Outcome.NO),
        ([Unknown("dynamic")], Outcome.MAYBE),
        ([], Outcome.MAYBE),
        (
            [
                policy(json.dumps({f"{ACCOUNT}one": "*"}), WRITE_D1),
                policy(json.dumps({f"{ACCOUNT}one": "*"}), WRITE_D1, effect="deny"),
            ],
            Outcome.NO,
        ),
    ],
)
def test_policies_of_cloudflare(picture: Picture, policies: list[Any], outcome: Outcome) -> None:
    """Permission groups by their ids, on accounts by theirs: what cannot be read may be anything, and a deny takes away."""
    token = made("cloudflare_api_token.t", name="ci", **({"policies": policies} if policies else {}))
    assert can(picture(D1, token), token.address, Verb.DESTROY, D1.address) is outcome


@pytest.mark.parametrize(
    ("bucket", "outcome"), [("one_default_files", Outcome.YES), ("one_eu_other", Outcome.NO), ("two_default_files", Outcome.NO)]
)
def test_one_bucket_of_cloudflare(picture: Picture, bucket: str, outcome: Outcome) -> None:
    """A policy on a bucket is about that bucket, in that account."""
    token = made(
        "cloudflare_api_token.t", name="ci", policies=[policy({f"com.cloudflare.edge.r2.bucket.{bucket}": "*"}, WRITE_ITEMS)]
    )
    assert can(picture(R2, token), token.address, Verb.DESTROY, R2.address) is outcome


def test_the_fourth_version_of_cloudflare_writes_policies_otherwise(picture: Picture) -> None:
    """Blocks named `policy`, ids as they are, and a map."""
    block = {"permission_groups": [WRITE_D1], "resources": {f"{ACCOUNT}one": "*"}}
    token = made("cloudflare_api_token.t", name="ci", policy=[block])
    assert can(picture(D1, token), token.address, Verb.DESTROY, D1.address) is Outcome.YES


VAULT = (
    made("vault_mount.kv", path="secret", type="kv"),
    made("vault_kv_secret_v2.s", mount="secret", name="prod/db", data_json="{}"),
)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('path "secret/metadata/*" { capabilities = ["delete"] }', "yes"),
        ('path "secret/metadata/+/db" { capabilities = ["delete"] }', "yes"),
        ('path "secret/destroy/prod/db" { capabilities = ["update"] }', "yes"),
        ('path "sys/mounts/secret" { capabilities = ["delete", "sudo"] }', "yes"),
        ('path "*" { capabilities = ["create", "read", "update", "delete"] }', "yes"),
        ('path "secret/*" { policy = "write" }', "yes"),
        ('{"path": {"secret/metadata/*": {"capabilities": ["delete"]}}}', "yes"),
        ('{"path": {"secret/data/*": {"capabilities": ["delete"]}}}', "no"),
        ('path "secret/data/*" { capabilities = ["create", "read", "update", "delete"] }', "no"),
        ('path "secret/metadata/dev/*" { capabilities = ["delete"] }', "no"),
        ('# path "secret/metadata/*" { capabilities = ["delete"] }\npath "a" { capabilities = ["read"] }', "no"),
        (
            'path "secret/metadata/*" { capabilities = ["delete"] }\npath "secret/metadata/prod/*" { capabilities = ["list"] }',
            "no",
        ),
        ('path "secret/metadata/prod/*" { capabilities = ["delete"] }\npath "secret/*" { capabilities = ["deny"] }', "no"),
        (Unknown("file"), "maybe"),
        ("nothing of a policy", "maybe"),
    ],
)
def test_policies_of_vault(picture: Picture, text: Any, outcome: str) -> None:
    """The most specific path decides, a deny in any case; a text that cannot be read may allow anything."""
    role = made(
        "vault_approle_auth_backend_role.r", role_name="ci", token_policies=["default", unknown("vault_policy.p", "name")]
    )
    built = picture(*VAULT, made("vault_policy.p", name="p", policy=text), role)
    assert can(built, role.address, Verb.DESTROY, "vault_kv_secret_v2.s").value == outcome


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"policies": ["root"]}, Outcome.YES),
        ({"policies": ["default"]}, Outcome.NO),
        ({"policies": ["elsewhere"]}, Outcome.MAYBE),
        ({"policies": "root"}, Outcome.YES),
        ({"policies": Unknown("var")}, Outcome.MAYBE),
        ({}, Outcome.MAYBE),
    ],
)
def test_tokens_of_vault(picture: Picture, values: dict[str, Any], outcome: Outcome) -> None:
    """Without policies a token may have all of its maker's; what the inputs do not show may allow anything."""
    token = made("vault_token.t", display_name="ci", **values)
    assert can(picture(*VAULT, token), token.address, Verb.DESTROY, "vault_mount.kv") is outcome


def test_a_path_that_is_named_by_a_resource_is_that_path(picture: Picture) -> None:
    """The mount of a secret and the path of a policy may both exist only after the apply, and be the same."""
    path = unknown("vault_mount.kv", "path")
    text = Unknown("new", path.references, ('path "', path.references[0], '/metadata/*" { capabilities = ["delete"] }'))
    role = made("vault_approle_auth_backend_role.r", role_name="ci", token_policies=["p"])
    mount = made("vault_mount.kv", path=Unknown("random"), type="kv")
    secret = made("vault_kv_secret_v2.s", mount=path, name="db", data_json="{}")
    built = picture(mount, secret, made("vault_policy.p", name="p", policy=text), role)
    assert can(built, role.address, Verb.DESTROY, secret.address) is Outcome.YES


WORDS = st.sampled_from(["a", "b", "ab", "+"])


@given(
    st.lists(WORDS, min_size=1, max_size=3), st.booleans(), st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4)
)
@settings(max_examples=100)
def test_a_pattern_covers_what_a_regular_expression_would(parts: list[str], rest: bool, steps: list[str]) -> None:
    """`+` is one segment, `*` at the end is whatever follows."""
    pattern, path = "/".join(parts) + ("*" if rest else ""), "/".join(steps)
    shape = "/".join("[^/]+" if part == "+" else re.escape(part) for part in parts) + (".*" if rest else "")
    assert covers(pattern, path) is bool(re.fullmatch(shape, path))


@given(
    st.lists(
        st.tuples(st.lists(WORDS, min_size=1, max_size=2), st.booleans(), st.sampled_from(["delete", "read", "deny"])),
        max_size=4,
    )
)
@settings(max_examples=100)
def test_a_deny_that_covers_the_path_wins(written: list[tuple[list[str], bool, str]]) -> None:
    """Whatever else is allowed; and what is allowed is allowed by a rule that covers the path."""
    rules = [Rule("/".join(parts) + ("*" if rest else ""), frozenset({word})) for parts, rest, word in written]
    found, by = decide("a/b", frozenset({"delete"}), rules)
    meets = [rule for rule in rules if covers(rule.pattern, "a/b") is True]
    if any(rule.allows == frozenset({"deny"}) for rule in meets):
        assert found is False
    if found is True:
        assert by in meets
        assert by.allows == frozenset({"delete"})


def test_rules_keep_their_own_capabilities() -> None:
    """A path without capabilities does not take those of the next one."""
    text = 'path "a" {\n}\npath "b" {\n  capabilities = ["read",\n "list"]\n}\n'
    assert list(rules_in(text)) == [Rule("a", frozenset()), Rule("b", frozenset({"read", "list"}))]


HOSTILE = [
    "\n" * 150_000,
    'path "a" {\n' * 12_000,
    "capabilities = [" * 11_000,
    'path "' + "+/" * 50_000 + '" {}',
    "{" * 100_000,
    '{"path": ' * 20_000,
    "# " * 90_000,
    'path "secret/metadata/*" { capabilities = ["delete"] }\n' * 3_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_policy_is_read_in_no_time(picture: Picture, text: str) -> None:
    """Whatever a text is made of, reading it takes a moment, and what cannot be read may allow anything."""
    role = made("vault_approle_auth_backend_role.r", role_name="ci", token_policies=["p"])
    begun = time.monotonic()
    built = picture(*VAULT, made("vault_policy.p", name="p", policy=text), role)
    found = can(built, role.address, Verb.DESTROY, "vault_kv_secret_v2.s")
    assert time.monotonic() - begun < 5
    assert found is not Outcome.YES


@pytest.mark.parametrize("depth", [10, 2_000])
def test_hostile_values_of_keepers_and_tokens(picture: Picture, depth: int) -> None:
    """Values nested beyond reason are looked into as far as is reasonable, and break nothing."""
    nested_list: Any = "x"
    for _ in range(depth):
        nested_list = [nested_list]
    token = made("cloudflare_api_token.t", name="ci", policies=nested_list)
    app = made("digitalocean_app.s", spec=[{"worker": nested_list}])
    text = made("aws_ecs_task_definition.s", container_definitions="[" * 50_000)
    built = picture(SERVICE, D1, token, app, text)
    assert can(built, token.address, Verb.DESTROY, D1.address) is not Outcome.YES


@pytest.mark.parametrize(("path", "outcome"), [("sys/policies/acl/*", Outcome.YES), ("sys/policies/acl/mine", Outcome.NO)])
def test_who_writes_policies_may_do_everything(picture: Picture, path: str, outcome: Outcome) -> None:
    """A policy that lets its holder write any policy is every policy; one that names a single one is not."""
    role = made("vault_approle_auth_backend_role.r", role_name="ci", token_policies=["p"])
    text = f'path "{path}" {{ capabilities = ["create", "update"] }}'
    built = picture(*VAULT, made("vault_policy.p", name="p", policy=text), role)
    assert can(built, role.address, Verb.DESTROY, "vault_mount.kv") is outcome
