"""Small estates out of HCL text, read as a user's files are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Identity, Infrastructure
from policypack.read.module import read_module
from policypack.read.options import ReadOptions
from policypack.settings import Settings

ACCOUNT = '\nprovider "aws" {\n  allowed_account_ids = ["111111111111"]\n}\n'


def estate(root: Path, *modules: str | Mapping[str, str], settings: Settings | None = None) -> Infrastructure:
    """The picture of several root modules, each a text or texts by file name. Account 111111111111 unless it says another."""
    inputs = []
    for index, module in enumerate(modules):
        files = {"main.tf": module} if isinstance(module, str) else module
        folder = root / f"root{index}"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            own = ACCOUNT if name == "main.tf" and 'provider "aws"' not in text else ""
            path.write_text(dedent(text) + own, encoding="utf-8")
        inputs.append(read_module(folder, ReadOptions(base=root)))
    return build(inputs, load_catalog(), settings or Settings())


def identity(picture: Infrastructure, address: str) -> Identity:
    """One identity of a picture."""
    found = [each for each in picture.identities if each.address == address]
    assert len(found) == 1, [each.address for each in picture.identities]
    return found[0]
