"""SARIF for GitHub's code scanning, which opens an alert for each result, whatever its `suppressions` say: only what is open.

A finding that a comment or the baseline accepts is not in it, and an alert that was there for it is closed. One that the base of a
comparison has is: a result that is missing would pass for fixed, and GitHub compares with the base by itself.
"""

from __future__ import annotations

from policypack.report import Context
from policypack.report.sarif import log
from policypack.run import Report
from policypack.run.outcome import IN_BASE


def render(report: Report, context: Context) -> str:
    """One SARIF run without what somebody accepted. What is new comes first."""
    standing = [each for each in report.suppressed if each.suppressed == IN_BASE]
    return log(report, context, (*report.findings, *standing), suppressions=False)
