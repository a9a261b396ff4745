"""Every way in which a server can fail, as the command line says it: the exit code, the verdict, the cause in words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.partners.failures import ANSWERS, CREDENTIALS, ESTATE, FAILURES, Failure, certificate, failing


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_a_failure_is_told_as_what_it_is(failure: Failure, certificates: Path) -> None:
    with failing(failure, certificates) as address:
        words = ["--estate", str(ESTATE), "verify", "--url", f"desk={address}", "--timeout", "1s", "--no-fuzz"]
        trust = {"SSL_CERT_FILE": str(certificate(failure.certificate, certificates))} if failure.trusted else {}
        ran = subprocess.run(
            [sys.executable, "-m", "cxcontracts", *words, "--format", "json"],
            env={**os.environ, **CREDENTIALS, **trust},
            capture_output=True,
            text=True,
            check=False,
        )
    report = json.loads(ran.stdout)
    found = {finding["id"]: finding for finding in report["findings"]}

    told = " ".join(f"{found[id]['because']} {found[id].get('attribution', {}).get('because', '')}" for id in found)
    assert (ran.returncode, found[ANSWERS]["verdict"]) == (failure.exit, str(failure.answers)), told
    assert re.search(failure.cause, told + ran.stdout, re.IGNORECASE), told
    for id in failure.broken:
        assert found[id]["verdict"] == "broken"
    assert "Traceback" not in ran.stderr
