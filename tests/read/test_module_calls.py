"""Modules inside modules, and the provider configurations that they are handed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policypack.model import Input, Location, Reference, Unknown
from policypack.read.module import read_module
from policypack.read.options import ReadOptions

TENANT = """
variable "name" {}
variable "pitr" {
  type    = bool
  default = false
}
resource "aws_t" "t" {
  name = "tenant-${var.name}"
  pitr = var.pitr
}
resource "aws_b" "b" {
  count = 2
  t     = aws_t.t.name
}
output "name" {
  value = aws_t.t.name
}
output "arn" {
  value = aws_t.t.arn
}
"""


def read(folder: Path, files: dict[str, str], start: str = ".", **options: object) -> Input:
    """Reads a folder of a tree that is made of these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_module(folder / start, ReadOptions(base=folder, **options))  # type: ignore[arg-type]


def values(found: Input) -> dict[str, object]:
    """The values by address."""
    return {resource.address: resource.values for resource in found.resources}


def test_repeated_modules(tmp_path: Path) -> None:
    """Module instances are named as Terraform names them, see their own arguments, and know where they were called."""
    main = """
module "tenant" {
  source   = "./mods/tenant"
  for_each = { "a.b" = { pitr = true }, c = { pitr = null } }
  name     = each.key
  pitr     = each.value.pitr
}
module "one" {
  source = "./mods/tenant"
  count  = 1
  name   = "x${count.index}"
}
resource "a_b" "c" {
  direct = module.one[0].name
  every  = [for m in module.tenant : m.name]
  arn    = module.tenant["c"].arn
}
"""
    found = read(tmp_path, {"main.tf": main, "mods/tenant/main.tf": TENANT})
    shown = values(found)
    assert list(shown) == [
        "a_b.c",
        "module.one[0].aws_b.b[0]",
        "module.one[0].aws_b.b[1]",
        "module.one[0].aws_t.t",
        'module.tenant["a.b"].aws_b.b[0]',
        'module.tenant["a.b"].aws_b.b[1]',
        'module.tenant["a.b"].aws_t.t',
        'module.tenant["c"].aws_b.b[0]',
        'module.tenant["c"].aws_b.b[1]',
        'module.tenant["c"].aws_t.t',
    ]
    assert shown['module.tenant["a.b"].aws_t.t'] == {"name": "tenant-a.b", "pitr": True}
    assert shown['module.tenant["c"].aws_t.t'] == {"name": "tenant-c"}
    assert shown["module.one[0].aws_b.b[1]"] == {"t": "tenant-x0"}
    first = found.resources[0]
    assert first.values["direct"] == "tenant-x0"
    assert first.values["every"] == ["tenant-a.b", "tenant-c"]
    reference = Reference('module.tenant["c"].aws_t.t', "arn")
    assert first.values["arn"] == Unknown("known only after apply", (reference,), (reference,))
    assert reference in first.refers_to
    inner = found.resources[1]
    assert inner.location == Location("mods/tenant/main.tf", 11, 14)
    assert inner.module_calls == (Location("main.tf", 8, 12),)
    assert found.counts == {"a_b": 1, "aws_b": 6, "aws_t": 3}


def test_an_unknown_number_of_modules_is_one_and_a_gap(tmp_path: Path) -> None:
    """A module whose for_each cannot be told is judged once, under the key "?"."""
    main = 'variable "v" {}\nmodule "m" {\n source = "./m"\n for_each = var.v\n name = each.key\n}\n'
    found = read(tmp_path, {"main.tf": main, "m/main.tf": TENANT})
    assert 'module.m["?"].aws_t.t' in values(found)
    assert found.gaps[0].reason.startswith("module.m: its for_each cannot be told (variable v has no value)")


PROVIDERS = """
provider "aws" {
  region = "us-east-1"
}
provider "aws" {
  alias               = "prod"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
  secret_key          = "s3cr3t"
}
module "m" {
  source    = "./m"
  providers = {
    aws      = aws.prod
    aws.main = aws
  }
}
module "inherits" {
  source = "./n"
}
resource "aws_x" "direct" {
  provider = aws.prod
}
resource "google_x" "beta" {
  provider = google-beta
}
terraform {
  required_providers {
    aws         = { source = "hashicorp/aws", version = "~> 5.0" }
    google-beta = { source = "registry.terraform.io/hashicorp/google-beta" }
    rw          = { source = "terraform-community-providers/railway" }
  }
}
resource "railway_project" "p" {
  provider = rw
}
"""
INNER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", configuration_aliases = [aws.main] }
  }
}
provider "aws" {
  alias = "main"
}
resource "aws_x" "default" {}
resource "aws_x" "main" {
  provider = aws.main
}
module "deep" {
  source    = "../n"
  providers = { aws = aws.main }
}
"""


def test_provider_configurations_are_followed_to_the_root(tmp_path: Path) -> None:
    """A resource knows the root's configuration that it uses, through `providers`, aliases and inheritance."""
    own = 'provider "aws" {\n alias = "own"\n region = "eu-north-1"\n}\nresource "aws_x" "own" {\n provider = aws.own\n}\n'
    found = read(tmp_path, {"main.tf": PROVIDERS, "m/main.tf": INNER, "n/main.tf": 'resource "aws_x" "d" {}\n' + own})
    assert {resource.address: (resource.provider, resource.provider_key) for resource in found.resources} == {
        "aws_x.direct": ("aws", "aws.prod"),
        "google_x.beta": ("google-beta", "google-beta"),
        "railway_project.p": ("railway", "rw"),
        "module.m.aws_x.default": ("aws", "aws.prod"),
        "module.m.aws_x.main": ("aws", "aws"),
        "module.m.module.deep.aws_x.d": ("aws", "aws"),
        "module.m.module.deep.aws_x.own": ("aws", "module.m.module.deep:aws.own"),
        "module.inherits.aws_x.d": ("aws", "aws"),
        "module.inherits.aws_x.own": ("aws", "module.inherits:aws.own"),
    }
    assert list(found.providers) == ["aws", "aws.prod", "module.inherits:aws.own", "module.m.module.deep:aws.own"]
    prod = found.providers["aws.prod"]
    assert (prod.address, prod.type, prod.mode) == ("provider.aws.prod", "aws", "provider")
    assert prod.values == {"region": "eu-west-1", "allowed_account_ids": ["222222222222"], "secret_key": "s3cr3t"}
    assert prod.sensitive == {"secret_key"}
    assert found.providers["module.inherits:aws.own"].address == "module.inherits.provider.aws.own"
    assert found.provider_versions == {"aws": "5"}
    assert found.is_root


def test_the_lock_file_has_the_versions(tmp_path: Path) -> None:
    """The version that was chosen wins over the one that is asked for."""
    lock = 'provider "registry.terraform.io/hashicorp/aws" {\n  version     = "5.100.0"\n  constraints = "~> 5.0"\n}\n'
    found = read(tmp_path, {"main.tf": PROVIDERS, ".terraform.lock.hcl": lock, "m/main.tf": INNER, "n/main.tf": ""})
    assert found.provider_versions == {"aws": "5.100.0"}


MISSING = [
    (
        'module "m" {\n source = "acme/vpc/aws"\n version = "1"\n}',
        'module.m: its source "acme/vpc/aws" is not downloaded',
        "`terraform init`",
    ),
    (
        'module "m" {\n source = "git::https://user:t0ken@example.com/x.git?ref=v1"\n}',
        '"git::https://example.com/x.git" is not',
        "init",
    ),
    ('module "m" {\n source = "./nowhere"\n}', "module.m: the folder of its source", "does not exist"),
    ('module "m" {\n source = "../outside"\n}', "module.m: its source lies outside of the scanned tree", "not followed"),
    ('module "m" {\n source = "./"\n}', "module.m: the module calls itself", "not followed"),
    ('module "m" {\n source = "./empty"\n}', "module.m: there is no Terraform in empty", ""),
    ('module "m" {}', "module.m: where it comes from cannot be told", "it has no source"),
    ('variable "s" {}\nmodule "m" {\n source = var.s\n}', "module.m: where it comes from cannot be told", "variable s"),
]


@pytest.mark.parametrize(("main", "begins", "says"), MISSING)
def test_modules_that_cannot_be_had_are_gaps(tmp_path: Path, main: str, begins: str, says: str) -> None:
    """A module that is not there is a gap that names it and says what to do; nothing of it is guessed, or leaked."""
    root = tmp_path / "root"
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "main.tf").write_text('resource "a_b" "outside" {}')
    (root / "empty").mkdir(parents=True)
    found = read(root, {"main.tf": main + '\nresource "x_y" "z" {\n v = module.m.o\n}\n'})
    (gap,) = found.gaps
    assert begins in gap.reason
    assert says in gap.reason
    assert "t0ken" not in gap.reason
    assert gap.location is not None
    assert list(values(found)) == ["x_y.z"]
    assert isinstance(found.resources[0].values["v"], Unknown)


def test_modules_that_call_each_other_end(tmp_path: Path) -> None:
    """A circle of modules is a gap, and does not hang."""
    files = {
        "main.tf": 'module "a" {\n source = "./a"\n}',
        "a/main.tf": 'module "b" {\n source = "../b"\n}\nresource "x_y" "a" {}',
        "b/main.tf": 'module "a" {\n source = "../a"\n}\nresource "x_y" "b" {}',
    }
    found = read(tmp_path, files)
    assert list(values(found)) == ["module.a.module.b.x_y.b", "module.a.x_y.a"]
    assert "calls itself" in found.gaps[0].reason


def test_modules_may_lie_beside_the_root_inside_the_repository(tmp_path: Path) -> None:
    """In a repository, `../` is followed, and files are shown relative to where the user stands."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    files = {"repo/envs/prod/main.tf": 'module "m" {\n source = "../../mods/t"\n name = "n"\n}', "repo/mods/t/main.tf": TENANT}
    found = read(tmp_path, files, "repo/envs/prod")
    assert found.path == "repo/envs/prod"
    assert {resource.location.file for resource in found.resources} == {"repo/mods/t/main.tf"}


def test_downloaded_modules_are_read(tmp_path: Path) -> None:
    """What `terraform init` downloaded is found through its list, also for calls inside downloaded modules."""
    manifest = {
        "Modules": [
            {"Key": "", "Source": "", "Dir": "."},
            {"Key": "vpc", "Source": "registry.terraform.io/acme/vpc/aws", "Version": "1.0.0", "Dir": ".terraform/modules/vpc"},
            {"Key": "vpc.sub", "Source": "acme/sub/aws", "Dir": ".terraform/modules/vpc.sub"},
        ]
    }
    files = {
        "main.tf": 'module "vpc" {\n source = "acme/vpc/aws"\n}',
        ".terraform/modules/modules.json": json.dumps(manifest),
        ".terraform/modules/vpc/main.tf": 'module "sub" {\n source = "acme/sub/aws"\n}\nmodule "local" {\n source = "./inner"\n}',
        ".terraform/modules/vpc/inner/main.tf": 'resource "a_b" "inner" {}',
        ".terraform/modules/vpc.sub/main.tf": 'resource "a_b" "sub" {}',
    }
    found = read(tmp_path, files)
    assert list(values(found)) == ["module.vpc.module.local.a_b.inner", "module.vpc.module.sub.a_b.sub"]
    assert not found.gaps


@pytest.mark.parametrize("text", ["{", "[]", '{"Modules": [1]}', '{"Modules": {"a": 1}}', "\0"])
def test_a_damaged_list_of_modules_is_a_gap(tmp_path: Path, text: str) -> None:
    """A list that cannot be read is said as such, and the modules are missing."""
    found = read(tmp_path, {"main.tf": 'module "m" {\n source = "a/b/c"\n}', ".terraform/modules/modules.json": text})
    assert "damaged" in found.gaps[0].reason or "damaged" in found.gaps[1].reason


def test_references_lead_through_variables_locals_and_outputs(tmp_path: Path) -> None:
    """What a resource refers to is found behind values that are known, too."""
    main = """
resource "aws_k" "k" {
  name = "key"
}
locals {
  key = aws_k.k.name
}
module "m" {
  source = "./m"
  key    = local.key
}
resource "a_b" "c" {
  v = module.m.out
}
resource "a_b" "each" {
  for_each = toset(["x", "y"])
}
resource "a_b" "follows" {
  for_each = toset(["x", "y"])
  v        = a_b.each[each.key].name
}
"""
    inner = 'variable "key" {}\nresource "aws_s" "s" {\n k = var.key\n}\noutput "out" {\n value = aws_s.s.k\n}\n'
    found = {each.address: each for each in read(tmp_path, {"main.tf": main, "m/main.tf": inner}).resources}
    assert found["module.m.aws_s.s"].values == {"k": "key"}
    assert found["module.m.aws_s.s"].refers_to == (Reference("aws_k.k", "name"),)
    assert found["a_b.c"].values == {"v": "key"}
    assert found["a_b.c"].refers_to == (Reference("module.m.aws_s.s", "k"),)
    assert Reference('a_b.each["y"]', "name") in found['a_b.follows["y"]'].refers_to
    assert not any(reference.address == 'a_b.each["x"]' for reference in found['a_b.follows["y"]'].refers_to)
