"""The same policy in every form that Terraform has for it is the same policy of the same identity."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Identity, Reference, Unknown, Value
from policypack.read.document import read_document
from policypack.read.options import ReadOptions
from policypack.settings import Settings
from tests.build.hcl import estate, identity

ROLE = """
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
"""
BUCKET = 'resource "aws_s3_bucket" "b" { bucket_prefix = "b" }\n'
JSON = """jsonencode({
  Version = "2012-10-17"
  Statement = { Effect = "Allow", Action = "s3:DeleteObject", Resource = "${aws_s3_bucket.b.arn}/*" }
})"""
HEREDOC = """<<-EOT
  {"Version": "2012-10-17",
   "Statement": [{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "${aws_s3_bucket.b.arn}/*"}]}
EOT
"""
DOCUMENT = """
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
  }
}
"""
MERGED = """
data "aws_iam_policy_document" "source" {
  statement {
    sid       = "x"
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "d" {
  source_policy_documents = [data.aws_iam_policy_document.source.json]
  statement {
    sid       = "x"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
  }
}
"""
FROM_DATA = "data.aws_iam_policy_document.d.json"


def inline(policy: str, extra: str = "") -> str:
    """An inline policy as a resource of its own."""
    return (
        f'resource "aws_iam_role_policy" "p" {{\n  name = "p"\n  role = aws_iam_role.r.id\n  {extra}\n  policy = {policy}\n}}\n'
    )


def attached(attachment: str) -> str:
    """A customer managed policy with what attaches it."""
    return f'resource "aws_iam_policy" "p" {{\n  name = "p"\n  policy = {JSON}\n}}\n{attachment}\n'


FORMS = {
    "jsonencode": ROLE + inline(JSON),
    "heredoc": ROLE + inline(HEREDOC),
    "document": ROLE + DOCUMENT + inline(FROM_DATA),
    "merged documents": ROLE + MERGED + inline(FROM_DATA),
    "inline block": ROLE.replace("\n}", f'\n  inline_policy {{\n    name   = "p"\n    policy = {JSON}\n  }}\n}}'),
    "count": ROLE + inline(JSON, "count = 1"),
    "for_each": ROLE + inline(JSON, 'for_each = toset(["one"])'),
    "role by name": ROLE + inline(JSON).replace("aws_iam_role.r.id", '"r"'),
    "attachment": ROLE
    + attached(
        'resource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n policy_arn = aws_iam_policy.p.arn\n}'
    ),
    "attachment by ARN": ROLE
    + attached(
        'resource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n'
        ' policy_arn = "arn:aws:iam::111111111111:policy/p"\n}\n'
    ),
    "attachment with the caller's account": ROLE
    + attached(
        'data "aws_caller_identity" "me" {}\nresource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n'
        ' policy_arn = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:policy/p"\n}\n'
    ),
    "attachment to many": ROLE
    + attached(
        'resource "aws_iam_policy_attachment" "a" {\n name = "a"\n roles = [aws_iam_role.r.name]\n policy_arn = aws_iam_policy.p.arn\n}'
    ),
    "exclusive attachments": ROLE
    + attached(
        'resource "aws_iam_role_policy_attachments_exclusive" "a" {\n role_name = aws_iam_role.r.name\n'
        " policy_arns = [aws_iam_policy.p.arn]\n}\n"
    ),
    "managed_policy_arns": attached(ROLE.replace("\n}", "\n  managed_policy_arns = [aws_iam_policy.p.arn]\n}")),
    "exclusive inline": ROLE
    + inline(JSON)
    + 'resource "aws_iam_role_policies_exclusive" "e" {\n role_name = aws_iam_role.r.name\n policy_names = [aws_iam_role_policy.p.name]\n}',
    "looked up": ROLE
    + attached(
        'data "aws_iam_policy" "p" { name = "p" }\nresource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n'
        " policy_arn = data.aws_iam_policy.p.arn\n}\n"
    ),
}


def statements(found: Identity) -> list[Value]:
    """The statements of its policies without their sids, as a list of plain values."""
    made: list[Value] = []
    for policy in found.policies:
        assert isinstance(policy.document, dict), policy
        listed = policy.document["Statement"]
        assert isinstance(listed, list)
        made += [{key: value for key, value in each.items() if key != "Sid"} for each in listed if isinstance(each, dict)]
    return made


def delete_objects(prefix: str = "") -> list[Value]:
    """The one statement of all forms."""
    hole = Reference(f"{prefix}aws_s3_bucket.b", "arn")
    return [{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": Unknown(references=(hole,), parts=(hole, "/*"))}]


@pytest.mark.parametrize("form", FORMS)
def test_the_form_says_nothing(tmp_path: Path, form: str) -> None:
    """One policy, however it is written and attached, gives the role the same statements, holes included."""
    found = identity(estate(tmp_path, BUCKET + FORMS[form]), "aws_iam_role.r")
    assert statements(found) == delete_objects()


PLAN = Path(__file__).with_name("recorded") / "identities.json"
NEEDS_AN_ACCOUNT = {"attachment with the caller's account", "looked up"}
PLANNED = sorted(FORMS.keys() - NEEDS_AN_ACCOUNT)
TEXT_IS_LOST = {form for form in PLANNED if "document" not in form}


def planned(folder: Path) -> None:
    """Writes the root module that the recorded plan is of: each form in a module of its own. To record it anew: write it,
    `terraform plan -refresh=false -out=p` with the provider's checks skipped, `terraform show -json p`, and keep what is there now.
    """
    calls = []
    for form in PLANNED:
        name = form.replace(" ", "_")
        calls.append(f'module "{name}" {{\n  source = "./{name}"\n}}\n')
        folder.joinpath(name).mkdir(parents=True)
        folder.joinpath(name, "main.tf").write_text(BUCKET + FORMS[form], encoding="utf-8")
    folder.joinpath("main.tf").write_text('provider "aws" {\n  region = "us-east-1"\n}\n' + "".join(calls), encoding="utf-8")


@pytest.mark.parametrize("with_source", [True, False])
def test_the_plan_says_the_same(tmp_path: Path, with_source: bool) -> None:
    """Terraform's own plan of each form (AWS provider 5.100.0) gives the statements of its HCL; without the source at hand, a text
    that a plan does not carry is unknown, and never another."""
    if with_source:
        planned(tmp_path)
    path = tmp_path / "plan.json"
    path.write_bytes(PLAN.read_bytes())
    picture = build([read_document(path, ReadOptions(base=tmp_path))], load_catalog(), Settings())
    for form in PLANNED:
        module = f"module.{form.replace(' ', '_')}."
        found = identity(picture, f"{module}aws_iam_role.r")
        if with_source:
            assert statements(found) == delete_objects(module), form
        elif form in TEXT_IS_LOST:
            assert [isinstance(each.document, Unknown) for each in found.policies] == [True], form
        else:
            [statement] = statements(found)
            assert isinstance(statement, dict)
            resource = statement["Resource"]
            assert statement["Action"] == "s3:DeleteObject"
            assert isinstance(resource, Unknown)
            assert resource.references == (Reference(f"{module}aws_s3_bucket.b", "arn"),)


def test_in_a_module(tmp_path: Path) -> None:
    """A module changes the addresses and nothing else."""
    files = {"main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/inner.tf": BUCKET + FORMS["document"]}
    found = identity(estate(tmp_path, files), "module.m.aws_iam_role.r")
    assert statements(found) == delete_objects("module.m.")


def test_of_a_group(tmp_path: Path) -> None:
    """A user has what his groups have, by either kind of membership, and what is attached to himself."""
    text = """
    resource "aws_iam_user" "u" { name = "u" }
    resource "aws_iam_group" "g" { name = "g" }
    resource "aws_iam_group" "h" { name = "h" }
    resource "aws_iam_group_policy" "g" {
      name = "g"
      group = aws_iam_group.g.name
      policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "rds:*", Resource = "*" }] })
    }
    resource "aws_iam_group_policy_attachment" "h" {
      group = aws_iam_group.h.name
      policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    }
    resource "aws_iam_group_membership" "g" {
      name = "g"
      group = aws_iam_group.g.name
      users = [aws_iam_user.u.name]
    }
    resource "aws_iam_user_group_membership" "h" {
      user = aws_iam_user.u.name
      groups = [aws_iam_group.h.name]
    }
    resource "aws_iam_user_policy_attachment" "u" {
      user = aws_iam_user.u.name
      policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
    }
    """
    picture = estate(tmp_path, text)
    assert [each.name for each in identity(picture, "aws_iam_user.u").policies] == ["PowerUserAccess", "g", "ReadOnlyAccess"]
    assert identity(picture, "aws_iam_group.g").form == "group"


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ('"{"', "is not JSON"),
        ('"[]"', "is not a JSON object"),
        ('jsonencode({ Version = "2012-10-17" })', "has no statements"),
        ("var.policy", "variable policy"),
        ('jsonencode({ Statement = "all" })', "has no statements"),
        (r'"{\"Statement\": [{\"Effect\": \"Allow\", \"Effect\": \"Deny\"}]}"', "names one element twice"),
        (
            r'"{\"Statement\": [{\"Effect\": \"Allow\", \"Effect\": \"Deny\", \"Resource\": \"${var.policy}\"}]}"',
            "variable policy",
        ),
    ],
)
def test_what_cannot_be_read_is_unknown(tmp_path: Path, policy: str, reason: str) -> None:
    """A policy that is malformed or not given is an unknown policy with its reason, never an empty one."""
    [found] = identity(estate(tmp_path, 'variable "policy" {}\n' + ROLE + inline(policy)), "aws_iam_role.r").policies
    assert isinstance(found.document, Unknown)
    said = found.document.reason + " ".join(map(str, found.document.references))
    assert reason in said


def test_a_policy_of_a_megabyte_is_not_decoded(tmp_path: Path) -> None:
    """What IAM would refuse for its length costs nothing and is unknown."""
    files = {"main.tf": ROLE + inline('file("${path.module}/p.json")'), "p.json": '{"Statement": [' + " " * 1_100_000 + "]}"}
    [found] = identity(estate(tmp_path, files), "aws_iam_role.r").policies
    assert isinstance(found.document, Unknown)


@pytest.mark.parametrize(
    ("arn", "known"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws:iam::aws:policy/job-function/DatabaseAdministrator", True),
        ("arn:aws:iam::aws:policy/OfNextYear", False),
        ("arn:aws:iam::222222222222:policy/elsewhere", False),
    ],
)
def test_managed_by_arn(tmp_path: Path, arn: str, known: bool) -> None:
    """AWS's own policies come from the table; what neither it nor the inputs have is unknown and names the ARN."""
    text = ROLE + f'resource "aws_iam_role_policy_attachment" "a" {{\n role = aws_iam_role.r.name\n policy_arn = "{arn}"\n}}\n'
    [found] = identity(estate(tmp_path, text), "aws_iam_role.r").policies
    assert found.name == arn.rpartition("/")[2]
    assert isinstance(found.document, Unknown) is not known
    assert known or (isinstance(found.document, Unknown) and arn in found.document.reason)


def test_managed_with_the_partition(tmp_path: Path) -> None:
    """`data.aws_partition` is filled in before the table is asked."""
    text = ROLE + (
        'data "aws_partition" "p" {}\nresource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n'
        ' policy_arn = "arn:${data.aws_partition.p.partition}:iam::aws:policy/AdministratorAccess"\n}\n'
    )
    [found] = identity(estate(tmp_path, text), "aws_iam_role.r").policies
    assert isinstance(found.document, dict)


def test_the_policy_of_another_root(tmp_path: Path) -> None:
    """A policy that another root module writes is found by its ARN, if that lies in the account that the ARN names."""
    policy = 'resource "aws_iam_policy" "p" {\n  name = "p"\n  policy = jsonencode({ Statement = [] })\n}\n'
    user = ROLE + (
        'resource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n'
        ' policy_arn = "arn:aws:iam::111111111111:policy/p"\n}\n'
    )
    [found] = identity(estate(tmp_path / "here", policy, user), "aws_iam_role.r").policies
    assert found.document == {"Statement": []}
    elsewhere = policy + 'provider "aws" {\n  allowed_account_ids = ["222222222222"]\n}\n'
    [missed] = identity(estate(tmp_path / "there", elsewhere, user), "aws_iam_role.r").policies
    assert isinstance(missed.document, Unknown)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('name = "r"', "arn:aws:iam::111111111111:role/r"),
        ('name = "r"\n path = "/team/"', "arn:aws:iam::111111111111:role/team/r"),
        ('name_prefix = "r-"', ("arn:aws:iam::111111111111:role/r-", Reference("aws_iam_role.r", "name"))),
        ("", ("arn:aws:iam::111111111111:role/", Reference("aws_iam_role.r", "name"))),
    ],
)
def test_arns(tmp_path: Path, arguments: str, expected: Any) -> None:
    """An ARN is put together from account, path and name; what is not known is a hole, and its own reference stands first."""
    text = f'resource "aws_iam_role" "r" {{\n {arguments}\n assume_role_policy = jsonencode({{ Statement = [] }})\n}}\n'
    arn = identity(estate(tmp_path, text), "aws_iam_role.r").arn
    assert (arn.parts if isinstance(arn, Unknown) else arn) == expected
    assert isinstance(arn, str) or arn.references[0] == Reference("aws_iam_role.r", "arn")


def test_one_account_is_one_hole(tmp_path: Path) -> None:
    """Where the account is not known, the role's ARN and a policy that is written with the caller's account have the same hole."""
    text = (
        'provider "aws" {}\ndata "aws_caller_identity" "me" {}\n'
        + ROLE
        + inline(
            'jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole",'
            ' Resource = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/r" }] })'
        )
    )
    found = identity(estate(tmp_path, text), "aws_iam_role.r")
    document = found.policies[0].document
    assert isinstance(document, dict)
    assert isinstance(document["Statement"], list)
    [statement] = document["Statement"]
    assert isinstance(statement, dict)
    assert isinstance(found.arn, Unknown)
    resource = statement["Resource"]
    assert isinstance(resource, Unknown)
    assert resource.parts == found.arn.parts == ("arn:aws:iam::", found.domain.account, ":role/r")


def test_a_boundary(tmp_path: Path) -> None:
    """A boundary is found like any other policy; one that cannot be resolved is unknown, and none is None."""
    bounded = ROLE.replace("\n}", "\n  permissions_boundary = aws_iam_policy.b.arn\n}")
    text = bounded + 'resource "aws_iam_policy" "b" {\n  name = "b"\n  policy = jsonencode({ Statement = [] })\n}\n'
    boundary = identity(estate(tmp_path / "known", text), "aws_iam_role.r").boundary
    assert boundary is not None
    assert boundary.document == {"Statement": []}
    lost = identity(estate(tmp_path / "lost", bounded.replace("aws_iam_policy.b.arn", "var.b")), "aws_iam_role.r").boundary
    assert lost is not None
    assert isinstance(lost.document, Unknown)
    assert identity(estate(tmp_path / "none", ROLE), "aws_iam_role.r").boundary is None


@pytest.mark.parametrize(
    ("role", "anchor"),
    [('"cursor-agent"', "aws_iam_role_policy_attachment.a"), ("data.aws_iam_role.x.id", "data.aws_iam_role.x")],
)
def test_someone_outside_of_the_inputs(tmp_path: Path, role: str, anchor: str) -> None:
    """Who is given rights here and lives elsewhere is an identity: what is attached is known, the rest is said to be unknown."""
    text = f"""
    data "aws_iam_role" "x" {{ name = "cursor-agent" }}
    resource "aws_iam_role_policy_attachment" "a" {{
      role       = {role}
      policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    }}
    """
    picture = estate(tmp_path, text)
    found = identity(picture, anchor)
    assert found.kind.value == "agent"
    assert [isinstance(each.document, Unknown) for each in found.policies] == [False, True]
    assert found.boundary is not None
    assert any("cursor-agent" in gap.reason for gap in picture.gaps)


def test_which_instance_is_not_known(tmp_path: Path) -> None:
    """What may be attached to one of several instances is a possible policy of each, and certain for none."""
    role = ROLE.replace('name               = "r"', "count = 2")
    text = role + inline(JSON).replace("aws_iam_role.r.id", "aws_iam_role.r[var.which].id") + 'variable "which" {}\n' + BUCKET
    picture = estate(tmp_path, text)
    found = [each for each in picture.identities if each.form == "role"]
    assert len(found) == 2
    for each in found:
        assert all(isinstance(policy.document, Unknown) for policy in each.policies)
    said = [gap.reason for gap in picture.gaps]
    assert all(each.policies for each in found) or any("aws_iam_role_policy.p" in reason for reason in said)


def test_no_iam_costs_nothing(tmp_path: Path) -> None:
    """An estate in which nobody acts has no identities, and what knows how to read them is not imported."""
    assert estate(tmp_path, BUCKET).identities == ()
    script = (
        "import sys; from pathlib import Path; from tests.build.hcl import estate;"
        'estate(Path(sys.argv[1]), \'resource "aws_s3_bucket" "b" { bucket = "b" }\');'
        "print([each for each in sys.modules if 'identities' in each or 'aws_iam' in each])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "cold")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
