"""`policypack who-can` and `policypack can`: one question to the authority of all inputs together."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.authority import Authority, authority
from policypack.build import build
from policypack.build.namesakes import told_apart
from policypack.catalog import load_catalog
from policypack.model import Evidence, Gap, Infrastructure, Verb
from policypack.model.namesakes import marks, told, unmarked
from policypack.report.answers import Answer, Asked, can_json, can_text, who_can_json, who_can_text
from policypack.request import Reading, inputs_of, options_of
from policypack.run.concealed import concealing, gaps_concealed, powers_concealed
from policypack.run.telling import gaps_told, powers_told
from policypack.scan import ScanError, nearest, read_all
from policypack.settings import load_settings
from policypack.terminal import Progress, write

_MOST_NAMED = 5
FORMATS = ("text", "json")
ALL = "destroy-all"
_ACTION = r"[^:*\s]+:[^:*\s]+|[^:*\s.]+[./][^:*\s]+"
_ACTIONS = "an action is SERVICE:NAME (rds:DeleteDBInstance), or what another platform calls it (cloudsql.instances.delete)"
VERBS = (*(verb.value for verb in Verb), ALL)


class Question(Struct, frozen=True):
    """What to read and how to answer."""

    reading: Reading
    format: str = "text"
    config: Path | None = None
    everyone: bool = False


def who_can(question: Question, verb: str, address: str) -> int:
    """Prints who can do it, and returns the exit code. Raises ScanError where the verb or the address is none."""
    _known("verb", verb, VERBS)
    _known("format", question.format, FORMATS)
    picture = _picture(question)
    asked_of = authority(picture)
    paths = marks(picture.inputs)
    target = _meant(address, (*asked_of.targets, *_addresses(picture)), paths)
    _check_target(asked_of, picture, verb, target)
    if verb == ALL:
        powers = asked_of.destroys_all(target, everyone=question.everyone)
    else:
        powers = asked_of.who_can(Verb(verb), target, everyone=question.everyone)
    named, gaps = powers_told(powers, paths), gaps_told(asked_of.gaps, paths)
    if (conceal := concealing(picture)) is not None:
        named, gaps = powers_concealed(named, conceal), gaps_concealed(gaps, conceal)
    identities = {told(each.address, paths): each for each in reversed(picture.identities)}
    asked = Asked(verb, told(target, paths), _input(picture, target), identities, gaps, _width())
    write(who_can_json(named, asked) if question.format == "json" else who_can_text(named, asked))
    return _exit(picture)


def can(question: Question, identity: str, action: str, resource: str) -> int:
    """Prints one decision, and returns the exit code. Raises ScanError where nobody or nothing is called that."""
    _known("format", question.format, FORMATS)
    if not re.fullmatch(_ACTION, action):
        raise ScanError(f"{action!r} is not an action", _ACTIONS)
    picture = _picture(question)
    paths = marks(picture.inputs)
    said = f"{identity} {action} on {resource}"
    caller, of_roles = _caller(picture, _meant(identity, (each.address for each in picture.identities), paths))
    resource = _meant(resource, _addresses(picture), paths)
    if not of_roles and ":" not in action:
        raise ScanError(f"{action!r} is not an action of AWS", _ACTIONS)
    known = of_roles and _is_place(picture, resource)
    if not known and not resource.startswith("arn:") and resource != "*" and not _is_address(picture, resource):
        raise ScanError(
            f"no resource is called {resource!r}", nearest(resource, _addresses(picture)) or "name an address, an ARN, or *"
        )
    decision = authority(picture).can(caller, action, resource)
    from policypack.authority.explain import written

    conceal = concealing(picture) or str
    steps = []
    for each in decision.because:
        holder, location = written(each.policy)
        does = {"Allow": "allowed", "Deny": "denied"}.get(each.effect, each.effect)
        text = f"{does} by {each.said}{'' if each.certain else ', possibly'}"
        steps.append(Evidence(conceal(told(text, paths)), told(holder.address, paths) if holder else "", location))
    missing, lacking = ([conceal(told(each, paths)) for each in texts] for texts in (decision.missing, decision.lacking))
    answer = Answer(decision.outcome, tuple(steps), missing, lacking)
    write(can_json(answer) if question.format == "json" else can_text(answer, said, _width()))
    return _exit(picture)


def _picture(question: Question) -> Infrastructure:
    base = Path.cwd()
    settings = load_settings(question.config, base)
    paths, options = inputs_of(question.reading.paths, base), options_of(question.reading, base)
    catalog = load_catalog()
    with Progress() as progress:
        inputs = read_all(paths, options, catalog.knows, progress)
        progress("building the picture")
        picture = build(told_apart(inputs), catalog, settings)
    conceal = concealing(picture) or str
    for gap in _lost(picture):
        sys.stderr.write(f"policypack: {conceal(gap.reason)}\n")
    return picture


def _input(picture: Infrastructure, address: str) -> str | None:
    """The path of the one input that the address is of."""
    of = {each.inside for each in picture.resources if each.address == address}
    of |= {each.path for each in picture.inputs if each.path == address}
    return of.pop() if len(of) == 1 else None


def _meant(written: str, known: Iterable[str], paths: Mapping[int, str]) -> str:
    """What stands for an address in the picture. Raises ScanError where several inputs have it and none is named."""
    found = sorted({each for each in known if written in {unmarked(each), told(each, paths)}})
    if len(found) > 1:
        named = [told(each, paths) for each in found]
        raise ScanError(f"{written} is in {len(found)} of the inputs", f"say which: {', '.join(named[:_MOST_NAMED])}")
    return found[0] if found else written


def _lost(picture: Infrastructure) -> list[Gap]:
    every = (*picture.gaps, *(gap for one in picture.inputs for gap in one.gaps))
    return list(dict.fromkeys(gap for gap in every if gap.unreadable))


def _exit(picture: Infrastructure) -> int:
    """2 where an input was lost: the answer is about the others only, and it was said so."""
    return 2 if _lost(picture) else 0


def _known(what: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise ScanError(f"no {what} is called {name!r}", nearest(name, known) or f"one of {', '.join(known)}")


def _check_target(asked_of: Authority, picture: Infrastructure, verb: str, address: str) -> None:
    verbs = asked_of.targets.get(address)
    if verbs is not None and (verb == ALL or Verb(verb) in verbs):
        return
    if verbs is not None:
        told = ", ".join(sorted(each.value for each in verbs))
        raise ScanError(f"nothing is known of how to {verb} {address}", f"ask for {told}")
    if _is_address(picture, address):
        if not picture.identities:
            raise ScanError("no identity is among the inputs", "name the roots that hold the roles and users too")
        raise ScanError(f"who can {verb} {address} cannot be told", "it is no store, copy, key or state that is understood")
    raise ScanError(f"nothing is called {address!r}", nearest(address, [*asked_of.targets, *_addresses(picture)]))


def _addresses(picture: Infrastructure) -> Iterator[str]:
    return (each.address for each in picture.resources)


def _is_address(picture: Infrastructure, address: str) -> bool:
    return any(each == address for each in _addresses(picture))


def _is_place(picture: Infrastructure, resource: str) -> bool:
    """Whether somebody, or something that roles are granted on, is called that."""
    named = {name for each in picture.sites.values() for name in (each.full_name, each.spot.name)}
    domains = {f"{each.domain.word} {each.domain}" for each in picture.sites.values() if each.domain is not None}
    return resource in named or resource in domains or any(each.address == resource for each in picture.identities)


def _caller(picture: Infrastructure, identity: str) -> tuple[str, bool]:
    """The address of somebody, and whether roles at places are what decides about them."""
    roles = {each.address for each in picture.identities if each.grants or each.resource.place in picture.sites}
    known = [each for each in picture.identities if each.form != "group" and (each.language == "aws" or each.address in roles)]
    for each in known:
        if identity in {each.address, each.arn}:
            return each.address, each.address in roles
    if any(each.address == identity and each.form == "group" for each in picture.identities):
        raise ScanError(f"{identity!r} is a group, which does nothing itself", "ask for one of its members")
    addresses = [each.address for each in known]
    raise ScanError(
        f"no identity is called {identity!r}", nearest(identity, addresses) or "name the address or the ARN of a role or user"
    )


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
