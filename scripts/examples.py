"""Makes plan.json of every example and scenario from a real `terraform plan`, offline.

    python -m scripts.examples [FOLDER…] [--check]

Terraform and the AWS provider have to be there: a filesystem mirror or a plugin cache of the user's own CLI configuration
does. Nothing is contacted: keys are dummies, the provider's own checks are skipped, states are made here. `--check` writes
nothing and exits 1 where a plan would change. The providers of Google Cloud, Azure and Kubernetes cannot plan without an
account: `stand_in.py` answers Terraform in their place (it needs the package `tf`), and what it knows is in `schemas/`. All other
examples have plans that were put together in the documented format, as terraform-examples/README.md says.

An example with a folder `before/` is a change: what `before/` plans to create becomes the state, as if it had been
applied, and the example is planned against it. `# plan with: ARGUMENTS` in an example hands arguments to `terraform plan`.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "terraform-examples"
SCENARIOS = tuple(ROOT / "tests" / each / "scenarios" for each in (".", "authority", "gate"))
AWS_VERSION = "5.100.0"
LINEAGE = "00000000-0000-0000-0000-000000000000"
ACCOUNT = "111111111111"
NAMES = ("bucket", "identifier", "cluster_identifier", "name", "function_name", "key_id", "file_system_id")
# Lists that a provider computes: null would be planned as unknown again.
LISTS = (
    "condition",
    "inline_policy",
    "listener_endpoint",
    "managed_policy_arns",
    "not_resources",
    "replicas",
    "vpc_security_group_ids",
)
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
ROUNDS = 6
LOCAL = """terraform {
  backend "local" {}
}
"""
OVERRIDE = """terraform {
  backend "local" {}
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "%s"
    }
  }
}
"""
SKIPS = """  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  allowed_account_ids         = null
"""


def folders(chosen: Iterable[str] = ()) -> Iterator[Path]:
    """Every folder that is an example or a scenario: it has a main.tf, and is not the `before/` of another."""
    wanted = [Path(each).resolve() for each in chosen]
    for main in sorted([*EXAMPLES.glob("*/*/**/main.tf"), *(path for each in SCENARIOS for path in each.glob("s*/main.tf"))]):
        folder = main.parent
        if folder.name != "before" and (not wanted or any(each in (folder, *folder.parents) for each in wanted)):
            yield folder


def plannable(folder: Path) -> bool:
    """Whether all resources of the example are of providers that can be had here, or stood in for."""
    kinds = _kinds(folder)
    return bool(kinds) and kinds <= {"aws", "terraform"} | stood_in_for()


def stood_in_for() -> set[str]:
    """The providers whose schemas are here, where what answers for them can be had."""
    there = all(importlib.util.find_spec(name) for name in ("tf", "grpc", "msgpack"))
    return {path.stem for path in (ROOT / "scripts" / "schemas").glob("*.json")} if there else set()


def _kinds(folder: Path) -> set[str]:
    return set(re.findall(r'^(?:resource|data|provider) "([a-z0-9]+)', _text(folder), re.MULTILINE))


def plan(folder: Path) -> dict[str, Any]:
    """What `terraform show -json` says of the example's plan, without its time."""
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        if (folder / "before").is_dir():
            _prepare(folder / "before", work)
            if "aws" in _kinds(folder / "before"):
                _write_state(work, _applied(work))
            else:
                _terraform(work, "init", "-no-color")
                _terraform(work, "apply", "-no-color", "-auto-approve")
            for old in work.glob("*.tf"):
                old.unlink()
        _prepare(folder, work)
        asked = re.search(r"^# plan with: (.+)$", _text(folder), re.MULTILINE)
        return _as_written(_plan(work, *(asked.group(1).split() if asked else ())), folder)


def _text(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.tf")))


def _providers(folder: Path) -> dict[str, str]:
    """Alias ("" for the default) -> the body of the provider block."""
    blocks = re.findall(r'^provider "aws" \{\n(.*?)^\}', _text(folder), re.MULTILINE | re.DOTALL)
    found = ((re.search(r'alias\s*=\s*"(\w+)"', block), block) for block in blocks)
    return {alias.group(1) if alias else "": block for alias, block in found}


def _as_written(shown: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The plan with the provider blocks as the example has them: what planning offline changed is put back.

    Which account a provider allows cannot be kept while planning: without a call to AWS the provider takes no account.
    """
    blocks = _providers(folder)
    for key, provider in shown["configuration"].get("provider_config", {}).items():
        if provider["name"] != "aws":
            continue
        expressions = provider.get("expressions", {})
        for name in [each for each in expressions if each.startswith("skip_") or each == "allowed_account_ids"]:
            del expressions[name]
        body = blocks.get(key.partition(".")[2], "")
        allowed = re.search(r"^  allowed_account_ids\s*=\s*\[([^\]]*)\]", body, re.MULTILINE)
        if allowed:
            expressions["allowed_account_ids"] = {"constant_value": re.findall(r'"(\d+)"', allowed.group(1))}
        if not expressions:
            provider.pop("expressions", None)
    return shown


def _prepare(folder: Path, work: Path) -> None:
    """Copies the configuration, and lays over it what lets it be planned offline."""
    shutil.copytree(
        folder, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("before", "fixed", "plan.json", "README.md")
    )
    for name in re.findall(r'\bfile\("(?:\$\{path\.module\}/)?([\w.-]+)"\)', _text(folder)):
        if not (work / name).exists():
            (work / name).write_text("{}\n", "utf-8")
    if "aws" not in _kinds(folder):
        (work / "zz_offline_override.tf").write_text(LOCAL, "utf-8")
        return
    names = _providers(folder)
    over = OVERRIDE % AWS_VERSION
    for name in sorted(names):
        over += 'provider "aws" {\n' + (f'  alias = "{name}"\n' if name else "") + SKIPS + "}\n"
    (work / "zz_offline_override.tf").write_text(over, "utf-8")
    if not names:
        (work / "zz_offline.tf").write_text('provider "aws" {\n' + SKIPS + "}\n", "utf-8")


class _Roles(BaseHTTPRequestHandler):
    """Hands out dummy keys for every role that a provider block asks to assume, so that it can be planned offline."""

    def do_POST(self) -> None:
        """Answers AssumeRole, which is all that is asked."""
        role = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["RoleArn"][0]
        keys = (
            "<AccessKeyId>testing</AccessKeyId><SecretAccessKey>testing</SecretAccessKey><SessionToken>testing</SessionToken>"
        )
        user = f"<AssumedRoleUser><Arn>{role}</Arn><AssumedRoleId>testing</AssumedRoleId></AssumedRoleUser>"
        result = f"<Credentials>{keys}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>{user}"
        answer = f"<AssumeRoleResponse><AssumeRoleResult>{result}</AssumeRoleResult></AssumeRoleResponse>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@functools.cache
def _sts() -> str:
    """The address where roles are handed out while this program runs."""
    server = HTTPServer(("127.0.0.1", 0), _Roles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


@functools.cache
def _answering() -> str:
    """Where Terraform finds what answers for the providers that cannot be had."""
    from scripts.stand_in import serve

    return serve(stood_in_for())


def _terraform(work: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        **({"TF_REATTACH_PROVIDERS": _answering()} if stood_in_for() else {}),
        "AWS_ENDPOINT_URL_STS": _sts(),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_INPUT": "0",
        "TF_IN_AUTOMATION": "1",
    }
    command = ["terraform", *arguments]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"terraform {arguments[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def _plan(work: Path, *arguments: str) -> dict[str, Any]:
    _terraform(work, "init", "-no-color")
    _terraform(work, "plan", "-no-color", "-refresh=false", "-lock=false", "-out=made.tfplan", *arguments)
    shown: dict[str, Any] = json.loads(_terraform(work, "show", "-json", "made.tfplan"))
    shown.pop("timestamp", None)
    if "relevant_attributes" in shown:  # in no order: each plan of one configuration has another
        shown["relevant_attributes"].sort(key=lambda each: (each["resource"], json.dumps(each["attribute"])))
    # A token for a cluster is a signed request, with the time in it.
    timeless: dict[str, Any] = json.loads(re.sub(r"k8s-aws-v1\.[\w-]+", "k8s-aws-v1.testing", json.dumps(shown)))
    return timeless


def _applied(work: Path) -> list[dict[str, Any]]:
    """The state's resources as they would be after an apply: planned again and again until nothing is left to change.

    Each round makes known what the round before could not: an id that a companion refers to, an ARN inside a policy.
    """
    state: dict[str, dict[str, Any]] = {}
    for _ in range(ROUNDS):
        _write_state(work, list(state.values()))
        shown = _plan(work)
        schemas = {each["address"]: each["schema_version"] for each in _planned(shown["planned_values"]["root_module"])}
        keys = {each["address"]: each["provider_config_key"] for each in shown["configuration"]["root_module"]["resources"]}
        open_changes = [each for each in shown["resource_changes"] if each["mode"] == "managed"]
        open_changes = [each for each in open_changes if each["change"]["actions"] != ["no-op"]]
        if not open_changes:
            break
        for each in open_changes:
            alias = keys.get(each["address"].partition("[")[0], "aws").partition(".")[2]
            state[each["address"]] = _instance(each, schemas[each["address"]], alias)
    else:
        raise SystemExit("before/ does not come to rest: an argument stays unknown")
    return list(state.values())


def _planned(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _planned(child)


def _instance(change: dict[str, Any], schema: int, alias: str) -> dict[str, Any]:
    values = change["change"]["after"]
    name = next((values[key] for key in NAMES if isinstance(values.get(key), str)), change["name"])
    values.setdefault("id", name)
    service = change["type"].split("_")[1]
    where = f"arn:aws:s3:::{name}" if change["type"] == "aws_s3_bucket" else f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"
    if service == "iam":
        where = f"arn:aws:iam::{ACCOUNT}:{change['type'].removeprefix('aws_iam_')}/{name}"
    values.setdefault("arn", where)
    unknown = change["change"]["after_unknown"]
    if unknown.get("master_user_secret") is True:
        values["master_user_secret"] = [{"kms_key_id": KEY, "secret_arn": f"{where}-secret", "secret_status": "active"}]
    values.update({key: [] for key in LISTS if unknown.get(key) is True})
    if unknown.get("tags_all"):
        values["tags_all"] = values.get("tags") or {}
    if change["type"] in {"aws_ebs_volume", "aws_instance", "aws_db_snapshot", "aws_ebs_snapshot"}:
        values["id"] = f"{change['name']}-0123456789"
    sensitive = [key for key, mark in change["change"]["after_sensitive"].items() if mark is True]
    paths = [[{"type": "get_attr", "value": key}] for key in sorted(sensitive)]
    instance: dict[str, Any] = {"schema_version": schema, "attributes": values, "sensitive_attributes": paths}
    if "index" in change:
        instance["index_key"] = change["index"]
    provider = 'provider["' + change["provider_name"] + '"]' + (f".{alias}" if alias else "")
    made = {key: change[key] for key in ("mode", "type", "name")} | {"provider": provider, "instances": [instance]}
    return made | ({"module": change["module_address"]} if "module_address" in change else {})


def _write_state(work: Path, resources: list[dict[str, Any]]) -> None:
    joined: dict[tuple[str, str, str], dict[str, Any]] = {}
    for each in resources:
        key = (each.get("module", ""), each["type"], each["name"])
        joined.setdefault(key, {**each, "instances": []})["instances"] += each["instances"]
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": LINEAGE, "outputs": {}}
    (work / "terraform.tfstate").write_text(json.dumps({**state, "resources": list(joined.values())}), "utf-8")


def main() -> int:
    """Makes or compares the plans of the chosen examples, all of them by default."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="*", metavar="FOLDER")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a plan would change")
    arguments = parser.parse_args()
    if shutil.which("terraform") is None:
        sys.stderr.write("terraform is not on PATH; the plans that are there stay as they are\n")
        return 2
    stale = 0
    for folder in folders(arguments.folders):
        shown = folder.relative_to(ROOT).as_posix()
        if not plannable(folder):
            sys.stdout.write(f"{shown}: by hand\n")
            continue
        made, target = json.dumps(plan(folder), indent=1) + "\n", folder / "plan.json"
        if target.is_file() and target.read_text("utf-8") == made:
            sys.stdout.write(f"{shown}: fresh\n")
            continue
        stale += 1
        sys.stdout.write(f"{shown}: {'stale' if arguments.check else 'written'}\n")
        if not arguments.check:
            target.write_text(made, "utf-8")
    return 1 if arguments.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
