"""From what the settings and the pipeline say to the terms that approvals are held to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from msgspec import Raw, Struct

from policypack.gate.decide import planned_at
from policypack.gate.digest import UNTOLD, Hashed, digest
from policypack.gate.need import Need
from policypack.gate.signers import Signers, read_signers
from policypack.gate.verify import Terms
from policypack.settings import GateSettings, SettingsError, settings_path

_LARGEST = 1_000_000


class Authority(Struct, frozen=True):
    """Who may approve, and what it takes. All of it comes from one place, so that it is as much to be trusted as that place."""

    settings: GateSettings = GateSettings()
    signers: Signers = Signers()


class Bound(Struct, frozen=True):
    """The two forms of a plan, as they were judged: the digest of its JSON, and the SHA-256 of its binary file where one is given."""

    plan: Hashed
    file_sha256: str | None = None


def local_authority(settings: GateSettings, config: Path | None, base: Path) -> Authority:
    """What the settings file at hand says, with its file of signers. Raises SettingsError where that cannot be read."""
    if not settings.signers:
        return Authority(settings)
    found = settings_path(config, base)
    place = (found.parent if found is not None else base) / settings.signers
    return Authority(settings, signers_of(_text(place, settings.signers), settings.signers))


def signers_of(raw: bytes, shown: str) -> Signers:
    """The signers in a file's bytes. Raises SettingsError where they are no text."""
    try:
        return read_signers(raw.decode("utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{shown}: is not UTF-8 text", "it has OpenSSH's allowed_signers form") from error


def _text(path: Path, shown: str) -> bytes:
    try:
        if not path.is_file():  # a pipe would be waited for without end
            raise SettingsError(f"gate.signers: there is no file {shown}", "a path from the settings file's folder on")
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            f"{shown}: cannot be read ({error.strerror or type(error).__name__})", "see gate.signers"
        ) from error
    if len(raw) > _LARGEST:
        raise SettingsError(f"{shown}: is larger than a signers file can be", "see gate.signers")
    return raw


def terms_of(
    needs: Sequence[Need],
    bound: Bound | None,
    authority: Authority,
    requesters: Sequence[str] = (),
) -> Terms:
    """What approvals of this plan are held to, now. `bound` is None where no
    approval is handed in and nobody asks for the digest."""
    return Terms(
        digest=UNTOLD if bound is None else digest(bound.plan, needs, bound.file_sha256),
        needs=tuple(needs),
        signers=authority.signers,
        settings=authority.settings,
        now=datetime.now(tz=timezone.utc),
        requesters=tuple(requesters),
        planned=None if bound is None else planned_at(Raw(bound.plan.timestamp.encode())),
    )
