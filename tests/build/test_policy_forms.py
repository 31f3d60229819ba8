"""Documents, attachments, users and groups: one policy in every form that Terraform has is one policy of one identity."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Unknown
from policypack.read.document import read_document
from policypack.read.options import ReadOptions
from policypack.settings import Settings
from tests.build.hcl import estate, identity
from tests.build.test_identities import BUCKET, DOCUMENT, FROM_DATA, JSON, ROLE, attached, delete_objects, inline, statements

STATEMENT = """statement {
    sid       = "x"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
  }"""
EARLIER = STATEMENT.replace("DeleteObject", "GetObject")
DYNAMIC = """
data "aws_iam_policy_document" "d" {
  dynamic "statement" {
    for_each = { x = ["s3:DeleteObject"] }
    content {
      sid       = statement.key
      actions   = statement.value
      resources = ["${aws_s3_bucket.b.arn}/*"]
    }
  }
}
"""
OVERRIDDEN = f"""
data "aws_iam_policy_document" "later" {{
  {STATEMENT}
}}
data "aws_iam_policy_document" "d" {{
  override_policy_documents = [data.aws_iam_policy_document.later.json]
  {EARLIER}
}}
"""
OVER_SOURCE = f"""
data "aws_iam_policy_document" "earlier" {{
  {EARLIER}
}}
data "aws_iam_policy_document" "later" {{
  {STATEMENT}
}}
data "aws_iam_policy_document" "d" {{
  source_policy_documents   = [data.aws_iam_policy_document.earlier.json]
  override_policy_documents = [data.aws_iam_policy_document.later.json]
}}
"""
EACH = """
data "aws_iam_policy_document" "d" {
  for_each = toset(["one"])
  statement {
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
  }
}
"""
TWO_PARTS = """
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:DeleteObject"]
    resources = [for suffix in ["/*"] : "${aws_s3_bucket.b.arn}${suffix}"]
  }
}
"""
LOCAL = "locals {\n  policy = data.aws_iam_policy_document.d.json\n}\n"
INLINE_DYNAMIC = ROLE.replace(
    "\n}",
    f'\n  dynamic "inline_policy" {{\n    for_each = toset(["p"])\n    content {{\n      name   = inline_policy.value\n      policy = {JSON}\n    }}\n  }}\n}}',
)
ATTACH = 'resource "aws_iam_role_policy_attachment" "a" {\n  %s\n  role = aws_iam_role.r.name\n  policy_arn = %s\n}\n'
USER = 'resource "aws_iam_user" "u" {\n  name = "u"\n}\n'
GROUP = 'resource "aws_iam_group" "g" {\n  name = "g"\n}\n'
MEMBER = 'resource "aws_iam_group_membership" "m" {\n  name = "m"\n  group = aws_iam_group.g.name\n  users = [aws_iam_user.u.name]\n}\n'
MEMBERSHIP = (
    'resource "aws_iam_user_group_membership" "m" {\n  user = aws_iam_user.u.name\n  groups = [aws_iam_group.g.name]\n}\n'
)


def on(kind: str, body: str) -> str:
    """A resource of a type with these arguments, and the managed policy that they attach."""
    return attached(f'resource "{kind}" "a" {{\n  {body}\n}}\n')


def own(form: str) -> str:
    """The inline policy of a user or a group."""
    return f'resource "aws_iam_{form}_policy" "p" {{\n  name = "p"\n  {form} = aws_iam_{form}.{form[0]}.name\n  policy = {JSON}\n}}\n'


def only(form: str) -> str:
    """What keeps the inline policies of a user or a group to the named ones."""
    named = f"policy_names = [aws_iam_{form}_policy.p.name]"
    return (
        f'resource "aws_iam_{form}_policies_exclusive" "e" {{\n  {form}_name = aws_iam_{form}.{form[0]}.name\n  {named}\n}}\n'
    )


ARN = "aws_iam_policy.p.arn"
FORMS = {
    "dynamic statements": ROLE + DYNAMIC + inline(FROM_DATA),
    "an overriding document": ROLE + OVERRIDDEN + inline(FROM_DATA),
    "an overridden source document": ROLE + OVER_SOURCE + inline(FROM_DATA),
    "a document for each": ROLE + EACH + inline('data.aws_iam_policy_document.d["one"].json'),
    "a computed resource document": ROLE + TWO_PARTS + inline(FROM_DATA),
    "a document by a local": ROLE + DOCUMENT + LOCAL + inline("local.policy"),
    "a minified document": ROLE + DOCUMENT + inline("data.aws_iam_policy_document.d.minified_json"),
    "a dynamic inline block": INLINE_DYNAMIC,
    "counted attachment": ROLE + attached(ATTACH % ("count = 1", ARN)),
    "attachment for each": ROLE + attached(ATTACH % ("for_each = { one = aws_iam_policy.p.arn }", "each.value")),
    "user inline": USER + own("user"),
    "user inline exclusive": USER + own("user") + only("user"),
    "user attachment": USER + on("aws_iam_user_policy_attachment", f"user = aws_iam_user.u.name\n  policy_arn = {ARN}"),
    "user attachments exclusive": USER
    + on("aws_iam_user_policy_attachments_exclusive", f"user_name = aws_iam_user.u.name\n  policy_arns = [{ARN}]"),
    "user among many": USER
    + on("aws_iam_policy_attachment", f'name = "a"\n  users = [aws_iam_user.u.name]\n  policy_arn = {ARN}'),
    "group inline": USER + GROUP + MEMBER + own("group"),
    "group inline exclusive": USER + GROUP + MEMBERSHIP + own("group") + only("group"),
    "group attachment": USER
    + GROUP
    + MEMBERSHIP
    + on("aws_iam_group_policy_attachment", f"group = aws_iam_group.g.name\n  policy_arn = {ARN}"),
    "group attachments exclusive": USER
    + GROUP
    + MEMBER
    + on("aws_iam_group_policy_attachments_exclusive", f"group_name = aws_iam_group.g.name\n  policy_arns = [{ARN}]"),
    "group among many": USER
    + GROUP
    + MEMBER
    + on("aws_iam_policy_attachment", f'name = "a"\n  groups = [aws_iam_group.g.name]\n  policy_arn = {ARN}'),
}


def holder(form: str) -> str:
    """Who has the policy in the end."""
    return "aws_iam_user.u" if form.startswith(("user", "group")) else "aws_iam_role.r"


@pytest.mark.parametrize("form", FORMS)
def test_the_form_says_nothing(tmp_path: Path, form: str) -> None:
    """However it is put together, attached, and passed on by a group, the policy has the same statement, hole included."""
    assert statements(identity(estate(tmp_path, BUCKET + FORMS[form]), holder(form))) == delete_objects()


@pytest.mark.parametrize("form", FORMS)
def test_the_form_says_nothing_in_a_module(tmp_path: Path, form: str) -> None:
    """The same inside a module that is called for each of two keys, of which each has its own."""
    files = {
        "main.tf": 'module "m" {\n  source   = "./m"\n  for_each = toset(["a", "b"])\n}\n',
        "m/inner.tf": BUCKET + FORMS[form],
    }
    picture = estate(tmp_path, files)
    for key in "ab":
        prefix = f'module.m["{key}"].'
        assert statements(identity(picture, prefix + holder(form))) == delete_objects(prefix)


PLAN = Path(__file__).with_name("recorded") / "policy_forms.json"


def planned(folder: Path) -> None:
    """Writes the root module that the recorded plan is of, a module for each form; to record it anew see `test_identities`."""
    calls = []
    for form, text in FORMS.items():
        name = form.replace(" ", "_")
        calls.append(f'module "{name}" {{\n  source = "./{name}"\n}}\n')
        folder.joinpath(name).mkdir(parents=True)
        folder.joinpath(name, "main.tf").write_text(BUCKET + text, encoding="utf-8")
    folder.joinpath("main.tf").write_text('provider "aws" {\n  region = "us-east-1"\n}\n' + "".join(calls), encoding="utf-8")


@pytest.mark.parametrize("with_source", [True, False])
def test_the_plan_says_the_same(tmp_path: Path, with_source: bool) -> None:
    """Terraform's own plan of each form (AWS provider 5.100.0) gives the statements of its HCL. Without the source a text that the
    plan does not carry is unknown; a document that is read late is there, and names its bucket."""
    if with_source:
        planned(tmp_path)
    path = tmp_path / "plan.json"
    path.write_bytes(PLAN.read_bytes())
    picture = build([read_document(path, ReadOptions(base=tmp_path))], load_catalog(), Settings())
    for form in FORMS:
        module = f"module.{form.replace(' ', '_')}."
        found = identity(picture, module + holder(form))
        if with_source:
            assert statements(found) == delete_objects(module), form
        elif ("document" not in form and form != "dynamic statements") or "local" in form:
            assert [isinstance(each.document, Unknown) for each in found.policies] == [True], form
        else:
            [statement] = statements(found)
            assert isinstance(statement, dict)
            assert statement["Action"] == "s3:DeleteObject", form
            resource = statement["Resource"]
            assert isinstance(resource, Unknown)
            known = [] if form == "dynamic statements" else [f"{module}aws_s3_bucket.b"]  # a plan has no code of dynamic blocks
            assert [each.address for each in resource.references] == known, form
