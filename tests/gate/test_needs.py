"""What needs approval beyond what the checks of `changes/` say, one promise a test, on plans as small as a sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import policypack.gate
from policypack.catalog import load_catalog
from policypack.gate.needs import KINDS, PLAN, needs
from policypack.model import replace
from tests.expectations import checks
from tests.gate.planned import DATABASE, change, judged, kept, named, needed, policy, role, written

DEV = {"env": "dev"}
SNAPSHOT = {"db_snapshot_identifier": "s", "db_instance_identifier": "orders", "id": "s"}
RULE = {"rule_name": "daily", "target_vault_name": "v", "schedule": "cron(0 3 * * ? *)"}
DAILY = {"name": "daily", "rule": [{**RULE, "lifecycle": [{"delete_after": 35}]}]}
ENVIRONMENT = {
    "repository": "shop",
    "environment": "production",
    "prevent_self_review": True,
    "can_admins_bypass": False,
    "reviewers": [{"teams": [1], "users": []}],
}
RULESET = {"name": "main", "target": "branch", "enforcement": "active", "repository": "shop", "bypass_actors": [], "rules": []}
FILE = "github_repository_file.f"
DENY = policy("Deny", "rds:DeleteDBInstance")
BOTH = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "rds:*", "Resource": "*"}],
}
TRUST = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:user/ann"}, "Action": "sts:AssumeRole"}


def file(path: str) -> dict[str, Any]:
    """A file in a repository."""
    return {"repository": "shop", "file": path, "content": "x"}


def test_a_snapshot_is_a_copy_whatever_it_is_of(tmp_path: Path) -> None:
    """Deleting a snapshot needs approval, also where its store is in no input."""
    assert named(needed(tmp_path, change("aws_db_snapshot.s", ["delete"], SNAPSHOT))) == [("copy_deleted", "aws_db_snapshot.s")]


def test_a_snapshot_of_development_is_nobodys_business(tmp_path: Path) -> None:
    """What copies and is not of production passes, by its own tag or by that of the store that it is of."""
    assert needed(tmp_path, change("aws_db_snapshot.s", ["delete"], {**SNAPSHOT, "tags": DEV})) == []
    store = {**DATABASE, "tags": DEV}
    assert needed(tmp_path, change("aws_db_snapshot.s", ["delete"], SNAPSHOT), kept("aws_db_instance.d", store)) == []


@pytest.mark.parametrize("actions", [["delete"], ["forget"]])
def test_what_makes_copies_counts(tmp_path: Path, actions: list[str]) -> None:
    """A backup plan that goes, deleted or forgotten, ends copies of stores that nobody sees here."""
    assert named(needed(tmp_path, change("aws_backup_plan.p", actions, DAILY))) == [("copies_ended", "aws_backup_plan.p")]


def test_a_backup_plan_that_keeps_less_may_cost_copies(tmp_path: Path) -> None:
    """A shorter retention, or a rule less, is asked about where the stores are elsewhere; a longer one, or a new name, is not."""
    less = {"name": "daily", "rule": [{**RULE, "lifecycle": [{"delete_after": 1}]}]}
    for after in (less, {"name": "daily", "rule": []}):
        (found,) = needed(tmp_path, change("aws_backup_plan.p", ["update"], DAILY, after))
        assert (found.kind, found.certain) == ("copies_ended", False)
    assert needed(tmp_path, change("aws_backup_plan.p", ["update"], less, DAILY)) == []
    assert needed(tmp_path, change("aws_backup_plan.p", ["update"], DAILY, {**DAILY, "name": "nightly"})) == []


def test_a_lock_of_something_elsewhere_counts(tmp_path: Path) -> None:
    """A vault lock that is deleted needs approval where the vault is managed in another root."""
    lock = {"backup_vault_name": "v", "min_retention_days": 30, "changeable_for_days": 3}
    found = needed(tmp_path, change("aws_backup_vault_lock_configuration.l", ["delete"], lock))
    assert named(found) == [("guard_removed", "aws_backup_vault_lock_configuration.l")]


def test_a_store_that_is_renamed_out_of_production_is_seen(tmp_path: Path) -> None:
    """Two steps again: first the tag, then the deletion that nobody is asked about. The first is asked about."""
    found = needed(tmp_path, change("aws_db_instance.d", ["update"], DATABASE, {**DATABASE, "tags": DEV}))
    assert named(found) == [("production_unmarked", "aws_db_instance.d")]
    assert found[0].environment == "production"


@pytest.mark.parametrize(
    ("address", "values", "asked"),
    [
        ("acme_lake.l", {"name": "l"}, True),
        ("aws_newdb_cluster.c", {"name": "c", "backup_retention_period": 3}, True),
        ("aws_newnet_thing.t", {"name": "t"}, False),
        ("null_resource.n", {}, False),
        ("random_password.p", {"length": 8}, False),
        ("aws_security_group.g", {"name": "g"}, False),
        ("aws_cloudcontrolapi_resource.s", {"type_name": "AWS::RDS::DBInstance"}, True),
    ],
)
def test_what_nobody_knows_is_not_taken_for_nothing(tmp_path: Path, address: str, values: Any, asked: bool) -> None:
    """A type without a catalog, or that looks like a store, may hold data: it is asked about, as uncertain. Others pass."""
    found = needed(tmp_path, change(address, ["delete"], values))
    assert [(each.kind, each.certain) for each in found] == ([("unknown_destroyed", False)] if asked else [])


def test_an_action_that_a_plan_runs_is_asked_about(tmp_path: Path) -> None:
    """What an action does is in no plan, so a person says whether it may."""
    invoked = [{"address": "action.aws_lambda_invoke.wipe"}]
    assert named(needed(tmp_path, action_invocations=invoked)) == [("action_invoked", "action.aws_lambda_invoke.wipe")]


def test_a_plan_that_leaves_things_out_is_not_whole(tmp_path: Path) -> None:
    """A plan of a version that does not say whether it is whole shows that it is not, where the state in it has more."""
    old = {"address": "aws_db_instance.other", "mode": "managed", "type": "aws_db_instance", "values": DATABASE}
    prior = {"format_version": "1.0", "values": {"root_module": {"resources": [old]}}}
    changed = change("aws_sqs_queue.q", ["create"], None, {"name": "q"})
    found = needed(tmp_path, changed, prior_state=prior, complete=None)
    assert named(found) == [("plan_incomplete", PLAN)]
    assert "aws_db_instance.other" in found[0].text
    assert needed(tmp_path, changed, kept("aws_db_instance.other", DATABASE), prior_state=prior, complete=None) == []


def test_deferred_changes_are_not_in_the_plan(tmp_path: Path) -> None:
    """A plan that puts changes off is not whole, whatever it says of itself."""
    assert named(needed(tmp_path, deferred_changes=[{"reason": "provider_config_unknown"}])) == [("plan_incomplete", PLAN)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"permissions_boundary": "arn:aws:iam::111111111111:policy/b"}, {}),
        (
            {"permissions_boundary": "arn:aws:iam::111111111111:policy/b"},
            {"permissions_boundary": "arn:aws:iam::111111111111:policy/c"},
        ),
        (
            {"inline_policy": [{"name": "i", "policy": DENY}]},
            {"inline_policy": [{"name": "i", "policy": policy("Allow", "*")}]},
        ),
    ],
    ids=["boundary removed", "boundary changed", "denial removed"],
)
def test_limits_of_those_who_are_no_agents_count(tmp_path: Path, before: Any, after: Any) -> None:
    """A boundary or a denial that goes is asked about, whoever it is for."""
    bounds = [kept(f"aws_iam_policy.{each}", bound(each)) for each in "bc"]
    found = needed(tmp_path, change("aws_iam_role.deploy", ["update"], role("web", **before), role("web", **after)), *bounds)
    assert named(found) == [("boundary_changed", "aws_iam_role.deploy")]


def bound(name: str) -> dict[str, Any]:
    """A policy that serves as a boundary."""
    arn = f"arn:aws:iam::111111111111:policy/{name}"
    return {"name": name, "arn": arn, "id": arn, "policy": policy("Allow", "s3:*" if name == "b" else "*")}


def test_a_denial_that_is_added_needs_nobody(tmp_path: Path) -> None:
    """To deny more is to limit more, and passes."""
    after = role("web", inline_policy=[{"name": "i", "policy": DENY}])
    assert needed(tmp_path, change("aws_iam_role.web", ["update"], role("web"), after)) == []


@pytest.mark.parametrize(
    ("one", "asked"),
    [
        (change("github_repository_environment.p", ["delete"], ENVIRONMENT), True),
        (change("github_repository_environment.p", ["update"], ENVIRONMENT, {**ENVIRONMENT, "can_admins_bypass": True}), True),
        (change("github_repository_environment.p", ["update"], ENVIRONMENT, {**ENVIRONMENT, "wait_timer": 5}), False),
        (change("github_repository_environment.p", ["create"], None, ENVIRONMENT), False),
        (change("github_repository_environment.p", ["delete"], {**ENVIRONMENT, "environment": "staging"}), False),
        (change("github_repository_ruleset.r", ["update"], RULESET, {**RULESET, "enforcement": "disabled"}), True),
        (
            change(
                "github_repository_ruleset.r",
                ["update"],
                RULESET,
                {**RULESET, "bypass_actors": [{"actor_id": 9, "actor_type": "Integration", "bypass_mode": "always"}]},
            ),
            True,
        ),
        (
            change(
                "github_team_repository.t", ["create"], None, {"team_id": "bots", "repository": "shop", "permission": "admin"}
            ),
            True,
        ),
        (
            change(
                "github_team_repository.t", ["create"], None, {"team_id": "bots", "repository": "shop", "permission": "pull"}
            ),
            False,
        ),
        (change(FILE, ["update"], file("CODEOWNERS"), {**file("CODEOWNERS"), "content": "y"}), True),
        (change(FILE, ["create"], None, file(".github/workflows/apply.yml")), True),
        (change(FILE, ["delete"], file("infra/policypack.yaml")), True),
        (change(FILE, ["update"], file("README.md"), {**file("README.md"), "content": "y"}), False),
    ],
)
def test_the_gate_itself_is_guarded(tmp_path: Path, one: dict[str, Any], asked: bool) -> None:
    """What makes somebody decide, who need not ask, and the files that say so: a change of them is asked about, other words
    and new gates are not."""
    found = needed(tmp_path, one)
    assert [each.kind for each in found] == (["boundary_changed"] if asked else [])


def test_an_agent_in_a_team_that_reviews_is_a_change_of_the_gate(tmp_path: Path) -> None:
    """Whoever becomes a member of the reviewing team decides at the gate, though no argument of the gate changes; a person may."""
    team = {"id": "1", "name": "reviewers"}
    for name, expected in (("claude-bot", [("boundary_changed", "github_repository_environment.p")]), ("ann", [])):
        joins = {"team_id": "1", "username": name, "role": "member"}
        found = needed(
            tmp_path,
            kept("github_team.t", team),
            kept("github_repository_environment.p", {**ENVIRONMENT, "reviewers": [{"teams": ["1"], "users": []}]}),
            change("github_team_membership.m", ["create"], None, joins),
        )
        assert named(found) == expected


def test_what_a_pipeline_must_be_is_part_of_the_gate(tmp_path: Path) -> None:
    """A role that took tokens of one environment and takes those of every branch is changed in what it trusts."""
    provider = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"

    def trusting(subject: str) -> dict[str, Any]:
        claims = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
        meets = {"StringEquals": claims, "StringLike": {"token.actions.githubusercontent.com:sub": subject}}
        trust = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
        document = {"Version": "2012-10-17", "Statement": [{**trust, "Condition": meets}]}
        return {**role("apply"), "assume_role_policy": json.dumps(document)}

    pinned, open_ = trusting("repo:acme/infra:environment:production"), trusting("repo:acme/infra:*")
    kinds = {each.kind for each in needed(tmp_path, change("aws_iam_role.apply", ["update"], pinned, open_))}
    assert kinds & {"boundary_changed"}
    tagged = {**pinned, "tags": {"owner": "platform"}}
    assert needed(tmp_path, change("aws_iam_role.apply", ["update"], pinned, tagged)) == []


DENIED = {
    "name": "keep",
    "parent": "cloudresourcemanager.googleapis.com%2Fprojects%2Facme",
    "rules": [
        {
            "deny_rule": [
                {
                    "denied_principals": ["principalSet://goog/public:all"],
                    "denied_permissions": ["cloudsql.googleapis.com/instances.delete"],
                }
            ]
        }
    ],
}


def test_a_denial_of_another_platform_counts(tmp_path: Path) -> None:
    """What Google Cloud denies to a service account that is no agent's, and denies no longer, is asked about, also where
    whom it is for is managed elsewhere."""
    account = {"account_id": "web", "email": "web@acme.iam.gserviceaccount.com", "project": "acme", "id": "web"}
    account["name"] = "projects/acme/serviceAccounts/web@acme.iam.gserviceaccount.com"
    account["member"] = "serviceAccount:web@acme.iam.gserviceaccount.com"
    holds = {"project": "acme", "role": "roles/cloudsql.admin", "member": account["member"]}
    known = (kept("google_service_account.web", account), kept("google_project_iam_member.web", holds))
    for others in ((), known):
        for after in (None, {**DENIED, "rules": []}):
            one = change("google_iam_deny_policy.keep", ["update" if after else "delete"], DENIED, after)
            assert named(needed(tmp_path, one, *others)) == [("boundary_changed", "google_iam_deny_policy.keep")]
    words = change("google_iam_deny_policy.keep", ["update"], DENIED, {**DENIED, "display_name": "Keep"})
    assert needed(tmp_path, words, *known) == []


def test_a_suppression_in_the_tree_is_no_answer(tmp_path: Path) -> None:
    """What the report suppressed needs approval all the same: an agent can write a comment."""
    picture, report = judged(written(tmp_path, change("aws_db_instance.d", ["delete"], DATABASE)))
    hidden = replace(report, findings=(), suppressed=tuple(replace(each, suppressed="it is fine") for each in report.findings))
    assert needs(picture, hidden) == needs(picture, report) != ()


def test_there_is_one_need_of_a_kind_for_an_address(tmp_path: Path) -> None:
    """Two guards that one store loses are one need, which says both, and the list is sorted."""
    off = {**DATABASE, "deletion_protection": False, "skip_final_snapshot": True}
    before = {**DATABASE, "skip_final_snapshot": False, "final_snapshot_identifier": "f"}
    found = needed(
        tmp_path,
        change("aws_db_instance.d", ["update"], before, off),
        change("aws_db_instance.b", ["delete"], DATABASE),
    )
    assert named(found) == [("store_deleted", "aws_db_instance.b"), ("guard_removed", "aws_db_instance.d")]
    assert "deletion protection" in found[1].text
    assert "final snapshot" in found[1].text


def test_no_kind_is_called_like_a_check_of_another_concern() -> None:
    """Settings name a check or a kind: a name means one thing."""
    assert not set(KINDS) & {name for name, each in checks().items() if each.concern != "changes"}


def test_a_scan_says_that_the_gate_is_changed(tmp_path: Path) -> None:
    """What decides about approvals is a limit like any other: boundary_changed tells of its change, and of no gate that is new."""
    for one, expected in (
        (change(FILE, ["update"], file("CODEOWNERS"), {**file("CODEOWNERS"), "content": "y"}), [FILE]),
        (change(FILE, ["update"], file("README.md"), {**file("README.md"), "content": "y"}), []),
        (change("github_repository_environment.p", ["delete"], ENVIRONMENT), ["github_repository_environment.p"]),
        (change("github_repository_environment.p", ["create"], None, ENVIRONMENT), []),
    ):
        report = judged(written(tmp_path, one))[1]
        assert [each.resource.address for each in report.findings if each.check == "boundary_changed"] == expected


def test_which_types_are_files_and_limits_is_the_catalogs_knowledge() -> None:
    """No type is named outside of the catalog: it says which argument is a path, and which says what others may not do."""
    catalog = load_catalog()
    files = {name: catalog.approval(name) for name in ("github_repository_file", "gitlab_repository_file")}
    assert {name: fact.path for name, fact in files.items() if fact} == {
        "github_repository_file": "file",
        "gitlab_repository_file": "file_path",
    }
    limits = ("google_iam_deny_policy", "google_iam_principal_access_boundary_policy", "google_org_policy_policy")
    assert [entry.limits for name in limits if (entry := catalog.entry(name))] == ["rules", "details", "spec"]
    sources = (Path(policypack.gate.__file__).parent / f"{name}.py" for name in ("limits", "needs", "losses", "judge"))
    assert not [each for each in sources if re.search(r'"(?:aws|google|azurerm|github|gitlab)_', each.read_text("utf-8"))]
