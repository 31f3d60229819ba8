"""Expressions and functions against what Terraform itself answers."""

from __future__ import annotations

import json
import math

import pytest

from policypack.model import Unknown, Value
from policypack.read.hcl.budget import BudgetError, step_budget
from policypack.read.hcl.functions import GROUPS, NEVER_TWICE_THE_SAME, table
from policypack.read.hcl.functions.function import Holes
from policypack.read.hcl.functions.regular import every, first, substitute
from policypack.read.hcl.partial import EvaluationError, has_unknown
from tests.read.expression_scope import Names, parsed, value
from tests.read.recording import FOLDER, REFUSED, ask, recorded, terraform

FUNCTIONS = {name: function for group in GROUPS for name, function in table(group).items()}
LOCALS = value(f"{{\n{(FOLDER / 'locals.hcl').read_text()}\n}}")
assert isinstance(LOCALS, dict)
SCOPE = Names(LOCALS, FOLDER)

CAREFUL = {
    'regex("\\\\p{Greek}", "aβ")': "the scripts of Unicode are not in Python's library",
    'try(file("nope.txt"), "none")': "a file that is not in the scanned tree may be there when Terraform runs",
    'try(nosuch("a"), 1)': "a function that we do not know may be one that a newer Terraform has",
    '"a%%%{b}"': "the grammar takes the escape for a directive",
    'tolist(["a"]) == ["a"]': "a list is no tuple",
    'local.map == { a = "one", b = "two" }': "a map is no object",
    "local.empty == []": "a list is no tuple",
    "[for x in [1] : x] == [1]": "a list is no tuple",
    "local.list == local.list": "a list is no tuple",
    'local.list == ["a", "b", "c"]': "a list is no tuple",
    "tolist([]) == []": "a list is no tuple",
    "{} == tomap({})": "a map is no object",
    'local.objects[*].name == ["x", "y"]': "a list is no tuple",
    'concat(["a"], []) == ["a"]': "a list is no tuple",
}
"""Expressions that Terraform answers and that stay unknown here, with the reason."""

LENIENT = {
    "true ? 1 : true": 1,
    "can(local.nope)": False,
    "try(local.nope, 1)": 1,
}
"""Expressions that Terraform refuses before it evaluates anything: a scanned module that applies has none of them."""

LIVE = [row for at, row in enumerate(recorded()) if at % 12 == 0]


def alike(ours: Value, theirs: object) -> bool:
    """Whether two values are the same but for the last digits of wide numbers."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return ours == theirs or (max(abs(ours), abs(theirs)) < 1e300 and math.isclose(ours, theirs, rel_tol=1e-12))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return list(ours) == sorted(theirs) and all(alike(ours[key], theirs[key]) for key in theirs)
    return ours == theirs


@pytest.mark.parametrize(("expression", "answer"), recorded(), ids=[row[0][:60] for row in recorded()])
def test_expressions_have_the_value_that_terraform_recorded(expression: str, answer: str) -> None:
    """Every recorded expression has Terraform's value here; what Terraform refuses is unknown here."""
    node = parsed(expression)
    found = value(expression, SCOPE) if node else Unknown("it does not parse")
    if expression in CAREFUL:
        assert isinstance(found, Unknown)
    elif expression in LENIENT:
        assert found == LENIENT[expression]
    elif answer == REFUSED:
        assert has_unknown(found)
    else:
        assert alike(found, json.loads(answer)), f"Terraform says {answer}, we say {found!r}"


@pytest.mark.skipif(terraform() is None, reason="Terraform is not installed: the recorded table speaks for it")
def test_the_recorded_table_is_what_terraform_says() -> None:
    """The Terraform that is installed gives the answers that the table holds."""
    assert ask([expression for expression, _ in LIVE]) == [answer for _, answer in LIVE]


@pytest.mark.parametrize("group", GROUPS)
def test_each_file_has_the_functions_that_it_is_loaded_for(group: str) -> None:
    """No function is missed because its file is not looked into, and none is looked for in vain."""
    assert sorted(table(group)) == GROUPS[group].split()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_say_nothing_certain_about_wholly_unknown_arguments(name: str) -> None:
    """A function of unknown arguments is unknown, never an error, a default or an empty value."""
    least = max(FUNCTIONS[name].least, 2 if name in {"join", "setproduct", "lookup", "merge"} else 1)
    arguments = ", ".join(f"aws_thing.a{number}.x" for number in range(least))
    found = value(f"{name}({arguments})")
    assert isinstance(found, Unknown)
    assert found.references, "what would settle it is kept"


@pytest.mark.parametrize("name", sorted(NEVER_TWICE_THE_SAME))
def test_what_differs_from_run_to_run_is_unknown(name: str) -> None:
    """Functions of the clock, of chance and of secrets have no value that could be told."""
    assert isinstance(value(f'{name}("a")'), Unknown)


def test_every_function_is_in_one_table_only() -> None:
    """No group of functions hides a function of another group."""
    from policypack.read.hcl.functions import collection, dates, digests, encoding, filesystem, network, numeric, strings

    groups = [each.FUNCTIONS for each in (collection, dates, digests, encoding, filesystem, network, numeric, strings)]
    names = [name for group in groups for name in group]
    assert len(names) == len(set(names))
    assert all(isinstance(function.holes, Holes) for group in groups for function in group.values())


HOSTILE = ["(a+)+$", "(a|aa)+$", "(.*)*b", "(a*)*b", "(x+x+)+y", "((a{0,30}){0,30})b", "(?:a?){50}a{50}", "(.*,){10}x"]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_no_pattern_can_hang_a_scan(pattern: str) -> None:
    """Patterns that make backtracking engines run for years end within the budget."""
    text = "ax," * 100 + "a" * 200
    with step_budget(200_000):
        try:
            found = every(pattern, text)
        except (BudgetError, EvaluationError):
            return
    assert isinstance(found, (list, Unknown))


@pytest.mark.parametrize(
    ("pattern", "text", "result"),
    [
        ("a|ab", "ab", "a"),
        ("(a|ab)(c|bcd)", "abcd", ["a", "bcd"]),
        ("a+?", "aaa", "a"),
        ("(?:a(?P<in>b))?c", "c", {"in": None}),
        ("^b$", "a\nb", None),
        ("(?m)^b$", "a\nb", "b"),
        ("[^\\W_]+", "__ab1_", "ab1"),
        ("(?i)[a-c]+", "xABCx", "ABC"),
        ("(?i)[^a]", "Ab", "b"),
        ("\\pN", "a1", "1"),
        ("", "abc", ""),
    ],
)
def test_patterns_prefer_what_re2_prefers(pattern: str, text: str, result: Value) -> None:
    """Of the leftmost matches the earlier alternative wins, and no match is an error."""
    if result is None:
        with pytest.raises(EvaluationError):
            first(pattern, text)
    else:
        assert first(pattern, text) == result


def test_replacements_name_groups_as_go_does() -> None:
    """`$1x` is a group called 1x, `${1}x` is the first group, and an unknown group is empty."""
    assert substitute("(a)", "a-a", "$1x") == "-"
    assert substitute("(a)", "a-a", "${1}x$$") == "ax$-ax$"


@pytest.mark.parametrize(
    "source",
    [
        "a: &a [x,x,x,x,x,x,x,x]\n"
        + "".join(f"{c}: &{c} [{','.join('*' + p for _ in range(8))}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
        "[" * 5000,
        "a: &a\n  b: *a\n",
        "{" * 300 + "}" * 300,
    ],
)
def test_yaml_cannot_unfold_without_end(source: str) -> None:
    """A YAML bomb, a circle and deep nesting are an unknown with a reason."""
    found = value(f"yamldecode({json.dumps(source)})")
    assert isinstance(found, Unknown)
    assert found.reason


@pytest.mark.parametrize(
    "expression",
    [
        'join("", [for i in range(1000) : join("", [for j in range(1000) : "xxxxxxxxxx"])])',
        "[for i in range(1024) : [for j in range(1024) : range(1024)]]",
        'indent(9999, join("\\n", [for i in range(1000) : "x"]))',
        'format("%999999s", "x") == "" ? 1 : format("%9999999999s", "x")',
        "pow(10, 999999)",
        "setproduct(range(1000), range(1000), range(1000))",
        'replace(join("", [for i in range(1000) : "aaaaaaaaaa"]), "a", join("", [for i in range(1000) : "b"]))',
        "flatten([for i in range(1000) : range(1000)])",
        "9" * 500 + " * " + "9" * 500,
        'jsondecode("' + "[" * 2000 + '")',
        "2" + " * 1000000000000000000000" * 150,
    ],
)
def test_little_text_cannot_cause_much_work(expression: str) -> None:
    """Expressions that would make millions of elements or characters are an unknown that says so."""
    with step_budget(100_000):
        found = value(expression)
    assert isinstance(found, Unknown)
    assert found.reason
