"""What a plan changes in who may do what on Google Cloud."""

from __future__ import annotations

from typing import Any

from policypack.authority.guardrails import gains, guardrails
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Infrastructure, Input, Resource, Value
from policypack.settings import Settings
from tests.build.conftest import changed, made, provider, unknown

AGENT = made("google_service_account.agent", account_id="agent", project="shop", change=changed("no-op"))
DATABASE = made("google_sql_database_instance.main", name="main", project="shop", change=changed("no-op"))
MEMBER: dict[str, Any] = {"project": "shop", "member": unknown("google_service_account.agent", "member")}
DENY: dict[str, Any] = {
    "parent": "cloudresourcemanager.googleapis.com%2Fprojects%2Fshop",
    "name": "d",
    "rules": [
        {
            "deny_rule": [
                {
                    "denied_principals": ["principalSet://goog/public:all"],
                    "denied_permissions": [
                        "cloudsql.googleapis.com/instances.*",
                        "cloudresourcemanager.googleapis.com/projects.*",
                    ],
                }
            ]
        }
    ],
}


def planned(*resources: Resource) -> Infrastructure:
    """The picture of a plan, with the one before it."""
    block = provider("google", project="shop")
    source = Input("estate", "plan", (AGENT, DATABASE, *resources), {}, providers={"google": block})
    return build([source], load_catalog(), Settings())


def limits(picture: Infrastructure) -> dict[str, str]:
    """What the plan changes, with what that limits."""
    return {resource.address: said for resource, said in guardrails(picture)}


def gained(picture: Infrastructure) -> set[str]:
    """What the agent can do after the plan alone."""
    agent = next(each for each in picture.identities if each.address == AGENT.address)
    found = gains(picture, agent)
    return {power.target for power in found.powers} if found else set()


def admin(holds: Value, actions: str, **before: Any) -> Resource:
    """A role of the agent, as a plan changes it."""
    return made("google_project_iam_member.agent", role=holds, **MEMBER, change=changed(actions, **before))


def test_a_deny_that_goes_lets_an_agent_do_more() -> None:
    """A plan that deletes a deny policy removes a limit, and the agent gains what it denied."""
    picture = planned(
        admin("roles/cloudsql.admin", "no-op"), made("google_iam_deny_policy.d", **DENY, change=changed("delete", **DENY))
    )
    assert limits(picture)["google_iam_deny_policy.d"] == "what is denied to google_service_account.agent"
    assert DATABASE.address in gained(picture)


def test_a_role_that_is_exchanged_gives_more() -> None:
    """A plan that replaces a role by a wider one changes what is granted, and the agent gains what that holds."""
    picture = planned(admin("roles/cloudsql.admin", "update", role="roles/cloudsql.viewer", **MEMBER))
    assert limits(picture) == {"google_project_iam_member.agent": "what is granted to google_service_account.agent"}
    assert DATABASE.address in gained(picture)


def test_what_stays_gains_nothing() -> None:
    """A plan that changes nothing about an agent gives it nothing."""
    picture = planned(
        admin("roles/cloudsql.admin", "no-op"), made("google_storage_bucket.b", name="b", change=changed("delete", name="b"))
    )
    assert limits(picture) == {}
    assert gained(picture) == set()
