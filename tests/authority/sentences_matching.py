"""Actions, resources, variables and conditions: IAM User Guide, the pages on the elements of a policy."""

from __future__ import annotations

from typing import Any

from tests.authority.sentences import OBJECT, Call, Sentence, absent, allow, deny, given, mine, stopped, when
from tests.authority.worlds import ACCOUNT, ALL, BUCKET, DB, ROLE, document, statement

RDS = "rds:DeleteDBInstance"
ELEMENT = "reference_policies_elements_"
ACTION, NOT_ACTION, RESOURCE, NOT_RESOURCE = (f"{ELEMENT}{each}" for each in ("action", "notaction", "resource", "notresource"))
OPERATORS, SEVERAL, VARIABLES = (
    f"{ELEMENT}condition_operators",
    "reference_policies_multi-value-conditions",
    "reference_policies_variables",
)
GRAMMAR = "reference_policies_grammar"


def on_db(pattern: Any, **more: Any) -> Call:
    """A call on the database by somebody who may do everything to what the pattern matches."""
    return mine(allow("*", pattern, **more), action=RDS, on=DB)


def home(
    pattern: Any, keys: dict[str, Any], *, version: str | None = "2012-10-17", on: str = "arn:aws:s3:::home/bob/f"
) -> Call:
    """A call on somebody's file."""
    return mine(allow("s3:*", pattern, version=version), action="s3:DeleteObject", on=on, keys=keys)


BOB = {"aws:username": "bob"}

ACTIONS = [
    Sentence("names of actions ignore case", ACTION, (mine(allow("S3:DELETEBUCKET")),), (mine(allow("S3:DELETEBUCKETS")),)),
    Sentence(
        "and so does the prefix of a Deny", ACTION, (mine(ALL, deny("S3:GETobject")),), (mine(ALL, deny("S3:deletebucket")),)
    ),
    Sentence(
        "a star is any text, none included",
        ACTION,
        (mine(allow("s3:DeleteBucket*")), mine(allow("s3:*Bucket*"))),
        (mine(allow("s3:*Object*")),),
    ),
    Sentence(
        "wildcards stand in the prefix too",
        ACTION,
        (mine(allow("s?:Delete*")), mine(allow("*:DeleteBucket"))),
        (mine(allow("s??:Delete*")),),
    ),
    Sentence("the colon stops no star", ACTION, (mine(allow("s*Bucket")), mine(allow("*"))), (mine(allow("r*Bucket")),)),
    Sentence("a question mark is one character", ACTION, (mine(allow("s3:Delete?ucket")),), (mine(allow("s3:Delete?Bucket")),)),
    Sentence(
        "everything else is itself",
        ACTION,
        (mine(allow("s3:DeleteBucket")),),
        (mine(allow("s3.DeleteBucket")), mine(allow("s3:Delete[B]ucket")), mine(allow("s3:(Delete)Bucket"))),
    ),
    Sentence(
        "no variables in actions",
        ACTION,
        (mine(allow("s3:*"), keys={"aws:username": "DeleteBucket"}),),
        (mine(allow("s3:${aws:username}"), keys={"aws:username": "DeleteBucket"}),),
    ),
    Sentence(
        "one action of several is enough", ACTION, (mine(allow(["ec2:*", "s3:Delete*"])),), (mine(allow(["ec2:*", "s3:Get*"])),)
    ),
    Sentence(
        "NotAction is every action but those listed",
        NOT_ACTION,
        (mine(allow(None, NotAction="iam:*")),),
        (mine(allow(None, NotAction=["iam:*", "S3:delete*"])),),
    ),
    Sentence(
        "Deny with NotAction denies every other",
        NOT_ACTION,
        (mine(ALL, deny(None, NotAction="s3:*")),),
        (mine(ALL, deny(None, NotAction="ec2:*")),),
    ),
    Sentence(
        "NotAction allows nothing by denying",
        NOT_ACTION,
        (mine(ALL, deny(None, NotAction="*")),),
        (mine(deny(None, NotAction="s3:*")),),
    ),
    Sentence(
        "NotAction in a boundary is what it leaves",
        NOT_ACTION,
        (mine(ALL, boundary=allow(None, NotAction="iam:*")),),
        (mine(ALL, boundary=allow(None, NotAction="s3:*")),),
    ),
]

RESOURCES = [
    Sentence("resources are case-sensitive", RESOURCE, (on_db(DB),), (on_db(DB.upper().replace("ARN:AWS:RDS", "arn:aws:rds")), on_db(DB.replace("prod", "Prod")), on_db(DB.replace("us-east-1", "US-EAST-1")))),
    Sentence("a user's name in Resource is case-sensitive", RESOURCE, (mine(allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/bob"), action="iam:DeleteUser", on=f"arn:aws:iam::{ACCOUNT}:user/bob"),), (mine(allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/Bob"), action="iam:DeleteUser", on=f"arn:aws:iam::{ACCOUNT}:user/bob"),)),
    Sentence("a star runs across slashes", RESOURCE, (mine(allow("s3:*", f"{BUCKET}/*"), action="s3:DeleteObject", on=OBJECT),), (mine(allow("s3:*", f"{BUCKET}/*/b/*"), action="s3:DeleteObject", on=OBJECT),)),
    Sentence("a question mark is one character of an ARN", RESOURCE, (on_db(DB.replace("prod", "pro?")), on_db(DB.replace("prod", "????"))), (on_db(DB.replace("prod", "prod?")), on_db(DB.replace("prod", "???")))),
    Sentence("a star that ends a segment runs across colons", RESOURCE, (on_db("arn:aws:rds:*"), on_db("arn:aws:rds:*:db:prod"), on_db("arn:aws:rds:us*:db:prod")), (on_db("arn:aws:rds:us*1:db:prod"), on_db("arn:aws:rds:eu*:db:prod")), (on_db("arn:aws:rds:us*3:db:prod"),)),
    Sentence("no wildcard in the service", "reference-arns", (on_db("arn:aws:rds:*:*:db:prod"),), (on_db("arn:aws:s3:*:*:db:prod"), on_db("arn:aws:s*:us-east-1:*:db:prod")), (on_db("arn:aws:r*:us-east-1:*:db:prod"), on_db("arn:aws:???:us-east-1:*:db:prod"))),
    Sentence("none in the type of the resource", "reference-arns", (on_db("arn:aws:rds:*:*:db:p*"),), (on_db("arn:aws:rds:*:*:cluster*"),), (on_db("arn:aws:rds:*:*:d*"), on_db("arn:aws:rds:*:*:?b:prod"))),
    Sentence("a wildcard may stand for the partition", "reference-arns", (on_db(DB.replace("arn:aws:", "arn:*:")),), (on_db(DB.replace("arn:aws:", "arn:aws-*:")),)),
    Sentence("everything is one star, and two", RESOURCE, (on_db("*"), on_db("**")), (on_db(""), on_db("?"))),
    Sentence("a bucket and its objects are different resources", RESOURCE, (mine(allow("*", BUCKET)), mine(allow("*", f"{BUCKET}*"))), (mine(allow("*", f"{BUCKET}/*")), mine(allow("*", BUCKET), action="s3:DeleteObject", on=OBJECT))),
    Sentence("an action without resources wants a pattern for everything", RESOURCE, (mine(allow("*"), action="kms:CreateKey", on="*"), mine(ALL, deny("*", "arn:aws:kms:*"), action="kms:CreateKey", on="*")), (mine(allow("*", "arn:aws:kms:*"), action="kms:CreateKey", on="*"), mine(allow("*", "arn:*"), action="kms:CreateKey", on="*"))),
    Sentence("NotResource is everything but what is listed", NOT_RESOURCE, (mine(allow("*", None, NotResource=f"{BUCKET}-2")),), (mine(allow("*", None, NotResource=[f"{BUCKET}-2", "arn:aws:s3:::prod*"])),), (mine(allow("*", None, NotResource="arn:aws:*:::prod-data")),)),
    Sentence("Deny with NotResource denies everything else", NOT_RESOURCE, (mine(ALL, deny("*", None, NotResource=BUCKET)),), (mine(ALL, deny("*", None, NotResource=f"{BUCKET}/*")),)),
    Sentence("Allow with NotResource lets one grant oneself the rest", NOT_RESOURCE, (mine(allow("*", None, NotResource=BUCKET), action="iam:PutRolePolicy", on=ROLE),), (mine(allow("*", None, NotResource=[BUCKET, ROLE]), action="iam:PutRolePolicy", on=ROLE),)),
    Sentence("one item is a list of one", GRAMMAR, (mine({"Version": "2012-10-17", "Statement": statement(action=["s3:*"], resource=[BUCKET])}),), (mine({"Version": "2012-10-17", "Statement": statement(action=["ec2:*"], resource=BUCKET)}),)),
    Sentence("ids say nothing, and two may be the same", "reference_policies_elements_sid", (mine(document(statement(action="ec2:*", Sid="a"), statement(Sid="a"))),), (mine(document(statement(Sid="a"), statement("Deny", Sid="a"))),)),
    Sentence("a version is what variables need, and nothing else", "reference_policies_elements_version", (mine(allow(version="2008-10-17")), mine(allow(version=None))), (mine(deny(version="2008-10-17"), ALL),), (mine(allow(version="2012-10-18")),)),
]  # fmt: skip

NAMED = [
    Sentence("a variable is the value of its key", VARIABLES, (home("arn:aws:s3:::home/${aws:username}/*", BOB),), (home("arn:aws:s3:::home/${aws:username}/*", {"aws:username": "eve"}),)),
    Sentence("the name of the key ignores case", VARIABLES, (home("arn:aws:s3:::home/${AWS:UserName}/*", BOB),), (home("arn:aws:s3:::home/${AWS:UserName}/*", {"aws:username": "eve"}),)),
    Sentence("variables want the version of 2012", VARIABLES, (home("arn:aws:s3:::home/${aws:username}/*", BOB),), (home("arn:aws:s3:::home/${aws:username}/*", BOB, version="2008-10-17"), home("arn:aws:s3:::home/${aws:username}/*", BOB, version=None))),
    Sentence("without it they are text", VARIABLES, (home("arn:aws:s3:::home/${aws:username}/*", BOB, version=None, on="arn:aws:s3:::home/${aws:username}/f"),), (home("arn:aws:s3:::home/${aws:username}/*", BOB, on="arn:aws:s3:::home/${aws:username}/f"),)),
    Sentence("a default stands in for an absent key", VARIABLES, (home("arn:aws:s3:::home/${aws:username, 'bob'}/*", {}),), (home("arn:aws:s3:::home/${aws:username, 'bob'}/*", {"aws:username": "eve"}), home("arn:aws:s3:::home/${aws:username, 'eve'}/*", {}))),
    Sentence("without a value and a default the pattern matches nothing", VARIABLES, (mine(ALL, deny("*", "arn:aws:s3:::${aws:username}*")), mine(allow("*", None, NotResource="arn:aws:s3:::${aws:username}*"))), (home("arn:aws:s3:::*/${aws:username}*", {}), mine(ALL, deny("*", None, NotResource="arn:aws:s3:::${aws:username}*")))),
    Sentence("three characters can be written out", VARIABLES, (home("arn:aws:s3:::home/${*}", {}, on="arn:aws:s3:::home/*"), home("arn:aws:s3:::home/${?}${$}", {}, on="arn:aws:s3:::home/?$")), (home("arn:aws:s3:::home/${*}", {}), home("arn:aws:s3:::home/${?}ob/f", {}))),
    Sentence("a key of several values is no variable", VARIABLES, (home("arn:aws:s3:::home/${aws:username}/*", {"aws:username": ["bob"]}),), (home("arn:aws:s3:::away/${aws:username}/*", {"aws:username": ["bob", "eve"]}),), (home("arn:aws:s3:::home/${aws:username}/*", {"aws:username": ["bob", "eve"]}),)),
    Sentence("variables belong behind the fifth colon", VARIABLES, (home("arn:aws:s3:::${aws:username}/bob/f", {"aws:username": "home"}),), (home("arn:aws:${aws:username}:::away/*", {"aws:username": "s3"}),), (home("arn:aws:${aws:username}:::home/*", {"aws:username": "s3"}),)),
    Sentence("whether a wildcard in a value is one is not said", VARIABLES, (home("arn:aws:s3:::home/${aws:username}/*", {"aws:username": "b*"}, on="arn:aws:s3:::home/b*/f"),), (home("arn:aws:s3:::home/${aws:username}/*", {"aws:username": "e*"}),), (home("arn:aws:s3:::home/${aws:username}/*", {"aws:username": "b*"}),)),
    Sentence("what is no variable and looks like one is not guessed", VARIABLES, (home(["arn:aws:s3:::home/${aws:username", "*"], BOB),), (home("arn:aws:s3:::away/${aws:username/*", BOB),), (home("arn:aws:s3:::home/${aws:username/*", BOB), home("arn:aws:s3:::home/${}/f", BOB), home("arn:aws:s3:::home/${aws:PrincipalTag/t, '${aws:username}'}/*", BOB))),
    Sentence("in conditions a positive operator fails without a value", VARIABLES, (mine(when("StringEquals", "${aws:username}"), keys={"aws:PrincipalTag/k": "bob", **BOB}),), (mine(when("StringEquals", "${aws:username}"), keys={"aws:PrincipalTag/k": "bob"}), mine(when("ArnLike", "arn:aws:iam::1:user/${aws:username}"), keys={"aws:PrincipalTag/k": "arn:aws:iam::1:user/bob"}))),
    Sentence("and a negated one holds", VARIABLES, (mine(when("StringNotEquals", "${aws:username}"), keys={"aws:PrincipalTag/k": "bob"}), mine(when("ArnNotLike", "arn:aws:iam::1:user/${aws:username}"), keys={"aws:PrincipalTag/k": "arn:aws:iam::1:user/bob"})), (mine(when("StringNotEquals", "${aws:username}"), keys={"aws:PrincipalTag/k": "bob", **BOB}),)),
    Sentence("numbers, dates and addresses have no variables", VARIABLES, (mine(when("NumericEquals", "7"), keys={"aws:PrincipalTag/k": "7", **BOB}),), (mine(when("NumericEquals", "8"), keys={"aws:PrincipalTag/k": "7", **BOB}),), (mine(when("NumericEquals", "${aws:username}"), keys={"aws:PrincipalTag/k": "7", "aws:username": "7"}), mine(when("Bool", "${aws:username}"), keys={"aws:PrincipalTag/k": "true", "aws:username": "true"}))),
]  # fmt: skip

APP = "arn:aws:iam::111122223333:role/team/app"
# operator, policy value, a value that agrees, one that does not, the negated operator
COMPARED: list[tuple[str, Any, str, str, str]] = [
    ("StringEquals", "prod", "prod", "Prod", "StringNotEquals"),
    ("StringEquals", "p*", "p*", "prod", "StringNotEquals"),
    ("StringEqualsIgnoreCase", "Prod", "pROD", "prods", "StringNotEqualsIgnoreCase"),
    ("StringEqualsIgnoreCase", "p?", "P?", "pr", "StringNotEqualsIgnoreCase"),
    ("StringLike", "p*d", "prod", "Prod", "StringNotLike"),
    ("StringLike", "p?od", "prod", "pod", "StringNotLike"),
    ("StringLike", "repo:o/r:*", "repo:o/r:ref:refs/heads/main", "repo:o/rx:ref", "StringNotLike"),
    ("ArnEquals", "arn:aws:iam::*:role/*", APP, "arn:aws:iam::111122223333:user/app", "ArnNotEquals"),
    ("ArnLike", "arn:aws:iam::1111*:role/*", APP, "arn:aws:iam::2222:role/app", "ArnNotLike"),
    ("ArnLike", "arn:aws:*:*:*:role/team/*", APP, "arn:aws:iam::111122223333:role/App", "ArnNotLike"),
    ("ArnEquals", APP, APP, APP.upper(), "ArnNotEquals"),
    ("NumericEquals", "7", "7.0", "8", "NumericNotEquals"),
    ("NumericEquals", 7, "+7", "-7", "NumericNotEquals"),
    ("NumericLessThan", "7", "6.999", "7", ""),
    ("NumericLessThanEquals", "7", "7", "7.001", ""),
    ("NumericGreaterThan", "7", "10", "7", ""),
    ("NumericGreaterThanEquals", "7", "7", "6", ""),
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", "1767225601", "DateNotEquals"),
    ("DateEquals", "1969-12-31T23:59:59.5Z", "-0.5", "0.5", "DateNotEquals"),
    ("DateLessThan", "1767225600", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", ""),
    ("DateLessThanEquals", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", ""),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "1767225601", "1767225600", ""),
    ("DateGreaterThanEquals", "2026-01-01T02:00:00+02:00", "1767225600", "1767225599", ""),
    ("Bool", "true", "True", "false", ""),
    ("Bool", False, "FALSE", "true", ""),
    ("BinaryEquals", "aGVsbG8=", "aGVsbG8=", "b3RoZXI=", ""),
    ("IpAddress", "10.0.0.0/8", "10.255.255.255", "11.0.0.0", "NotIpAddress"),
    ("IpAddress", "203.0.113.5", "203.0.113.5", "203.0.113.6", "NotIpAddress"),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678:0::1", "2001:db8:1234:5679::1", "NotIpAddress"),
    ("IpAddress", "0.0.0.0/0", "203.0.113.5", "2001:db8::1", "NotIpAddress"),
    ("IpAddress", ["::/0", "10.0.0.0/8"], "2001:db8::1", "11.0.0.1", "NotIpAddress"),
]  # fmt: skip
POSITIVE = [
    Sentence(f"{name} {value}: {good}", OPERATORS, (given(name, value, good), stopped(name, value, bad), mine(when(f"{name}IfExists", value))), (given(name, value, bad), stopped(name, value, good), absent(name, value)))
    for name, value, good, bad, _ in COMPARED
]  # fmt: skip
NEGATED = [
    Sentence(f"{name} {value}: {bad}", OPERATORS, (given(name, value, bad), stopped(name, value, good), absent(name, value)), (given(name, value, good), stopped(name, value, bad), stopped(name, value, None)))
    for _, value, good, bad, name in COMPARED
    if name
]  # fmt: skip
X, XY = ["x"], ["x", "y"]
SETS = [
    Sentence("values of a policy are alternatives", SEVERAL, (given("StringEquals", XY, "y"),), (given("StringEquals", XY, "z"),)),
    Sentence("none of them under a negated operator", SEVERAL, (given("StringNotEquals", XY, "z"),), (given("StringNotEquals", XY, "y"),)),
    Sentence("all keys and all operators have to hold", SEVERAL, (mine(document(statement(Condition={"StringEquals": {"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "2"}, "Bool": {"aws:SecureTransport": "true"}})), keys={"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "2", "aws:SecureTransport": "true"}),), (mine(document(statement(Condition={"StringEquals": {"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "2"}})), keys={"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "3"}),)),
    Sentence("ForAllValues: every value of the request", SEVERAL, (given("ForAllValues:StringEquals", XY, X), absent("ForAllValues:StringEquals", X), given("ForAllValues:StringEquals", X, [])), (given("ForAllValues:StringEquals", X, XY),)),
    Sentence("ForAllValues with a negated operator", SEVERAL, (given("ForAllValues:StringNotEquals", X, ["y", "z"]), absent("ForAllValues:StringNotLike", X)), (given("ForAllValues:StringNotEquals", X, XY),)),
    Sentence("ForAnyValue: some value of the request", SEVERAL, (given("ForAnyValue:StringLike", "x*", ["a", "xx"]),), (given("ForAnyValue:StringLike", "x*", ["a", "b"]), absent("ForAnyValue:StringLike", "*"), given("ForAnyValue:StringLike", "*", []))),
    Sentence("ForAnyValue with a negated operator", SEVERAL, (given("ForAnyValue:StringNotEquals", X, XY),), (given("ForAnyValue:StringNotEquals", X, X), absent("ForAnyValue:StringNotEquals", X))),
    Sentence("a Deny with ForAllValues denies where the key is absent", SEVERAL, (stopped("ForAllValues:StringEquals", X, XY),), (stopped("ForAllValues:StringEquals", X, None),)),
    Sentence("IfExists wins over both", SEVERAL, (absent("ForAnyValue:StringEqualsIfExists", X), absent("ForAllValues:StringEqualsIfExists", X)), (given("ForAnyValue:StringEqualsIfExists", X, ["z"]), given("ForAllValues:StringEqualsIfExists", X, ["z"]))),
    Sentence("set operators ignore case", SEVERAL, (given("foranyvalue:stringequals", X, XY),), (given("FORALLVALUES:STRINGEQUALS", X, XY),)),
    Sentence("several values without a set operator", SEVERAL, (given("StringEquals", XY, XY),), (given("StringEquals", ["z"], XY),), (given("StringEquals", X, XY),)),
    Sentence("names of keys and operators ignore case", OPERATORS, (mine(when("stringEQUALS", "x", "AWS:principaltag/K"), keys={"aws:PrincipalTag/k": "x"}),), (mine(when("stringEQUALS", "X", "AWS:principaltag/K"), keys={"aws:PrincipalTag/k": "x"}),)),
    Sentence("Null true: the key is absent", OPERATORS, (absent("Null", "true"), absent("Null", True), given("Null", "true", [])), (given("Null", "true", "x"),), (absent("Null", "perhaps"),)),
    Sentence("Null false: it is there", OPERATORS, (given("Null", "false", "x"), given("Null", False, "")), (absent("Null", "false"),)),
    Sentence("a Deny with StringNotEqualsIfExists denies where the key is absent", OPERATORS, (stopped("StringNotEqualsIfExists", "x", "x"),), (stopped("StringNotEqualsIfExists", "x", None), stopped("StringNotEqualsIfExists", "x", "y"))),
    Sentence("JSON truths and numbers are text", OPERATORS, (given("Bool", True, "true"), given("StringEquals", 7, "7"), given("StringEquals", True, "true")), (given("Bool", True, "false"), given("StringEquals", 7, "7.0"))),
    Sentence("an operator that is not known is not guessed", OPERATORS, (mine(document(statement(Condition={"StringWibble": {"aws:x": "y"}}), statement())),), (mine(document(statement(action="ec2:*", Condition={"StringWibble": {"aws:x": "y"}}))),), (absent("StringWibble", "x"), stopped("StringWibble", "x", "x"), absent("NullIfExists", "true"), given("BinaryNotEquals", "eA==", "eA=="))),
    Sentence("nor is a value of another kind", OPERATORS, (mine(document(statement(Condition={"NumericEquals": {"aws:PrincipalTag/k": ["seven", "7"]}})), keys={"aws:PrincipalTag/k": "7"}),), (absent("NumericEquals", "seven"),), (given("NumericEquals", "seven", "7"), given("IpAddress", "10.0.0.0/40", "10.0.0.1"), given("DateLessThan", "2026-02-30", "0"), given("Bool", "yes", "true"), given("NumericLessThan", "\u0667", "6"), given("ArnLike", "arn:aws:iam::*", APP))),
    Sentence("a pattern for ARNs with fewer fields", OPERATORS, (given("ArnLike", "*", APP),), (given("ArnLike", "arn:aws:s3*", APP),), (given("ArnEquals", "arn:aws:iam*", APP),)),
    Sentence("a Deny of Bool MFA false misses long-term keys", OPERATORS, (stopped("Bool", "false", None, "aws:MultiFactorAuthPresent"), stopped("Bool", "false", "true", "aws:MultiFactorAuthPresent")), (stopped("Bool", "false", "false", "aws:MultiFactorAuthPresent"), stopped("BoolIfExists", "false", None, "aws:MultiFactorAuthPresent"))),
]  # fmt: skip

MATCHING = [*ACTIONS, *RESOURCES, *NAMED, *POSITIVE, *NEGATED, *SETS]
