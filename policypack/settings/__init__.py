"""policypack.yaml, typed. Everything has a working default; `load_settings` (validation and reading) is the only door in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from policypack.model import Thresholds, replace
from policypack.settings.gate import GateSettings, gate_settings

__all__ = [
    "FILE_NAME",
    "DomainRule",
    "EnvironmentRule",
    "GateSettings",
    "Settings",
    "SettingsError",
    "load_settings",
    "settings_of",
    "settings_path",
]

FILE_NAME = "policypack.yaml"
_LARGEST = 1_000_000


class SettingsError(Exception):
    """Settings that cannot be used: one line of what and where, and a hint of what to do."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class EnvironmentRule(Struct, frozen=True):
    """What makes a resource belong to one environment: any tag value, address pattern or domain id that matches."""

    name: str
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class DomainRule(Struct, frozen=True):
    """What a domain is called, and what it is for (`holds: copies`)."""

    id: str
    name: str = ""
    holds: str = ""


class Settings(Struct, frozen=True):
    """All settings. `agents` are address or ARN patterns, `agent_tags` tags that mark one.

    `only` names the checks to ask, where not all of them are (the command line's choice, not the file's). `file` is where
    the settings were read, as the user is shown it, and "" where there is no file.
    """

    agents: tuple[str, ...] = ()
    agent_tags: tuple[tuple[str, str], ...] = ()
    environments: tuple[EnvironmentRule, ...] = ()
    default_environment: str = "production"
    domains: tuple[DomainRule, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    skip: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    file: str = ""
    gate: GateSettings = GateSettings()


def load_settings(path: Path | None, start: Path) -> Settings:
    """The settings in the file at `path`, or else those of the folder `start` or of the repository that it lies in.

    Without a file: the defaults. Raises SettingsError where a file is there and cannot be read, is not YAML, or says
    something that the schema does not know.
    """
    found = settings_path(path, start)
    if found is None:
        return Settings()
    shown = found.name if path is None else path.as_posix() if not path.is_absolute() else path.name
    try:
        with found.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(f"{shown}: cannot be read ({error.strerror or type(error).__name__})", "check --config") from error
    return settings_of(raw, shown)


def settings_of(raw: bytes, shown: str) -> Settings:
    """The settings in the bytes of a file. Raises SettingsError as `load_settings` does."""
    if len(raw) > _LARGEST:
        raise SettingsError(f"{shown}: is larger than a settings file can be", "is it the right file?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{shown}: is not UTF-8 text", "is it the right file?") from error
    from policypack.settings.file import read_settings  # YAML and its validation are slow to import

    return replace(_typed(read_settings(text, shown)), file=shown)


def settings_path(path: Path | None, start: Path) -> Path | None:
    """Where the settings are read from: the file at `path`, or else the one of `start` or its repository, None without one."""
    return path if path is not None else _find(start)


def _find(start: Path) -> Path | None:
    """The file in `start`, or in the root of the repository around it: nothing further up is anybody's intention."""
    folder = start.resolve()
    root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
    for each in dict.fromkeys((folder, root)):
        if (each / "policypack.yml").exists() and not (each / FILE_NAME).exists():
            raise SettingsError("policypack.yml is not read", f"rename it to {FILE_NAME}")
        if (each / FILE_NAME).exists():
            if not (each / FILE_NAME).is_file():  # a pipe would be waited for without end
                raise SettingsError(f"{FILE_NAME} is not a file", "remove it, or name another with --config")
            return each / FILE_NAME
    return None


def _typed(raw: Mapping[str, Any]) -> Settings:
    backups, changes, checks = (raw.get(key, {}) for key in ("backups", "changes", "checks"))
    limits = {**backups, **changes}
    if "populated" in limits:
        limits["populated"] = tuple(limits["populated"])
    agents = raw.get("agents", [])
    return Settings(
        agents=tuple(each for each in agents if isinstance(each, str)),
        agent_tags=tuple(tag for each in agents if isinstance(each, dict) for tag in each["tag"].items()),
        environments=tuple(_environment(name, rule) for name, rule in raw.get("environments", {}).items()),
        default_environment=raw.get("default_environment", "production"),
        domains=tuple(DomainRule(id_, **rule) for id_, rule in raw.get("domains", {}).items()),
        thresholds=Thresholds(**limits),
        skip=tuple(checks.get("skip", ())),
        severity=dict(checks.get("severity", {})),
        gate=gate_settings(raw.get("gate", {})),
    )


def _environment(name: str, rule: Mapping[str, Any]) -> EnvironmentRule:
    tags = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in rule.get("tags", {}).items()}
    return EnvironmentRule(name, tags, tuple(rule.get("addresses", ())), tuple(rule.get("domains", ())))
