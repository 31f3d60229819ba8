"""What cannot be told of platforms that hand out tokens is passed over nowhere: it is uncertain, or a gap."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.model import Infrastructure, Outcome, Verb
from tests.authority.google import MAYBE, NO, YES, picture

GIVEN = 'variable "given" {}\n'


def shown(folder: Path, *parts: str) -> Infrastructure:
    """The picture of a module that is read as a scan reads it."""
    return picture(folder, GIVEN, *parts, base="")


def outcome(folder: Path, target: str, who: str, *parts: str) -> Outcome:
    """How surely somebody can destroy something."""
    found = authority(shown(folder, *parts)).who_can(Verb.DESTROY, target)
    return next((each.outcome for each in found if each.identity == who), NO)


SECRET = 'resource "vault_kv_secret_v2" "s" {\n  mount = "kv"\n  name = "prod/db"\n  data_json = "{}"\n}\n'
TOKEN = 'resource "vault_token" "t" {\n  policies = ["p"]\n}\n'
POLICY = 'resource "vault_policy" "p" {\n  name = "p"\n  policy = <<-EOT\n%s\nEOT\n}\n'
DELETES = 'path "kv/metadata/*" { capabilities = ["delete"] }'
READS = 'path "kv/metadata/*" {\n  capabilities = ["read"]\n}'
DENIES = DELETES.replace("delete", "deny")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DELETES, YES),
        (READS, NO),
        (DELETES + "\n" + DENIES, NO),
        ('path "a" { capabilities = ["read"] } ' + DELETES, YES),
        ('"path" "kv/metadata/*" { capabilities = ["delete"] }', YES),
        (f"{DELETES}\n/*\n{DENIES}\n*/", YES),
        (f"{DELETES}\n# {DENIES}\n// {DENIES}", YES),
        (f'path "a" {{ capabilities = ["read"] }}#{DENIES}\n{DELETES}', YES),
        ('path "kv/metadata/*" {\n  capabilities = ${jsonencode(var.given)}\n}', MAYBE),
        ('path "kv/metadata/*" {\n  ${var.given}\n}', MAYBE),
        ('path "kv/metadata/*" {\n  capabilities = ["${var.given}"]\n}', MAYBE),
        (READS + "\n${var.given}", MAYBE),
        ("${var.given}\n" + READS, MAYBE),
        (READS + '\n%{ for each in var.given ~}\npath "${each}" {\n  capabilities = ["delete"]\n}\n%{ endfor ~}', MAYBE),
        ('path "other/${var.given}" {\n  capabilities = ["delete"]\n}', NO),
    ],
)
def test_a_policy_of_vault_that_is_not_known_whole(tmp_path: Path, text: str, expected: Outcome) -> None:
    """Every path of a text counts, however it is set, no comment does; what only the apply puts into it may allow anything."""
    assert outcome(tmp_path, "vault_kv_secret_v2.s", "vault_token.t", SECRET, TOKEN, POLICY % text) is expected


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        *((f"vault_{each}_auth_backend_role", "token_policies") for each in ("aws", "azure", "cert", "gcp", "approle", "saml")),
        ("vault_userpass_auth_backend_user", "token_policies"),
        ("vault_ldap_auth_backend_group", "policies"),
        ("vault_okta_auth_backend_user", "policies"),
        ("vault_github_team", "policies"),
        ("vault_github_auth_backend", "token_policies"),
        ("vault_identity_group", "policies"),
        ("vault_identity_entity_policies", "policies"),
    ],
)
def test_everybody_who_carries_policies_of_vault(tmp_path: Path, kind: str, argument: str) -> None:
    """Whatever gives somebody a policy makes somebody who has what the policy allows."""
    holder = f'resource "{kind}" "h" {{\n  {argument} = ["p"]\n}}\n'
    assert outcome(tmp_path, "vault_kv_secret_v2.s", f"{kind}.h", SECRET, POLICY % DELETES, holder) is YES


REPOSITORY = (
    'resource "railway_service" "db" {\n  name = "db"\n  project_id = "p"\n  volume = {\n    name = "v"\n    mount_path = "/d"\n  }\n}\n'
    'resource "github_repository" "r" {\n  name = "r"\n}\nresource "github_team" "t" {\n  name = "t"\n}\n'
    'resource "github_actions_secret" "s" {\n  repository = github_repository.r.name\n'
    '  secret_name = "RAILWAY_API_TOKEN"\n  plaintext_value = "x"\n}\n'
)
LET_IN = 'resource "github_repository_collaborators" "c" {\n  repository = github_repository.r.name\n  %s\n}\n'
BLOCK = '%s {\n    %s = %s\n    permission = "%s"\n  }'


@pytest.mark.parametrize(
    ("block", "who", "expected"),
    [
        (BLOCK % ("user", "username", '"bot"', "push"), "github_repository_collaborators.c", YES),
        (BLOCK % ("user", "username", '"bot"', "pull"), "github_repository_collaborators.c", NO),
        (BLOCK % ("team", "team_id", "github_team.t.id", "admin"), "github_team.t", YES),
        (BLOCK % ("team", "team_id", "github_team.t.slug", "pull"), "github_team.t", NO),
        (BLOCK % ("team", "team_id", '"others"', "push"), "github_repository_collaborators.c", YES),
        (
            'dynamic "user" {\n    for_each = var.given\n    content {\n      username = user.value\n      permission = "push"\n    }\n  }',
            "github_repository_collaborators.c",
            MAYBE,
        ),
    ],
)
def test_collaborators_that_are_listed_together(tmp_path: Path, block: str, who: str, expected: Outcome) -> None:
    """Who is let into a repository in one list with others writes its workflows, as who is let in alone."""
    assert outcome(tmp_path, "railway_service.db", who, REPOSITORY, LET_IN % block) is expected


@pytest.mark.parametrize(("listed", "expected"), [('["r"]', MAYBE), ("var.given", MAYBE), ('["other"]', NO)])
def test_repositories_of_an_app_that_are_listed_together(tmp_path: Path, listed: str, expected: Outcome) -> None:
    """What an App may do in a repository is decided on GitHub, whichever resource lets it in."""
    app = f'resource "github_app_installation_repositories" "a" {{\n  installation_id = "1"\n  selected_repositories = {listed}\n}}\n'
    assert outcome(tmp_path, "railway_service.db", "github_app_installation_repositories.a", REPOSITORY, app) is expected


CLUSTER = (
    'resource "mongodbatlas_cluster" "c" {\n  project_id = mongodbatlas_project.p.id\n  name = "c"\n}\n'
    'resource "mongodbatlas_team" "t" {\n  org_id = "o"\n  name = "t"\n}\n'
    'resource "mongodbatlas_project" "p" {\n  name = "p"\n  org_id = "o"\n  %s\n}\n'
)
TEAM = "teams {\n    team_id = mongodbatlas_team.t.team_id\n    role_names = %s\n  }"
ASSIGNED = (
    'resource "mongodbatlas_team_project_assignment" "a" {\n  project_id = mongodbatlas_project.p.id\n'
    '  team_id = mongodbatlas_team.t.team_id\n  role_names = ["GROUP_OWNER"]\n}\n'
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (CLUSTER % (TEAM % '["GROUP_OWNER"]'), YES),
        (CLUSTER % (TEAM % '["GROUP_READ_ONLY"]'), NO),
        (CLUSTER % (TEAM % "var.given"), MAYBE),
        (CLUSTER % "" + ASSIGNED, YES),
    ],
)
def test_a_team_of_a_project(tmp_path: Path, parts: str, expected: Outcome) -> None:
    """A team has its roles in a project, whether the project says so or an assignment."""
    assert outcome(tmp_path, "mongodbatlas_cluster.c", "mongodbatlas_team.t", parts) is expected


NEON = "".join(f'resource "neon_project" "{each}" {{\n  name = "{each}"\n}}\n' for each in "pq")
D1 = 'resource "cloudflare_d1_database" "d" {\n  account_id = "a"\n  name = "d"\n}\n'
KEY = 'resource "neon_org_api_key" "k" {\n  org_id = "o"\n  name = "k"\n  project_id = %s\n}\n'


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ("neon_project.p.id", YES),
        ("neon_project.q.id", NO),
        ('"shy-fog-12345678"', MAYBE),
        ("var.given", MAYBE),
        ("var.given ? neon_project.q.id : neon_project.p.id", MAYBE),
    ],
)
def test_a_thing_that_an_id_names(tmp_path: Path, project: str, expected: Outcome) -> None:
    """Which thing has an id is not told before the apply: one of the inputs may be meant; one of several is perhaps the one."""
    assert outcome(tmp_path, "neon_project.p", "neon_org_api_key.k", NEON, KEY % project) is expected


@pytest.mark.parametrize(
    ("target", "who", "parts"),
    [
        (
            "neon_project.p",
            "neon_project_permission.u",
            NEON + 'resource "neon_project_permission" "u" {\n  project_id = neon_project.p.id\n  grantee = "bot@x.com"\n}\n',
        ),
        (
            "cloudflare_d1_database.d",
            "cloudflare_account_member.u",
            D1 + 'resource "cloudflare_account_member" "u" {\n  account_id = "a"\n  email = "bot@x.com"\n  roles = ["r"]\n}\n',
        ),
    ],
)
def test_somebody_whose_roles_no_table_has(tmp_path: Path, target: str, who: str, parts: str) -> None:
    """Who is let in with rights that the platform decides may do anything there."""
    assert outcome(tmp_path, target, who, parts) is MAYBE


@pytest.mark.parametrize(
    ("kind", "store", "told"),
    [
        ("github_organization_role_user", "", True),
        ("github_organization_role_team", "", True),
        ("linode_user", "linode_database_postgresql_v2", True),
        ("linode_user", "", False),
        ("confluent_role_binding", "confluent_kafka_topic", True),
        ("github_team", "", False),
        ("linode_firewall", "linode_database_postgresql_v2", False),
    ],
)
def test_who_is_given_rights_in_words_that_nobody_reads(tmp_path: Path, kind: str, store: str, told: bool) -> None:
    """Somebody whom a resource lets in, and of whom no language here says what that is, is a gap where there is anything to lose."""
    parts = [f'resource "{each}" "x" {{\n  name = "x"\n}}\n' for each in (kind, store) if each]
    said = "\n".join(each.reason for each in shown(tmp_path, *parts).gaps)
    assert (kind in said) is told
