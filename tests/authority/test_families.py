"""Many texts with holes at once: the tables answer as the matcher does for one text after another."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policypack.authority.aws.index import Arns
from policypack.authority.aws.kleene import F, T
from policypack.authority.aws.match import resource_match
from policypack.authority.aws.text import ALSO, ANON, hole, literal
from policypack.model import Reference


def holes() -> list[str]:
    """References of two inputs: ARNs and ids of two resources and of instances, accounts, variables, and what nobody knows."""
    found = [ANON]
    for inside in ("one", "two"):
        for address, attribute in (
            ("aws_s3_bucket.a", "arn"),
            ("aws_s3_bucket.b", "arn"),
            ("aws_s3_bucket.a", "bucket"),
            ("aws_db_instance.a[0]", "arn"),
            ("aws_db_instance.a[1]", "arn"),
            ("account.x", "id"),
            ("var.name", ""),
        ):
            found.append(hole(Reference(address, attribute), inside))
    return found


HOLES = st.sampled_from(holes())
ENDS = st.sampled_from(["", "/*", "/x", "/", "-x", "*", "?", f"/{ANON}"])
LASTS = st.sampled_from(["db:x", "db:", "db:x-", "db:*", "key/", "*", "x"])
TEXTS = st.one_of(
    st.builds("{}{}".format, HOLES, ENDS),
    st.builds("arn:aws:s3:::{}{}".format, HOLES, ENDS),
    st.builds("arn:aws:s3:::x-{}{}".format, HOLES, ENDS),
    st.builds("arn:aws:s3:::{}-x{}".format, HOLES, ENDS),
    st.builds("arn:aws:rds:eu:{}:{}".format, HOLES, LASTS),
    st.builds("arn:aws:rds:{}:{}:{}{}".format, HOLES, HOLES, LASTS, HOLES),
    st.builds("arn:aws:rds:*:*:{}".format, LASTS),
    st.builds("arn:aws:rds:eu:111111111111:{}".format, LASTS),
)
# A resource is described by its ARN, and maybe by a reference to it: no two ARNs of different services are both true of one.
DESCRIBED = st.one_of(st.builds(lambda text: [text], TEXTS), st.builds(lambda text, reference: [text, reference], TEXTS, HOLES))
A, OTHER_A = holes()[1], holes()[8]


@settings(max_examples=100, deadline=None)
@given(st.lists(DESCRIBED, min_size=1, max_size=8), st.lists(TEXTS, min_size=1, max_size=4))
@example([[A], [OTHER_A], [ANON]], [A, f"{A}/*", OTHER_A])
@example([[f"arn:aws:rds:eu:{each}:db:x"] for each in holes()], [f"arn:aws:rds:eu:{each}:db:x" for each in holes()])
@example([[f"arn:aws:s3:::{each}/{ANON}"] for each in holes()], [f"arn:aws:s3:::{each}/*" for each in holes()])
def test_many_are_answered_as_one_after_another(resources: list[list[str]], patterns: list[str]) -> None:
    """Whatever a pattern and the texts have in common, the sets are those of the texts that it certainly and possibly matches."""
    forms = [tuple(map(literal, each)) for each in resources]
    table = Arns(forms)
    for pattern in [*patterns, ALSO.join(patterns[:2])]:
        verdicts = [resource_match(pattern, each) for each in forms]
        certain, possible = table.find(pattern)
        assert [certain >> place & 1 for place in range(len(forms))] == [int(each == T) for each in verdicts]
        assert [possible >> place & 1 for place in range(len(forms))] == [int(each != F) for each in verdicts]
