"""Pictures made of short HCL, for tests that ask who can do what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from policypack.authority import Authority, authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Outcome, Verb
from policypack.read.options import ReadOptions
from policypack.scan import read_all
from policypack.settings import Settings

ACCOUNT = "111111111111"
PROVIDER = f'provider "aws" {{\n  region = "eu-west-1"\n  allowed_account_ids = ["{ACCOUNT}"]\n}}\n'
DATABASE = 'resource "aws_db_instance" "main" {\n  identifier = "main"\n  engine = "postgres"\n  deletion_protection = %s\n}\n'
BUCKET = 'resource "aws_s3_bucket" "data" {\n  bucket = "data"\n}\n'


def policy(*statements: dict[str, Any], **trust: Any) -> str:
    """A document as HCL has it; `${…}` in its texts are references."""
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements, *([trust] if trust else [])]}).replace('"', '\\"')


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return {**allow(action, resource, **more), "Effect": "Deny"}


def role(name: str, *statements: dict[str, Any], trust: Any = None, more: str = "") -> str:
    """A role with an inline policy; by default a service that nobody here can use assumes it."""
    principal = trust or {"Service": "vpc-flow-logs.amazonaws.com"}
    lets_in = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    own = f'  inline_policy {{\n    name = "own"\n    policy = "{policy(*statements)}"\n  }}\n' if statements else ""
    return f'resource "aws_iam_role" "{name}" {{\n  name = "{name}"\n  assume_role_policy = "{policy(**lets_in)}"\n{own}{more}\n}}\n'


def user(name: str, *statements: dict[str, Any], more: str = "") -> str:
    """A user with an inline policy."""
    own = f'resource "aws_iam_user_policy" "{name}" {{\n  user = aws_iam_user.{name}.name\n  policy = "{policy(*statements)}"\n}}\n'
    return f'resource "aws_iam_user" "{name}" {{\n  name = "{name}"\n{more}\n}}\n' + (own if statements else "")


def asked(folder: Path, *parts: str, provider: str = PROVIDER) -> Authority:
    """The authority of one module made of these parts."""
    (folder / "main.tf").write_text(provider + "".join(parts), "utf-8")
    catalog = load_catalog()
    inputs = read_all([folder], ReadOptions(base=folder), catalog.knows)
    return authority(build(inputs, catalog, Settings()))


def outcome(answers: Authority, identity: str, verb: Verb, target: str) -> Outcome:
    """How surely an identity can do something."""
    found = [each.outcome for each in answers.powers_of(identity) if (each.verb, each.target) == (verb, target)]
    return found[0] if found else Outcome.NO
