"""Who can do what, to what, by which statements, and what would stop it: one policy language a package.

`authority(infrastructure)` answers; nothing of a language is loaded before a question needs it.
"""

from policypack.authority.answers import Authority, authority

__all__ = ["Authority", "authority"]
