"""Two pictures of one estate -> what the later one changes: who can destroy what, what stands guard, what has a way back.

The base is what a pull request is compared with, the head is what it makes of that. Nothing here decides anything: findings do.
"""

from policypack.compare.difference import Difference, compare
from policypack.compare.sides import Sides

__all__ = ["Difference", "Sides", "compare"]
