"""A second evaluator, written to be read: slow, literal, and sharing no code with the engine.

It takes documents as JSON has them and concrete ARNs. A condition key is absent, known (a list of texts) or None: not known.
Values are "no" < "maybe" < "yes", combined as Kleene's logic has it. It knows no caller's choice and no holes.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

NO, MAYBE, YES = "no", "maybe", "yes"
ORDER = {NO: 0, MAYBE: 1, YES: 2}
FLIP = {NO: YES, MAYBE: MAYBE, YES: NO}
Keys = Mapping[str, Any]


def all_of(values: Iterable[str]) -> str:
    """The least."""
    return min(values, key=ORDER.__getitem__, default=YES)


def any_of(values: Iterable[str]) -> str:
    """The greatest."""
    return max(values, key=ORDER.__getitem__, default=NO)


def whether(found: bool) -> str:
    """A definite answer."""
    return YES if found else NO


def listed(value: Any) -> list[Any]:
    """One or many as a list."""
    return value if isinstance(value, list) else [value]


def globs(pattern: str, text: str, star: str = ".*", mark: str = ".") -> bool:
    r"""A glob by a regular expression; \x01 and \\x02 in patterns are the characters * and ?."""
    parts = {"*": star, "?": mark, "\x01": r"\*", "\x02": r"\?"}
    return re.fullmatch("".join(parts.get(letter) or re.escape(letter) for letter in pattern), text, re.DOTALL) is not None


def head_globs(pattern: str, text: str) -> bool:
    """A glob in which only a star that ends a segment may run across colons."""
    crossing = re.sub(r"\*(?=:|$)", "\x03", pattern)
    parts = {"\x03": ".*", "*": "[^:]*", "?": "[^:]", "\x01": r"\*", "\x02": r"\?"}
    return re.fullmatch("".join(parts.get(each) or re.escape(each) for each in crossing), text, re.DOTALL) is not None


def surely_matches(pattern: str, arn: str) -> bool:
    """The documented rules of the Resource element."""
    if set(pattern) == {"*"} or pattern.replace("\x01", "*").replace("\x02", "?") == arn:
        return True
    fields = arn.split(":", 5)
    wanted = pattern.split(":", 3)
    if len(fields) < 6 or len(wanted) < 4:
        return False
    if wanted[0] != fields[0] or wanted[2] != fields[2] or not globs(wanted[1], fields[1]):
        return False
    rest, region, account, last = wanted[3], fields[3], fields[4], fields[5]
    if rest.endswith("*") and head_globs(rest, f"{region}:{account}:"):
        return True
    kind = re.match(r"[^/:]*[/:]", last)
    typed = "" if kind is None or (fields[2] == "s3" and not region and not account) else kind[0]
    for cut in [place for place, letter in enumerate(rest) if letter == ":"]:
        head, tail = rest[:cut], rest[cut + 1 :]
        if head_globs(head, f"{region}:{account}") and tail.startswith(typed) and globs(tail, last):
            return True
    return False


def matches(pair: tuple[str, str] | None, arn: str) -> str:
    """A resource pattern as it surely is and as it may be; None: a variable without a value."""
    if pair is None:
        return NO
    if surely_matches(pair[0], arn):
        return YES
    return MAYBE if globs(pair[1], arn) else NO


def substitute(text: str, version: Any, keys: Keys, *, resource: bool = False) -> tuple[str, str] | None:
    """Variables replaced: surely by the text of the value, maybe with its wildcards live."""
    if version != "2012-10-17":
        return text, text
    sure = may = ""
    end = 0
    for found in re.finditer(r"\$\{([^{}]*)\}", text):
        before = text[end : found.start()]
        sure, may, end = sure + before, may + before, found.end()
        name, _, default = found[1].partition(",")
        name = name.strip()
        if name in {"*", "?", "$"}:
            escaped = {"*": "\x01", "?": "\x02", "$": "$"}[name]
            sure, may = sure + escaped, may + escaped
            continue
        value = keys.get(name.lower(), [])
        if value is None or len(value) > 1 or (resource and text[: found.start()].count(":") < 5):
            sure, may = sure + "\x04", may + "*"
        elif value:
            sure, may = sure + value[0].replace("*", "\x01").replace("?", "\x02"), may + value[0]
        elif default:
            text_of = default.strip().strip("'")
            sure, may = sure + text_of, may + text_of
        else:
            return None
    return sure + text[end:], may + text[end:]


def moment(text: str) -> float | None:
    """Seconds since 1970."""
    if re.fullmatch(r"\d+", text):
        return float(text)
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


def number(text: str) -> float | None:
    """A number."""
    try:
        return float(text)
    except ValueError:
        return None


def address(text: str) -> Any:
    """A network."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def compare_text(name: str, pair: tuple[str, str], value: str) -> str:
    """Equality of texts, with or without case."""
    sure, may = pair
    plain = sure.replace("\x01", "*").replace("\x02", "?")
    if "\x04" in sure:
        return MAYBE if globs(may, value) else NO
    return whether(plain == value if name == "StringEquals" else plain.lower() == value.lower())


def compare_arn(pair: tuple[str, str], value: str) -> str:
    """Segment by segment."""
    sure, may = pair
    if set(sure) == {"*"}:
        return YES
    if not globs(may, value):
        return NO
    wanted, fields = sure.split(":", 5), value.split(":", 5)
    if len(wanted) < 6 or len(fields) < 6:
        return MAYBE
    if all(globs(*each) for each in zip(wanted, fields, strict=True)):
        return YES
    return NO if sure == may else MAYBE


def compare_order(name: str, sure: str, value: str) -> str:
    """Numbers and dates."""
    parse = number if name.startswith("Numeric") else moment
    limit, given = parse(sure), parse(value)
    if limit is None or given is None:
        return MAYBE
    kind = re.sub("^(Numeric|Date)", "", name)
    answers = [given == limit, given < limit, given <= limit, given > limit, given >= limit]
    return whether(answers[ORDERS.index(kind)])


def compare_network(sure: str, value: str) -> str:
    """An address in a block."""
    network, one = address(sure), address(value)
    if network is None or one is None:
        return MAYBE
    return whether(network.version == one.version and one[0] in network)


def compare_bytes(sure: str, value: str) -> str:
    """What both are the base64 text of."""
    try:
        return whether(base64.b64decode(sure, validate=True) == base64.b64decode(value, validate=True))
    except ValueError:
        return MAYBE


def compare(name: str, pair: tuple[str, str], value: str) -> str:
    """One value of the policy with one of the request, for the operator without Not."""
    sure, may = pair
    if name in {"StringEquals", "StringEqualsIgnoreCase"}:
        return compare_text(name, pair, value)
    if name == "StringLike":
        return YES if globs(sure, value) else MAYBE if globs(may, value) else NO
    if name in {"ArnLike", "ArnEquals"}:
        return compare_arn(pair, value)
    if name == "Bool":
        known = {sure.lower(), value.lower()} <= {"true", "false"}
        return whether(sure.lower() == value.lower()) if known else MAYBE
    if name == "BinaryEquals":
        return compare_bytes(sure, value)
    return compare_network(sure, value) if name == "IpAddress" else compare_order(name, sure, value)


TEXTUAL = ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"]
ORDERS = ["Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
ORDERED = [f"{family}{order}" for family in ("Numeric", "Date") for order in ORDERS]
NEGATED = [re.sub("^(String|Arn|Numeric|Date|)", r"\1Not", name) for name in (*TEXTUAL, "NumericEquals", "DateEquals")]
NAMES = {name.lower(): name for name in (*TEXTUAL, *ORDERED, *NEGATED, "Bool", "BinaryEquals", "Null")}


def condition(written: str, key: str, values: Any, version: Any, keys: Keys) -> str:
    """One key under one operator."""
    found = re.fullmatch(r"(?i)(forallvalues:|foranyvalue:)?(.*?)(ifexists)?", written)
    assert found is not None
    prefix, name = (found[1] or "").lower(), NAMES.get(found[2].lower())
    texts = [str(each).lower() if isinstance(each, bool) else str(each) for each in listed(values)]
    held = keys.get(key.lower(), [])
    if name is None or (name == "Null" and (prefix or found[3])):
        return MAYBE
    if name == "Null":
        return any_of(MAYBE if held is None else whether((not held) == (text.lower() == "true")) for text in texts)
    if held is None:
        return MAYBE
    negated = "Not" in name
    if not held:
        if found[3]:
            return YES
        return {"forallvalues:": YES, "foranyvalue:": NO, "": whether(negated)}[prefix]
    text_operator = name.startswith(("String", "Arn"))
    pairs = [substitute(text, version, keys) if text_operator else (text, text) for text in texts]
    each_value = []
    for value in held:
        matched = any_of(compare(name.replace("Not", ""), pair, value) for pair in pairs if pair is not None)
        each_value.append(FLIP[matched] if negated else matched)
    if prefix == "forallvalues:":
        return all_of(each_value)
    if prefix == "foranyvalue:":
        return any_of(each_value)
    return each_value[0] if len(set(each_value)) == 1 else MAYBE


@dataclass
class Call:
    """A request with everything that grants and limits it; `owner` is the account of the resource."""

    action: str
    arn: str
    caller: str
    owner: str
    keys: Keys = field(default_factory=dict)
    identity: Sequence[Any] = ()
    boundary: Any = None
    session: Any = None
    resource: Any = None
    scps: Sequence[Sequence[Any]] = ()
    rcps: Sequence[Sequence[Any]] = ()
    management: bool = False
    owner_management: bool = False

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.caller.split(":")[4]

    @property
    def role(self) -> str:
        """The role behind a session, the role itself, or ""."""
        if ":assumed-role/" in self.caller:
            return f"arn:aws:iam::{self.account}:role/{self.caller.split('/')[1]}"
        return self.caller if ":role/" in self.caller else ""


def applies(one: Mapping[str, Any], version: Any, call: Call) -> str:
    """Action, resource and conditions of a statement."""
    parts = []
    action = any_of(
        whether(globs(each.lower(), call.action.lower())) for each in listed(one.get("Action", one.get("NotAction")))
    )
    parts.append(action if "Action" in one else FLIP[action])
    if "Resource" in one or "NotResource" in one:
        texts = listed(one.get("Resource", one.get("NotResource")))
        found = any_of(matches(substitute(text, version, call.keys, resource=True), call.arn) for text in texts)
        parts.append(found if "Resource" in one else FLIP[found])
    for operator, block in one.get("Condition", {}).items():
        parts += [condition(operator, key, values, version, call.keys) for key, values in block.items()]
    return all_of(parts)


def statements(document: Any) -> list[tuple[Mapping[str, Any], Any]]:
    """Statements with the version of their document."""
    return [(each, document.get("Version")) for each in listed(document["Statement"])]


def layer(documents: Iterable[Any], effect: str, call: Call) -> str:
    """Whether anything of this effect applies."""
    return any_of(
        applies(one, version, call) for each in documents for one, version in statements(each) if one["Effect"] == effect
    )


def is_account(text: str, account: str) -> bool:
    """Whether a principal is the account as a whole."""
    return text in {account, f"arn:aws:iam::{account}:root"}


def left_in(one: Mapping[str, Any], call: Call) -> str:
    """Whether a NotPrincipal leaves the caller in."""
    texts = listed(one["NotPrincipal"]["AWS"])
    account = any(is_account(text, call.account) for text in texts)
    own = account if is_root(call.caller) else call.caller in texts
    if one["Effect"] == "Allow":
        return NO if "*" in texts or (own and not is_root(call.caller)) else MAYBE
    if call.boundary is not None:
        return YES
    session = ":assumed-role/" in call.caller
    role = call.role in texts if session else True
    if "*" in texts or (own and account and role and ":role/" not in call.caller):
        return NO
    return MAYBE if own or account or (session and role) else YES


def named(one: Mapping[str, Any], call: Call) -> dict[str, str]:
    """By which forms a statement of a resource policy names the caller."""
    if "NotPrincipal" in one:
        return {"anyone": left_in(one, call)}
    written = one["Principal"]
    forms: dict[str, str] = {}
    for text in ["*"] if written == "*" else listed(written.get("AWS", [])):
        if text == "*":
            forms["anyone"] = YES
        elif is_account(text, call.account):
            forms["account"] = YES
        elif text == call.caller and ":role/" not in text:
            forms["direct"] = YES
        elif text == call.role:
            forms["role"] = YES
        elif ":role/" in call.caller and text.startswith(f"{sessions_of(call)}/"):
            forms["direct"] = any_of((MAYBE, forms.get("direct", NO)))
    if "CanonicalUser" in written:
        forms["account"] = any_of((MAYBE, forms.get("account", NO)))
    return forms


def is_root(caller: str) -> bool:
    """Whether the caller is the root user of its account."""
    return caller.endswith(":root")


def sessions_of(call: Call) -> str:
    """How the ARN of every session of a role begins."""
    return f"arn:aws:sts::{call.account}:assumed-role/{call.caller.rpartition('/')[2]}"


def decide(call: Call) -> str:
    """The formula."""
    granted: dict[str, str] = {}
    root, linked = is_root(call.caller), ":role/aws-service-role/" in call.caller
    own_policies = [] if root else call.identity
    deny = [layer(own_policies, "Deny", call)]
    limit = []
    for one in () if root else (call.boundary, call.session):
        if one is not None:
            deny.append(layer([one], "Deny", call))
            limit.append(layer([one], "Allow", call))
    for one, version in statements(call.resource) if call.resource else []:
        for form, how in named(one, call).items():
            found = all_of((how, applies(one, version, call)))
            if one["Effect"] == "Deny":
                deny.append(found)
            else:
                granted[form] = any_of((found, granted.get(form, NO)))
    scps = [] if call.management or linked else call.scps
    deny += [layer(level, "Deny", call) for level in scps]
    service = call.action.split(":")[0]
    reach = YES if service in {"s3", "sts", "kms"} else NO if service in {"rds", "ec2", "backup"} else MAYBE
    if not linked and not call.owner_management:
        deny += [all_of((reach, layer(level, "Deny", call))) for level in call.rcps]
    ceiling = all_of(layer(level, "Allow", call) for level in scps)
    own, limits = YES if root else layer(call.identity, "Allow", call), all_of(limit)
    give = {form: granted.get(form, NO) for form in ("anyone", "direct", "role", "account")}
    if call.account != call.owner:
        core = all_of((own, limits, any_of(give.values())))
    else:
        direct = any_of((give["anyone"], give["direct"], all_of((give["role"], limits))))
        usual = all_of((own, limits))
        delegated = call.action == "sts:AssumeRole" or (call.action.startswith("kms:") and ":key/" in call.arn)
        core = any_of((direct, all_of((usual, give["account"])) if delegated else usual))
    return all_of((FLIP[any_of(deny)], ceiling, core))
