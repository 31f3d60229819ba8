"""The comment of a pull request: what the change brings, then the findings for whoever opens them."""

from __future__ import annotations

from policypack.report import Context
from policypack.report.markdown import page
from policypack.run import Report

MARK = "<!-- policypack -->"
"""The first line: whoever posts the comment finds the one of last time by it."""
_LARGEST = 60_000  # GitHub takes 65,536 characters; who posts it may put something before or behind


def render(report: Report, context: Context) -> str:
    """Markdown of under 60,000 bytes that begins with the mark; what is cut is counted."""
    return f"{MARK}\n{page(report, context, _LARGEST, 'the job summary', folded=True)}"
