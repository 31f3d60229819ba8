"""From the picture to the report: ask every check, honour suppressions and the baseline, decide the exit code."""

from policypack.run.baseline import BaselineError, apply, freeze
from policypack.run.judge import check_names, run
from policypack.run.outcome import Crash, FailOn, Note, Report, exit_code, fingerprint

__all__ = [
    "BaselineError",
    "Crash",
    "FailOn",
    "Note",
    "Report",
    "apply",
    "check_names",
    "exit_code",
    "fingerprint",
    "freeze",
    "run",
]
