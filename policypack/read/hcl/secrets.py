"""Arguments that hold secrets by their name or type, whether or not anybody marked them. Better one too many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from policypack.model import Value

_NAME = (
    r"(?i)(?:^|_)(?:password|passwd|passphrase|secret|secrets|token|private_key|access_key|secret_key|api_key|apikey|auth_key"
    r"|account_key|shared_key|signing_key|encryption_key_material|key_material|secret_string|secret_binary|secret_data"
    r"|connection_string|credentials|kubeconfig|pat|webhook_url)(?:_(?:wo|pem|value|base64|plaintext|openssh))?$"
)
_BY_TYPE = {
    "aws_ssm_parameter": {"value", "value_wo", "insecure_value"},
    "azurerm_key_vault_secret": {"value"},
    "consul_keys": {"key"},
    "github_actions_secret": {"plaintext_value", "encrypted_value"},
    "gitlab_group_variable": {"value"},
    "gitlab_project_variable": {"value"},
    "heroku_app": {"sensitive_config_vars"},
    "kubernetes_secret": {"data", "binary_data"},
    "kubernetes_secret_v1": {"data", "binary_data"},
    "railway_shared_variable": {"value"},
    "railway_variable": {"value"},
    "railway_variable_collection": {"variables"},
    "random_password": {"result", "bcrypt_hash"},
    "tfe_variable": {"value"},
    "vault_generic_secret": {"data_json", "data"},
    "vault_kv_secret_v2": {"data_json", "data"},
    "vercel_project_environment_variable": {"value"},
}


def holds_secret(kind: str, name: str) -> bool:
    """Whether the argument of that resource type, or the key of a map, holds a secret by its name."""
    return _sounds_secret(name) or name in _BY_TYPE.get(kind, ())


@lru_cache(maxsize=1 << 14)  # a plan has few names, each of them thousands of times
def _sounds_secret(name: str) -> bool:
    return re.search(_NAME, name) is not None


def secret_paths(kind: str, value: Value, path: str = "", depth: int = 0) -> Iterator[str]:
    """The dotted paths of all secrets in a value. Truth values and numbers hold none (`password_length`)."""
    if depth > 64:
        yield path
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from secret_paths(kind, each, f"{path}.{index}", depth + 1)
    elif isinstance(value, dict):
        for name, each in value.items():
            inner = f"{path}.{name}" if path else name
            if each is not None and not isinstance(each, (bool, int, float)) and holds_secret(kind if depth == 0 else "", name):
                yield inner
            else:
                yield from secret_paths(kind, each, inner, depth + 1)
