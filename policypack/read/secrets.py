"""Arguments whose values are secrets by their name, whatever a provider's schema says of them."""

from __future__ import annotations

import re

# A name that only points at a secret (`secret_arn`, `password_version`, `manage_master_user_password`) is none.
_SECRET = re.compile(
    r"^(?!manage_|use_|require_|enable_)(?:.*_)?"
    r"(?:password|passwd|passphrase|secret|token|pat|credentials|private_key(?:_pem)?|secret_key|secret_string|secret_binary"
    r"|access_key|api_key|apikey|auth_key|account_key|shared_key|connection_string|client_certificate_password)"
    r"(?:_wo)?$"
)


def is_secret(name: str) -> bool:
    """Whether an argument of that name holds a secret: `master_password`, `secret_key`, `auth_token`."""
    return _SECRET.match(name.lower()) is not None
