"""Where the rules come from: a commit that people agreed to, and never the tree under change, which an agent can write."""

from __future__ import annotations

import os
import posixpath
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.gate.gitdata import commit_of, file_at
from policypack.gate.signers import Signers
from policypack.gate.terms import Authority, local_authority, signers_of
from policypack.gate.verify import Refusal
from policypack.read.git import root_of
from policypack.settings import FILE_NAME, Settings, SettingsError, load_settings, settings_of, settings_path

_LARGEST = 1_000_000
_SHOWN = 12


class Trusted(Struct, frozen=True):
    """The settings and who may approve, and where both were read. `commit` is "" where they are of no commit; `untrusted` says
    why they then decide nothing, "" where they may. `differs` is set where the tree has others than the commit."""

    settings: Settings
    authority: Authority
    ref: str = ""
    commit: str = ""
    untrusted: str = ""
    differs: Refusal | None = None


def trusted(config: Path | None, base: Path, ref: str | None, plan: str = "PLAN.json") -> Trusted:
    """The settings and the signers of the commit `ref`, or else those at hand, with what speaks against these.

    Raises ReadError where the commit cannot be read, SettingsError where what it says cannot be used.
    """
    if ref is not None:
        return _of_commit(config, base, ref)
    settings = load_settings(config, base)
    authority = local_authority(settings.gate, config, base)
    return Trusted(settings, authority, untrusted=_untrusted(settings, config, base, plan))


def _untrusted(settings: Settings, config: Path | None, base: Path, plan: str) -> str:
    """Why settings at hand decide nothing: they are part of the repository whose change is judged."""
    root, found = root_of(base), settings_path(config, base)
    if root is None or found is None:
        return ""
    places = [found, found.parent / settings.gate.signers] if settings.gate.signers else [found]
    own = [each for each in places if _inside(each, root)]
    if not own:
        return ""
    named = f" --config {shlex.quote(str(config))}" if config is not None else ""
    command = f"policypack gate {shlex.quote(plan)}{named} --policy-ref origin/main"
    return f"{own[0].name} is part of the tree under change, and would decide about itself; take it from a commit: {command}"


def _inside(path: Path, root: Path) -> bool:
    return any(each.is_relative_to(root) for each in (Path(os.path.normpath(Path.cwd() / path)), path.resolve()))


def _of_commit(config: Path | None, base: Path, ref: str) -> Trusted:
    root = root_of(base)
    if root is None:
        raise SettingsError("--policy-ref: there is no git repository around this folder", "run the gate in the checkout")
    commit = commit_of(root, ref)
    places = list(_places(config, base, root))
    found = {place: file_at(root, commit, place, _LARGEST) for place in places}
    place = next((each for each in places if found[each] is not None), None)
    settings = Settings() if place is None else settings_of(found[place] or b"", f"{place} of {ref}")
    signers = Signers()
    if place is not None and settings.gate.signers:
        where = _signers_place(place, settings.gate.signers)
        found[where] = raw = file_at(root, commit, where, _LARGEST)
        if raw is None:
            raise SettingsError(f"gate.signers: there is no file {where} in {ref}", "a path from the settings file's folder on")
        signers = signers_of(raw, f"{where} of {ref}")
    changed = [each for each, content in found.items() if not _same(root / each, content)]
    differs = _differing(ref, commit, [(each, found[each] is not None) for each in changed]) if changed else None
    return Trusted(settings, Authority(settings.gate, signers), ref, commit, differs=differs)


def _places(config: Path | None, base: Path, root: Path) -> Iterator[str]:
    """The paths in the repository where the settings may be, the first that is there counts."""
    if config is not None:
        place = Path(os.path.normpath(base.resolve() / config))
        if not place.is_relative_to(root):
            raise SettingsError(
                f"--config {config.name}: is outside of the repository", "--policy-ref reads it from a commit of it"
            )
        yield place.relative_to(root).as_posix()
        return
    yield from dict.fromkeys((each.relative_to(root) / FILE_NAME).as_posix() for each in (base.resolve(), root))


def _signers_place(settings: str, signers: str) -> str:
    place = posixpath.normpath(posixpath.join(posixpath.dirname(settings), signers))
    if posixpath.isabs(place) or place.startswith("../") or Path(place).is_absolute():
        raise SettingsError(
            f"gate.signers: {signers} is outside of the repository", "--policy-ref reads it from a commit of it"
        )
    return place


def _same(path: Path, content: bytes | None) -> bool:
    """Whether the tree has the same. Ends of lines may differ: git writes them as the machine has them."""
    try:
        if path.is_symlink() or not path.is_file():
            return content is None and not path.exists() and not path.is_symlink()
        with path.open("rb") as file:
            there = file.read(2 * _LARGEST + 2)
    except OSError:
        return False
    return content is not None and there.replace(b"\r\n", b"\n") == content.replace(b"\r\n", b"\n")


def _differing(ref: str, commit: str, changed: Sequence[tuple[str, bool]]) -> Refusal:
    """The refusal of a tree that has other rules, with what to do: judge by the rules that people agreed to."""
    back = [shlex.quote(path) for path, kept in changed if kept]
    new = [shlex.quote(path) for path, kept in changed if not kept]
    commands = [f"git checkout {shlex.quote(ref)} -- {' '.join(back)}"] if back else []
    commands += [f"git rm -f -- {' '.join(new)}"] if new else []
    what = ", ".join(path for path, _ in changed)
    said = (
        f"{what} in the tree {'is' if len(changed) == 1 else 'are'} not as in {ref} ({commit[:_SHOWN]}), and no change decides "
        f"about itself. Merge the rules alone first, or take back what differs: {' && '.join(commands)}"
    )
    return Refusal("settings_differ", said)
