"""What roles of databases can destroy: each way to have it, each way not to, and what cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.check import Finding
from policypack.model import Infrastructure, Outcome, Verb
from policypack.read import read_input
from policypack.read.options import ReadOptions
from policypack.settings import Settings
from tests.expectations import checks

CHECK = "agent_owns_database_objects"
SETUP = {
    "postgresql": """
resource "postgresql_database" "app" {
  name = "app"
}
resource "postgresql_schema" "billing" {
  name     = "billing"
  database = postgresql_database.app.name
}
resource "postgresql_role" "owner" {
  name = "owner"
}
resource "postgresql_role" "agent" {
  name = "agent"
}
variable "v" {}
""",
    "mysql": 'resource "mysql_database" "app" {\n name = "app"\n}\nvariable "v" {}\n',
    "snowflake": """
resource "snowflake_database" "app" {
  name                        = "APP"
  data_retention_time_in_days = 30
}
resource "snowflake_schema" "billing" {
  database = snowflake_database.app.name
  name     = "BILLING"
}
resource "snowflake_account_role" "agent" {
  name = "AGENT"
}
variable "v" {}
""",
    "mongodb": 'variable "v" {}\n',
}


def picture(folder: Path, text: str) -> Infrastructure:
    """The picture of a module."""
    folder.joinpath("main.tf").write_text(text, encoding="utf-8")
    catalog = load_catalog()
    source = read_input(folder, ReadOptions(base=folder.parent, wanted=catalog.knows))
    return build([source], catalog, Settings())


def findings(folder: Path, text: str) -> list[Finding]:
    """What the check finds in a module."""
    return list(checks()[CHECK].find(picture(folder, text)))


def outcome(folder: Path, text: str) -> str:
    """`found`, `perhaps` or `quiet`."""
    found = findings(folder, text)
    return "quiet" if not found else "found" if any(each.certain for each in found) else "perhaps"


def grant(
    privileges: str, kind: str = "table", schema: str = '"public"', role: str = '"agent"', database: str = '"app"'
) -> str:
    """A grant of PostgreSQL."""
    return f"""
resource "postgresql_grant" "g" {{
  role        = {role}
  database    = {database}
  schema      = {schema}
  object_type = {kind if kind.startswith("var.") else f'"{kind}"'}
  privileges  = {privileges}
}}
"""


def member(of: str) -> str:
    """A membership in PostgreSQL."""
    return f'resource "postgresql_grant_role" "m" {{\n role = postgresql_role.agent.name\n grant_role = {of}\n}}\n'


OWNED = 'resource "postgresql_database" "own" {\n name = "own"\n owner = postgresql_role.owner.name\n}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (grant('["SELECT", "INSERT"]'), "quiet"),
        (grant('["SELECT", "INSERT", "UPDATE", "REFERENCES"]'), "quiet"),
        (grant('["DELETE"]'), "found"),
        (grant('["TRUNCATE"]'), "found"),
        (grant('["ALL"]'), "found"),
        (grant("[]"), "quiet"),
        (grant("var.v"), "perhaps"),
        (grant('["SELECT", var.v]'), "perhaps"),
        (grant('["ALL"]', kind="schema"), "quiet"),
        (grant('["ALL"]', kind="sequence"), "quiet"),
        (grant('["DELETE"]', kind="var.v"), "perhaps"),
        (grant('["DELETE"]', role="postgresql_role.agent.name"), "found"),
        (grant('["DELETE"]', role='"public"'), "found"),
        (grant('["DELETE"]', role="postgresql_role.owner.name"), "quiet"),
        (grant('["DELETE"]', database='"other"'), "found"),
        (grant('["DELETE"]', database='"other_staging"'), "quiet"),
        (grant('["DELETE"]', database="var.v"), "perhaps"),
        (grant('["DELETE"]', schema="postgresql_schema.billing.name"), "found"),
        ('resource "postgresql_schema" "s" {\n name = "s"\n database = "app"\n owner = "agent"\n}\n', "found"),
        ('resource "postgresql_schema" "s" {\n name = "s"\n database = "app"\n owner = var.v\n}\n', "quiet"),
        (OWNED, "quiet"),
        (OWNED + member("postgresql_role.owner.name"), "found"),
        (OWNED + member('"owner"'), "found"),
        (member("postgresql_role.owner.name"), "quiet"),
        (member('"pg_read_all_data"'), "quiet"),
        (member('"pg_write_all_data"'), "found"),
        (member('"rds_superuser"'), "found"),
        (member('"nobody_knows"'), "perhaps"),
        (member("var.v"), "perhaps"),
    ],
)
def test_postgresql(tmp_path: Path, text: str, said: str) -> None:
    """Ownership, memberships and privileges on rows destroy; reading and adding do not; what is not known is said to be so."""
    assert outcome(tmp_path, SETUP["postgresql"] + text) == said


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("superuser = true", "found"),
        ("superuser = false", "quiet"),
        ("superuser = var.v", "perhaps"),
        ("create_database = true", "quiet"),
        ("bypass_row_level_security = true", "quiet"),
        ('roles = ["postgres"]', "found"),
        ("roles = var.v", "perhaps"),
        ('roles = ["pg_monitor"]', "quiet"),
    ],
)
def test_attributes_of_a_role(tmp_path: Path, attribute: str, said: str) -> None:
    """A superuser owns everything, whether by its own attribute or as a member."""
    text = SETUP["postgresql"] + f'resource "postgresql_role" "cursor" {{\n name = "cursor"\n {attribute}\n}}\n'
    assert outcome(tmp_path, text) == said


def test_a_role_that_makes_roles_is_an_escalation(tmp_path: Path) -> None:
    """CREATEROLE leads to what others may do, and is agent_can_escalate's alone."""
    text = SETUP["postgresql"] + OWNED + 'resource "postgresql_role" "cursor" {\n name = "cursor"\n create_role = true\n}\n'
    made = picture(tmp_path, text)
    assert not list(checks()[CHECK].find(made))
    assert [(each.resource.address, each.certain) for each in checks()["agent_can_escalate"].find(made)] == [
        ("postgresql_role.cursor", False)
    ]


def test_a_grant_on_one_schema_says_nothing_of_another(tmp_path: Path) -> None:
    """Rows of `public` are the database's, and not those of a schema that has a place of its own; DROP takes both."""
    made = picture(tmp_path, SETUP["postgresql"] + grant('["DELETE"]'))
    known = {each.target for each in authority(made).powers_of("postgresql_role.agent") if each.verb is Verb.DESTROY}
    assert known == {"postgresql_database.app"}
    owner = SETUP["postgresql"].replace('name = "app"', 'name = "app"\n owner = "agent"')
    made = picture(tmp_path, owner)
    known = {each.target for each in authority(made).powers_of("postgresql_role.agent") if each.verb is Verb.DESTROY}
    assert known == {"postgresql_database.app", "postgresql_schema.billing"}


def mysql(privileges: str, database: str = '"app"', user: str = "agent", more: str = "") -> str:
    """A grant of MySQL."""
    named = f"database = {database}" if database else ""
    return f'resource "mysql_grant" "g" {{\n user = "{user}"\n host = "%"\n {named}\n privileges = {privileges}\n {more}\n}}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (mysql('["SELECT", "INSERT"]'), "quiet"),
        (mysql('["DELETE"]'), "found"),
        (mysql('["DROP"]'), "found"),
        (mysql('["ALL PRIVILEGES"]'), "found"),
        (mysql('["DROP"]', database=""), "found"),
        (mysql('["DROP"]', database='"*"'), "found"),
        (mysql('["SELECT"]', database=""), "quiet"),
        (mysql('["SUPER"]', database=""), "found"),
        (mysql('["DROP"]', database='"ap%"'), "perhaps"),
        (mysql('["DROP"]', database='"other"'), "found"),
        (mysql('["DROP"]', database='"other_dev"'), "quiet"),
        (mysql('["DELETE"]', more='table = "t"'), "found"),
        (mysql('["SELECT (a, b)"]'), "quiet"),
        (mysql("var.v"), "perhaps"),
        (mysql('["DROP"]', user="app"), "quiet"),
        (mysql("[]", database="", more='roles = ["unknown"]'), "perhaps"),
    ],
)
def test_mysql(tmp_path: Path, text: str, said: str) -> None:
    """A database that is not named is every database, and DROP is a privilege."""
    assert outcome(tmp_path, SETUP["mysql"] + text) == said


def snowflake(body: str) -> str:
    """A grant of privileges to a role of Snowflake."""
    return f'resource "snowflake_grant_privileges_to_account_role" "g" {{\n account_role_name = "AGENT"\n {body}\n}}\n'


ON_APP = 'on_account_object {\n object_type = "DATABASE"\n object_name = "APP"\n}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (snowflake(f'privileges = ["USAGE"]\n{ON_APP}'), "quiet"),
        (snowflake(f"all_privileges = true\n{ON_APP}"), "quiet"),
        (snowflake('privileges = ["DELETE"]\non_schema_object {\nobject_type = "TABLE"\nobject_name = "\\"APP\\".\\"BILLING\\".\\"T\\""\n}'), "found"),
        (snowflake('privileges = ["SELECT"]\non_schema_object {\nobject_type = "TABLE"\nobject_name = "\\"APP\\".\\"BILLING\\".\\"T\\""\n}'), "quiet"),
        (snowflake('privileges = ["TRUNCATE"]\non_schema_object {\nall {\nobject_type_plural = "TABLES"\nin_database = "APP"\n}\n}'), "found"),
        (snowflake('privileges = ["TRUNCATE"]\non_schema_object {\nfuture {\nobject_type_plural = "TABLES"\nin_database = "APP"\n}\n}'), "perhaps"),
        (snowflake('privileges = ["DELETE"]\non_schema_object {\nall {\nobject_type_plural = "VIEWS"\nin_database = "APP"\n}\n}'), "quiet"),
        (snowflake('all_privileges = true\non_schema_object {\nall {\nobject_type_plural = "TABLES"\nin_schema = "\\"APP\\".\\"BILLING\\""\n}\n}'), "found"),
        (snowflake(f"privileges = var.v\n{ON_APP}"), "perhaps"),
        ('resource "snowflake_grant_account_role" "g" {\n role_name = "ACCOUNTADMIN"\n parent_role_name = "AGENT"\n}\n', "found"),
        ('resource "snowflake_grant_account_role" "g" {\n role_name = "SYSADMIN"\n user_name = "CURSOR"\n}\n', "found"),
        ('resource "snowflake_grant_account_role" "g" {\n role_name = "PUBLIC"\n user_name = "CURSOR"\n}\n', "quiet"),
        ('resource "snowflake_grant_account_role" "g" {\n role_name = "OTHER"\n user_name = "CURSOR"\n}\n', "perhaps"),
        ('resource "snowflake_grant_ownership" "g" {\n account_role_name = "AGENT"\n on {\n object_type = "SCHEMA"\n object_name = snowflake_schema.billing.fully_qualified_name\n }\n}\n', "found"),
        ('resource "snowflake_grant_ownership" "g" {\n account_role_name = "AGENT"\n on {\n object_type = "WAREHOUSE"\n object_name = "W"\n }\n}\n', "quiet"),
    ],
)  # fmt: skip
def test_snowflake(tmp_path: Path, text: str, said: str) -> None:
    """OWNERSHIP drops; privileges on a database do not, those on the rows of its tables do; roles are followed upwards."""
    assert outcome(tmp_path, SETUP["snowflake"] + text) == said


TOKEN = """
resource "snowflake_grant_account_role" "g" {
  role_name = "SYSADMIN"
  user_name = "ETL"
}
resource "snowflake_user_programmatic_access_token" "t" {
  user = "ETL"
  name = "CLI"
  RESTRICTED
}
"""


@pytest.mark.parametrize(
    ("restricted", "said"),
    [("", "found"), ('role_restriction = "SYSADMIN"', "quiet"), ('role_restriction = "READER"', "quiet")],
)
def test_a_token_makes_its_user_worth_a_look(tmp_path: Path, restricted: str, said: str) -> None:
    """Whoever finds the token of a user is that user, with all of its roles; a token of one role is that role alone."""
    assert outcome(tmp_path, SETUP["snowflake"] + TOKEN.replace("RESTRICTED", restricted)) == said
    bare = SETUP["snowflake"] + TOKEN.partition('resource "snowflake_user_programmatic')[0]
    assert outcome(tmp_path, bare) == "quiet"


def user(body: str) -> str:
    """A user of MongoDB."""
    return f'resource "mongodb_db_user" "u" {{\n name = "cursor"\n auth_database = "admin"\n password = "x"\n {body}\n}}\n'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('role {\n role = "read"\n db = "app"\n}', "quiet"),
        ('role {\n role = "readWrite"\n db = "app"\n}', "found"),
        ('role {\n role = "readWrite"\n db = "app_test"\n}', "quiet"),
        ('role {\n role = "dbOwner"\n db = "app"\n}', "found"),
        ('role {\n role = "root"\n db = "admin"\n}', "found"),
        ('role {\n role = "userAdmin"\n db = "app"\n}', "quiet"),
        ('role {\n role = "mine"\n db = "app"\n}', "perhaps"),
        ('role {\n role = var.v\n db = "app"\n}', "perhaps"),
    ],
)  # fmt: skip
def test_mongodb(tmp_path: Path, body: str, said: str) -> None:
    """What built-in roles hold is known; a role that nobody defines may hold anything."""
    assert outcome(tmp_path, SETUP["mongodb"] + user(body)) == said


ATLAS = """
variable "v" {}
resource "mongodbatlas_advanced_cluster" "shop" {
  project_id = "p"
  name       = "shop"
}
resource "mongodbatlas_advanced_cluster" "other" {
  project_id = "p"
  name       = "other"
}
resource "mongodbatlas_database_user" "u" {
  project_id = "p"
  username   = "cursor"
  BODY
}
"""


@pytest.mark.parametrize(
    ("body", "destroyed"),
    [
        ('roles {\n role_name = "readWrite"\n database_name = "d"\n}', {"shop": True, "other": True}),
        ('roles {\n role_name = "readWrite"\n database_name = "d_test"\n}', {}),
        ('roles {\n role_name = "read"\n database_name = "d"\n}', {}),
        ('roles {\n role_name = "atlasAdmin"\n database_name = "admin"\n}', {"shop": True, "other": True}),
        ('roles {\n role_name = "mine"\n database_name = "admin"\n}', {"shop": False, "other": False}),
        ('roles {\n role_name = var.v\n database_name = "admin"\n}', {"shop": False, "other": False}),
        (
            'roles {\n role_name = "dbAdmin"\n database_name = "d"\n}\nscopes {\n name = "shop"\n type = "CLUSTER"\n}',
            {"shop": True},
        ),
    ],
)  # fmt: skip
def test_atlas(tmp_path: Path, body: str, destroyed: dict[str, bool]) -> None:
    """A user works on all clusters of its project, unless it is limited to some; its name says nothing of the clusters themselves."""
    made = picture(tmp_path, ATLAS.replace("BODY", body))
    powers = [each for each in authority(made).powers_of("mongodbatlas_database_user.u") if each.verb is Verb.DESTROY]
    known = {each.target.rpartition(".")[2]: each.outcome is Outcome.YES for each in powers}
    assert known == destroyed
    assert not any(action.startswith("delete") for each in powers for action in each.actions if each.outcome is Outcome.YES)
    assert bool(list(checks()[CHECK].find(made))) == bool(destroyed)


SERVER = """
resource "aws_db_instance" "SHOWN" {
  identifier = "SHOWN"
}
provider "postgresql" {
  host = aws_db_instance.SHOWN.address
}
"""


@pytest.mark.parametrize(("name", "said"), [("orders", "found"), ("orders-staging", "quiet")])
def test_the_server_says_whose_loss_it_is(tmp_path: Path, name: str, said: str) -> None:
    """What is in no file is a loss of the server that the provider block names, and of that server's environment."""
    text = SERVER.replace('"SHOWN"', f'"{name}"').replace("SHOWN", name) + grant('["DELETE"]', database='"things"')
    assert outcome(tmp_path, text) == said
    assert [name in each.message for each in findings(tmp_path, text)] == [True] * (said == "found")


def test_who_can_speaks_of_roles(tmp_path: Path) -> None:
    """A role of a database is an identity like any other: who can destroy a database has an answer with a path."""
    made = picture(tmp_path, SETUP["postgresql"] + OWNED + member("postgresql_role.owner.name"))
    found = {each.identity: each for each in authority(made).who_can(Verb.DESTROY, "postgresql_database.own")}
    assert {name: each.outcome for name, each in found.items()} == {
        "postgresql_role.owner": Outcome.YES,
        "postgresql_role.agent": Outcome.YES,
    }
    assert any("SET ROLE on postgresql_role.owner" in step.text for step in found["postgresql_role.agent"].path)


def test_whom_something_is_given_to_may_not_be_known(tmp_path: Path) -> None:
    """A grant to nobody that can be told is a gap, and no finding."""
    made = picture(tmp_path, SETUP["postgresql"] + grant('["DELETE"]', role="var.v"))
    assert not list(checks()[CHECK].find(made))
    assert any("is not known" in each.reason and "postgresql_grant.g" in each.reason for each in made.gaps)


def test_two_servers_are_two(tmp_path: Path) -> None:
    """A role of one server owns nothing on another, whatever both call it."""
    text = """
provider "postgresql" {
  host = "a.example.com"
}
provider "postgresql" {
  alias = "b"
  host  = "b.example.com"
}
resource "postgresql_role" "agent" {
  name = "agent"
}
resource "postgresql_database" "app" {
  provider = postgresql.b
  name     = "app"
  owner    = "agent"
}
"""
    made = picture(tmp_path, text)
    assert [each.resource.address for each in checks()[CHECK].find(made)] == ["postgresql_database.app"]
