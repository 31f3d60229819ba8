"""What AWS itself defines about access: its managed policies, the actions that destroy, the ways to become somebody else.

The tables are generated (each says its source, version, date and licence) and are read when something in them is asked for.
"""

from __future__ import annotations

from pathlib import Path

GENERATED = Path(__file__).with_name("generated")
