"""Verifies a Pact file with pact-python's own verifier, and prints what does not hold as JSON on the last line.

``PYTHON -m benchmarks.pact_verifier FILE PROVIDER URL NAME=VALUE``: URL is the root of the provider, whose provider states are
set up at ``/_pact/state``; NAME=VALUE is a header that logs in. It runs where pact-python is installed, and imports nothing of
ours.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main(file: str, provider: str, url: str, login: str) -> None:
    """Verify, and print the descriptions of the interactions that do not hold, and how many there were."""
    os.environ.update(PACT_DO_NOT_TRACK="true", NO_PROXY="127.0.0.1")
    from pact import Verifier  # reads the environment when it is imported

    name, _, value = login.partition("=")
    verifier: Any = Verifier(provider, host="127.0.0.1")
    verifier.add_transport(url=url).add_source(file).add_custom_header(name, value)
    verifier.state_handler(f"{url}/_pact/state", body=True, teardown=False).disable_ssl_verification()
    complaint = ""
    try:
        verifier.verify()
    except Exception as error:  # whatever it raises, the results say why
        complaint = f"{type(error).__name__}: {error}"
    results = verifier.results["interactionResults"]
    failed = sorted(each["description"] for each in results if each["result"] != "OK")
    print()
    print(json.dumps({"interactions": len(results), "failed": failed, "complaint": complaint}))


if __name__ == "__main__":
    main(*sys.argv[1:])
