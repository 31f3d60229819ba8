"""Where a release is made in the tests: a maintainer's clone, what it pushes to, and the runner that takes the steps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from policypack import __version__

ROOT = Path(__file__).resolve().parent.parent
TAG = f"v{__version__}"
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))
STEPS = {each["name"]: each["run"] for each in WORKFLOW["jobs"]["build"]["steps"] if "name" in each}
SIGNED = "A maintainer signed the tag"
AGREE = "The tag, the version and the changelog agree"
BUILT = "Two builds are the same"
BILL = "What it installs, as a bill of materials"
SUMS = "Checksums"
NEEDS = pytest.mark.skipif(
    os.name == "nt" or not all(map(shutil.which, ("ssh-keygen", "git", "bash"))), reason="needs git, ssh-keygen and bash"
)


@dataclass
class Desk:
    """A maintainer's clone, the place that it pushes to, and the runner's clone of the tag."""

    root: Path
    tag: str = TAG

    def git(self, *arguments: str, cwd: str = "mine") -> str:
        """Git of somebody without settings of their own."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root / cwd, env=self.variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @property
    def variables(self) -> dict[str, str]:
        """What a runner sets, and an identity for git."""
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.org"))
        }
        away = {"HOME": str(self.root), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        runner = {"TAG": self.tag, "BRANCH": "main", "RUNNER_TEMP": str(self.root / "temp"), "CI": "true"}
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH" and not name.startswith("GIT_")}
        python = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        return {**kept, **who, **away, **runner, **python}

    def key(self, name: str) -> Path:
        """A key of somebody."""
        path = self.root / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True)
        return path

    def allow(self, key: Path) -> None:
        """The key as one of a maintainer, committed."""
        public = key.with_name(key.name + ".pub").read_text("utf-8")
        with (self.root / "mine" / ".github" / "allowed_signers").open("a", encoding="utf-8") as file:
            file.write(f'ann@example.org namespaces="git" {public}')
        self.git("commit", "-qam", "a maintainer's key")

    def sign(self, key: Path, tag: str = TAG) -> None:
        """A signed tag on the clone's commit."""
        self.git("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", "tag", "-s", tag, "-m", tag)

    def push(self, *what: str) -> None:
        """What the maintainer pushes, and then the checkout that the runner makes of it: with the tag as a mere commit."""
        self.git("push", "-q", "origin", *(what or ("main", f"refs/tags/{self.tag}")))
        commit = self.git("rev-parse", f"{self.tag}^{{commit}}")
        self.git("init", "-q", "-b", "main", str(self.root / "runner"), cwd=".")
        self.git("remote", "add", "origin", str(self.root / "origin.git"), cwd="runner")
        self.git(
            "fetch",
            "-q",
            "--no-tags",
            "origin",
            f"+{commit}:refs/tags/{self.tag}",
            "+refs/heads/*:refs/remotes/origin/*",
            cwd="runner",
        )
        self.git("checkout", "-q", "--detach", self.tag, cwd="runner")
        (self.root / "temp").mkdir()

    def step(self, name: str) -> subprocess.CompletedProcess[str]:
        """A step as the runner runs it."""
        script = self.root / "step.sh"
        script.write_text(STEPS[name], "utf-8")
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        return subprocess.run(
            command, cwd=self.root / "runner", env=self.variables, capture_output=True, text=True, check=False
        )


def _dated(text: str) -> str:
    """The changelog with a date for this version, whatever stands there today."""
    return re.sub(rf"^## {re.escape(__version__)} \(.*\)$", f"## {__version__} (2026-11-25)", text, flags=re.MULTILINE)


def _nobody(text: str) -> str:
    """The file of signers without its keys."""
    return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))


def made(root: Path, names: list[str]) -> Desk:
    """A repository of these files of the checkout, with a release's changelog, and an empty one to push to."""
    desk = Desk(root)
    for name in names:
        (root / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / "mine" / name)
    for name, changed in (("CHANGELOG.md", _dated), (".github/allowed_signers", _nobody)):
        path = root / "mine" / name
        path.write_text(changed(path.read_text("utf-8")), "utf-8")
    desk.git("init", "-q", "--bare", "-b", "main", str(root / "origin.git"), cwd=".")
    desk.git("init", "-q", "-b", "main")
    desk.git("add", "--all")
    desk.git("commit", "-qm", "everything")
    desk.git("remote", "add", "origin", str(root / "origin.git"))
    desk.git("config", "--file", str(root / "origin.git" / "config"), "uploadpack.allowAnySHA1InWant", "true")
    return desk
