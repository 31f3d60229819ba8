"""Records the plans of the agreement tests' first seeds, for machines without terraform."""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.agreement.test_agreement import RECORDED, SEEDS, plan_of, write

if __name__ == "__main__":
    plans = {}
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            plans[str(seed)] = plan_of(write(seed, Path(folder) / "root"))
    RECORDED.write_bytes(gzip.compress(json.dumps(plans, sort_keys=True).encode(), mtime=0))
