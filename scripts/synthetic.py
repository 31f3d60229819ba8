"""Made-up plans and modules of any size, for measuring: the shapes of `terraform show -json`, with a realistic mix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# In a hundred resources, about as a thousand of public modules' plans have them: eight that hold data, eleven that say who may
# do what, the rest network and the like.
_MIX = (
    ["aws_db_instance", "aws_s3_bucket", "aws_s3_bucket", "aws_dynamodb_table", "aws_ebs_volume", "aws_kms_key"]
    + ["aws_cloudwatch_log_group"] * 2
    + ["aws_iam_role"] * 4
    + ["aws_iam_role_policy_attachment"] * 4
    + ["aws_iam_role_policy"] * 3
    + ["aws_security_group_rule"] * 25
    + ["aws_route53_record"] * 20
    + ["aws_cloudwatch_metric_alarm"] * 15
    + ["aws_subnet"] * 11
    + ["aws_route_table_association"] * 10
)
_OWN: dict[str, dict[str, Any]] = {
    "aws_db_instance": {"engine": "postgres", "deletion_protection": True, "backup_retention_period": 30},
    "aws_s3_bucket": {"force_destroy": False},
    "aws_dynamodb_table": {"billing_mode": "PAY_PER_REQUEST", "deletion_protection_enabled": True},
    "aws_ebs_volume": {"size": 100, "availability_zone": "eu-central-1a"},
    "aws_kms_key": {"deletion_window_in_days": 30},
    "aws_cloudwatch_log_group": {"retention_in_days": 365},
}
# What roles mostly are: a service's own, with policies of AWS and one of their own.
_SERVICES = ("ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "states.amazonaws.com")
_MANAGED = (
    "AmazonSSMManagedInstanceCore",
    "CloudWatchAgentServerPolicy",
    "service-role/AWSLambdaBasicExecutionRole",
    "service-role/AmazonECSTaskExecutionRolePolicy",
    "AWSXRayDaemonWriteAccess",
    "AmazonEC2ContainerRegistryReadOnly",
)
_NAMES = {"aws_db_instance": "identifier", "aws_s3_bucket": "bucket", "aws_kms_key": "description"}
_PADDING = 18  # arguments beside its own: together about 2.9 kB a resource, as real plans have it


def write_plan(path: Path, count: int, *, stands: bool = False) -> None:
    """A plan that creates so many resources, written piece by piece: a hundred thousand of them are about 290 MB. Where they
    stand already, it changes one in a hundred and deletes one in a thousand."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"resources":[')
        _join(file.write, (_planned(number, stands=stands) for number in range(count) if not (stands and _goes(number))))
        file.write(']}},"resource_changes":[')
        _join(file.write, (_change(number, stands=stands) for number in range(count)))
        provider = {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws"}}
        file.write(f'],"configuration":{{"provider_config":{json.dumps(provider)},"root_module":{{"resources":[')
        _join(file.write, (_configured(number) for number in range(count)))
        file.write(']}},"complete":true,"errored":false}\n')


def write_modules(folder: Path, count: int) -> None:
    """So many .tf files, twenty to a module."""
    for number in range(count):
        module = folder / f"module{number // 20:04}"
        module.mkdir(parents=True, exist_ok=True)
        blocks = [_block(number * 10 + each) for each in range(10)]
        (module / f"file{number % 20:02}.tf").write_text("\n".join(blocks), "utf-8")


def _join(write: Any, parts: Iterator[dict[str, Any]]) -> None:  # noqa: ANN401 - a file's write
    for number, part in enumerate(parts):
        write(("," if number else "") + json.dumps(part, separators=(",", ":")))


def _head(number: int) -> dict[str, Any]:
    kind = _MIX[number % len(_MIX)]
    return {"address": f"{kind}.r{number}", "mode": "managed", "type": kind, "name": f"r{number}"}


def _values(number: int) -> dict[str, Any]:
    kind = _MIX[number % len(_MIX)]
    values: dict[str, Any]
    if kind == "aws_iam_role":
        values = {"name": f"r{number}", "path": "/", "assume_role_policy": _trust(_SERVICES[number % len(_SERVICES)])}
    elif kind == "aws_iam_role_policy_attachment":
        values = {"role": f"r{_role(number)}", "policy_arn": f"arn:aws:iam::aws:policy/{_MANAGED[number % len(_MANAGED)]}"}
    elif kind == "aws_iam_role_policy":
        values = {"name": f"r{number}", "role": f"r{_role(number)}", "policy": _policy(number)}
    else:
        values = {_NAMES.get(kind, "name"): f"r{number}", **_OWN.get(kind, {"description": "made up"})}
    if not kind.startswith("aws_iam_role_policy"):
        values["tags"] = {"env": "prod", "team": f"team{number % 40}"}
    values |= {f"argument_{each:02}": f"value {number} {each}" for each in range(_PADDING)}
    return dict(sorted(values.items()))  # Terraform sorts what it has as maps


def _stood(number: int) -> dict[str, Any]:
    """What a resource that stands is, before the plan."""
    return dict(sorted({**_values(number), "deletion_protection": True, "id": f"id-{number}"}.items()))


def _update(number: int) -> dict[str, Any]:
    """What the plan makes another of it: nothing, but for one in a hundred."""
    return {"deletion_protection": False} if number % 100 == 0 else {}


def _goes(number: int) -> bool:
    return number % 1000 == 7


def _planned(number: int, *, stands: bool = False) -> dict[str, Any]:
    provider = "registry.terraform.io/hashicorp/aws"
    values = _stood(number) | _update(number) if stands else _values(number)
    return {**_head(number), "provider_name": provider, "schema_version": 1, "values": values, "sensitive_values": {}}


def _change(number: int, *, stands: bool = False) -> dict[str, Any]:
    unknown = {"arn": True, "id": True, "tags_all": True}
    if stands:
        return {**_head(number), "provider_name": "registry.terraform.io/hashicorp/aws", "change": _changed(number)}
    change = {"actions": ["create"], "before": None, "after": _values(number), "after_unknown": unknown}
    marks = {"before_sensitive": False, "after_sensitive": {"tags": {}}}
    return {**_head(number), "provider_name": "registry.terraform.io/hashicorp/aws", "change": {**change, **marks}}


def _changed(number: int) -> dict[str, Any]:
    before = _stood(number)
    if _goes(number):
        return {"actions": ["delete"], "before": before, "after": None, "after_unknown": {}}
    if update := _update(number):
        return {"actions": ["update"], "before": before, "after": before | update, "after_unknown": {}}
    return {"actions": ["no-op"], "before": before, "after": before, "after_unknown": {}}


def _configured(number: int) -> dict[str, Any]:
    expressions: dict[str, Any] = {key: {"constant_value": value} for key, value in _values(number).items()}
    if "role" in expressions:
        expressions["role"] = {"references": [f"aws_iam_role.r{_role(number)}.name", f"aws_iam_role.r{_role(number)}"]}
    return {**_head(number), "provider_config_key": "aws", "expressions": expressions, "schema_version": 1}


def _role(number: int) -> int:
    """The role, of the same hundred, that an attachment is for."""
    first = number - number % len(_MIX) + _MIX.index("aws_iam_role")
    return first + (number - first) % _MIX.count("aws_iam_role")


def _trust(service: str) -> str:
    return _document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def _policy(number: int) -> str:
    """What a role may do: write its own log; one in three writes to a bucket too."""
    logs = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:eu-central-1:111111111111:log-group:r{number}:*",
    }
    bucket = number - number % len(_MIX) + _MIX.index("aws_s3_bucket")
    objects = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::r{bucket}/*"}
    return _document(logs, *([objects] if number % 3 == 0 else []))


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _block(number: int) -> str:
    kind = _MIX[number % len(_MIX)]
    lines = [f'resource "{kind}" "r{number}" {{']
    for key, value in _values(number).items():
        if isinstance(value, dict):
            lines += [f"  {key} = {{", *(f'    {name} = "{text}"' for name, text in value.items()), "  }"]
        else:
            lines.append(f"  {key} = {json.dumps(value)}")
    return "\n".join([*lines, "}", ""])
