"""checkov, run as its users run it.

It is an extra of some weight: these tests run with every executable that POLICYPACK_CHECKOV names (several are separated as
in PATH), or with the one beside this Python or on PATH, and skip where there is none. Its environment needs what policypack
depends on; the adapter brings policypack itself.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

_BESIDE = Path(sys.executable).with_name("checkov")
_FOUND = str(_BESIDE) if _BESIDE.exists() else shutil.which("checkov") or ""
EXECUTABLES = [each for each in os.environ.get("POLICYPACK_CHECKOV", _FOUND).split(os.pathsep) if each]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test that asks for checkov once for each that is installed."""
    if "checkov" in metafunc.fixturenames:
        missing = pytest.param("", marks=pytest.mark.skip(reason="checkov is not installed: pip install 'policypack[checkov]'"))
        metafunc.parametrize(
            "checkov", EXECUTABLES or [missing], ids=[Path(each).parent.parent.name for each in EXECUTABLES] or [""]
        )


PROBE = """
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.data.base_check import BaseDataCheck
from checkov.terraform.checks.module.base_module_check import BaseModuleCheck
from checkov.terraform.checks.provider.base_check import BaseProviderCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

def asked(self, conf):
    self.details.append(self.block_type)
    return CheckResult.FAILED

for kind, parent in {"resource": BaseResourceCheck, "data": BaseDataCheck, "provider": BaseProviderCheck, "module": BaseModuleCheck}.items():
    made = type(kind, (parent,), {f"scan_{kind}_conf": asked})
    made("A block that checkov asks about", "test_asked", [CheckCategories.BACKUP_AND_RECOVERY], ["module" if kind == "module" else "*"])
"""


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """External checks of somebody else: one that fails at every block that checkov asks about, and says its kind."""
    folder = tmp_path_factory.mktemp("probe")
    (folder / "__init__.py").touch()
    (folder / "test_asked.py").write_text(PROBE, "utf-8")
    return folder
