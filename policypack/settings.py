"""policypack.yaml, typed. Everything has a working default; `load` (validation and reading) is the only door in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policypack.model import Thresholds


@dataclass(frozen=True, slots=True)
class EnvironmentRule:
    """What makes a resource belong to one environment: any tag value, address pattern or domain id that matches."""

    name: str
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainRule:
    """What a domain is called, and what it is for (`holds: copies`)."""

    id: str
    name: str = ""
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. `agents` are address or ARN patterns, `agent_tags` tags that mark one."""

    agents: tuple[str, ...] = ()
    agent_tags: tuple[tuple[str, str], ...] = ()
    environments: tuple[EnvironmentRule, ...] = ()
    default_environment: str = "production"
    domains: tuple[DomainRule, ...] = ()
    thresholds: Thresholds = Thresholds()
    skip: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
