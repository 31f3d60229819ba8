"""A policy gives the same powers however it is written, and one that cannot be told gives a doubt that names what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome, Verb
from tests.authority.pictures import DATABASE, asked, outcome, role
from tests.build import test_identities, test_policy_forms
from tests.build.test_identities import BUCKET

FORMS = {**test_identities.FORMS, **test_policy_forms.FORMS}
MAIN, BOT = "aws_db_instance.main", "aws_iam_role.bot"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("module", ["", "module.m."])
def test_the_same_powers(tmp_path: Path, form: str, module: str) -> None:
    """The one statement lets its holder destroy the objects of the bucket, for certain, and nothing else: in the root and in a
    module."""
    text = BUCKET + FORMS[form]
    if module:
        (tmp_path / "m").mkdir()
        (tmp_path / "m" / "main.tf").write_text(text, "utf-8")
        text = 'module "m" {\n  source = "./m"\n}\n'
    answers = asked(tmp_path, text)
    powers = answers.powers_of(module + test_policy_forms.holder(form))
    assert {(each.verb, each.target, each.outcome) for each in powers} == {
        (Verb.DESTROY, f"{module}aws_s3_bucket.b", Outcome.YES)
    }


VARIABLE = 'variable "policy" {\n  type = string\n}\n'
REMOTE = 'data "terraform_remote_state" "base" {\n  backend = "s3"\n  config = {}\n}\n'
FAR = "arn:aws:iam::222222222222:policy/far"
ATTACH = 'resource "aws_iam_role_policy_attachment" "a" {\n  role = aws_iam_role.bot.name\n  policy_arn = %s\n}\n'
INLINE = 'resource "aws_iam_role_policy" "p" {\n  role = aws_iam_role.bot.name\n  policy = %s\n}\n'
SOURCED = 'data "aws_iam_policy_document" "d" {\n  source_policy_documents = [var.policy]\n}\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (VARIABLE + INLINE % "var.policy", "var.policy"),
        (REMOTE + INLINE % "data.terraform_remote_state.base.outputs.policy", "data.terraform_remote_state.base"),
        (VARIABLE + ATTACH % "var.policy", "var.policy"),
        (REMOTE + ATTACH % "data.terraform_remote_state.base.outputs.arn", "data.terraform_remote_state.base"),
        (f'data "aws_iam_policy" "far" {{\n  arn = "{FAR}"\n}}\n' + ATTACH % "data.aws_iam_policy.far.arn", FAR),
        (ATTACH % f'"{FAR}"', FAR),
        (ATTACH % '"arn:aws:iam::aws:policy/OfNextYear"', "arn:aws:iam::aws:policy/OfNextYear"),
        ('data "aws_iam_policy" "far" {\n  name = "far"\n}\n' + ATTACH % "data.aws_iam_policy.far.arn", "data.aws_iam_policy.far"),
        (VARIABLE + SOURCED + INLINE % "data.aws_iam_policy_document.d.json", "variable policy"),
        (INLINE % '"{"', "is not JSON"),
        (INLINE % 'file("${path.module}/none.json")', "none.json"),
        (INLINE % "data.http.policy.response_body", "data.http.policy"),
    ],
)  # fmt: skip
def test_what_cannot_be_resolved_is_a_doubt_with_a_name(tmp_path: Path, text: str, named: str) -> None:
    """A policy that a variable, another state or another account holds makes the power possible, and the answer names the piece
    that would settle it."""
    answers = asked(tmp_path, DATABASE % "false", role("bot"), text)
    (power,) = (each for each in answers.powers_of(BOT) if (each.verb, each.target) == (Verb.DESTROY, MAIN))
    assert power.outcome is Outcome.MAYBE
    assert named in power.missing


def test_an_unknown_boundary_or_guardrail_never_holds_for_certain(tmp_path: Path) -> None:
    """What may be limited by something that is not known is possible, not excluded and not proved."""
    bound = "  permissions_boundary = var.policy"
    allowed = {"Effect": "Allow", "Action": "rds:DeleteDBInstance", "Resource": "*"}
    answers = asked(tmp_path, VARIABLE, DATABASE % "false", role("bot", allowed, more=bound))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome.MAYBE
