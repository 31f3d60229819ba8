"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# In CI the examples are the same every time: a build is red because of the change, not because of the day. Elsewhere they
# are new on every run, which is how the next disagreement is found.
settings.register_profile("ci", derandomize=True, print_blob=True)
settings.register_profile("dev", print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
