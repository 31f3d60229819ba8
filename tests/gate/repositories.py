"""Repositories for tests: a branch that people agreed to, and another that an agent works on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.test_cli import Done, call

PLAN = Path(__file__).parent / "plans" / "s01_delete.json"
SETTINGS = "version: 1\ngate: {signers: people/signers, agents: [bot]}\n"
_WHO = {f"GIT_{who}_{what}": "somebody@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *words: str) -> str:
    """What git prints, run in a folder."""
    environment = {**os.environ, **_WHO, **_ALONE}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str = "more") -> str:
    """Commits all that is in a folder."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


def key_of(name: str, folder: Path) -> str:
    """A private key in a file of that name; returns the line of its public key."""
    private = Ed25519PrivateKey.generate()
    (folder / name).write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    (folder / name).chmod(0o600)
    return private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


class Place:
    """A checkout of an agent's branch, `out` beside it for what a pipeline hands over, and the keys of alice, bob and a bot."""

    def __init__(self, folder: Path) -> None:
        self.tree, self.out = folder / "tree", folder / "out"
        for each in (self.tree / "people", self.out):
            each.mkdir(parents=True)
        people = [f"{name} {key_of(name, folder)}\n" for name in ("alice", "bob", "bot")]
        (self.tree / "people" / "signers").write_text("".join(people))
        (self.tree / "policypack.yaml").write_text(SETTINGS)
        git(self.tree, "init", "-q", "-b", "main")
        self.agreed = commit(self.tree, "the rules")
        git(self.tree, "update-ref", "refs/remotes/origin/main", self.agreed)
        git(self.tree, "checkout", "-q", "-b", "change")
        (self.tree / "main.tf").write_text("# nothing is left\n")
        commit(self.tree, "the change")
        self.plan = self.out / "plan.json"
        shutil.copy(PLAN, self.plan)

    def approve(self, *more: str, key: str = "alice", requester: str = "carol") -> Done:
        """Approves without asking, in files beside the plan."""
        said = ("--reason", "retired in October", "--requester", requester, "--key", f"../{key}", "--yes")
        return call("approve", "../out/plan.json", *said, *more, cwd=self.tree)

    def call(self, *more: str) -> Done:
        """`policypack gate` on the plan, with the rules of origin/main."""
        return call("gate", "../out/plan.json", "--policy-ref", "origin/main", *more, cwd=self.tree)

    def gate(self, *more: str, code: int) -> Any:
        """What the gate says as JSON, with the exit code that it must have."""
        done = self.call("--format", "json", *more)
        assert done.returncode == code, done.stdout + done.stderr
        found = json.loads(done.stdout)
        assert found["exit_code"] == code
        return found
