"""What a vendor sends back: the report of its run on a pack, signed; and what its receiver is told of it."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cxcontracts
from cxcontracts.errors import EnvelopeError
from cxcontracts.exchanges import JSON
from cxcontracts.findings import OBSERVING, Run, Verdict
from cxcontracts.packs.envelopes import opened, sealed
from cxcontracts.packs.pack import Pack
from cxcontracts.redaction import redacted
from cxcontracts.reports.json import render
from cxcontracts.reports.read_back import run_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT: Final = 1
KIND: Final = "application/vnd.cxcontracts.result+json"
_KEYS: Final = frozenset({"format", "pack", "partner", "estate", "made", "program", "code", "bodies", "report", "signer"})
_QUOTED: Final = re.compile(r'"[^"]*"')
"""A value, as sentences show it."""


@dataclass(frozen=True)
class Result:
    """What came of a pack.

    Attributes:
        run: The run.
        code: The exit code that it ended with.
        made: When, in UTC.
        program: Which release of this program it was.
        signer: The key that signed it.
        unhappened: Waivers of the pack, id to why, whose break did not happen.
    """

    run: Run
    code: int
    made: datetime.datetime
    program: str
    signer: str
    unhappened: Mapping[str, str]


def result(
    pack: Pack,
    run: Run,
    code: int,
    now: datetime.datetime,
    key: Ed25519PrivateKey,
    redact: Callable[[str], str] = str,
    *,
    bodies: bool,
) -> bytes:
    """Return a signed result as its file's bytes.

    Args:
        redact: Takes secrets out of a text.
        bodies: Whether what was sent and answered goes along.
    """
    report = json.loads(redact(render(redacted(run, redact))))
    if not bodies and run.command in OBSERVING:  # what contracts show is made up of them
        report["unfelt"] = [_QUOTED.sub('"…"', line) for line in report["unfelt"]]
        for finding in report["findings"]:
            _forget_bodies(finding)
    payload: dict[str, JSON] = {
        "format": FORMAT,
        "pack": pack.digest,
        "partner": pack.partner,
        "estate": pack.estate,
        "made": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "program": f"cxcontracts {cxcontracts.__version__}",
        "code": code,
        "bodies": bodies,
        "report": report,
    }
    return sealed(payload, KIND, key)


def _forget_bodies(finding: dict[str, Any]) -> None:
    """Take out of a finding whatever was sent or answered, and where: verdicts, places and statuses are left."""
    witness = finding.get("witness")
    if witness is not None:
        request, response = witness["request"], witness["response"]
        path = finding["operation"].partition(" ")[2] or request["path"]
        finding["witness"] = {
            "request": {"method": request["method"], "path": path},
            "response": {"status": response["status"], **({"assumed": True} if response.get("assumed") else {})},
        }
    finding["because"] = _QUOTED.sub('"…"', finding["because"])
    if "attribution" in finding:
        finding["attribution"]["because"] = _QUOTED.sub('"…"', finding["attribution"]["because"])
    finding.pop("curl", None)


def read_result(file: Path, pack: Pack, now: datetime.datetime, oldest: datetime.timedelta, signed_by: str = "") -> Result:
    """Read a result that somebody sent back.

    Args:
        pack: The pack that it has to be of.
        now: The time, in UTC.
        oldest: How old it may be.
        signed_by: The key that has to have signed it; empty for whichever.

    Raises:
        EnvelopeError: With the reason, if it is not what it says, or of another pack, or too old.
        OSError: If it cannot be read.
    """
    found = opened(file, KIND, signed_by)
    payload, again = found.payload, "ask for a run on the pack that you sent"

    def refused(code: str, what: str, remedy: str = again) -> EnvelopeError:
        return EnvelopeError.of(file.name, code, what, remedy)

    if payload.get("format") != FORMAT:
        what = f"it is of format {str(payload.get('format'))[:20]!r}; this release reads format {FORMAT}"
        raise refused("envelope-format", what, "pip install --upgrade cxcontracts")
    if payload.keys() != _KEYS:
        raise refused("result-form", "it has other keys than a result has")
    if payload["pack"] != pack.digest:
        raise refused("result-pack", f"it is of another pack ({str(payload['pack'])[:80]}) than this one ({pack.digest})")
    try:
        made = datetime.datetime.strptime(str(payload["made"]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)
    except ValueError:
        raise refused("result-form", "it does not say when it was made") from None
    if made > now + datetime.timedelta(minutes=10):
        raise refused("envelope-early", f"it was made at {payload['made']}, which is yet to come")
    if now - made > oldest:
        raise refused(
            "result-old", f"it was made at {payload['made']}, which is too long ago", "ask for a new run, or say --max-age"
        )
    if type(payload["code"]) is not int or not isinstance(payload["report"], dict):
        raise refused("result-form", "it has no report")
    try:
        run = run_of(payload["report"])
    except ValueError as error:
        raise refused("result-form", f"its report is none: {error}") from None
    if {partner.partner for partner in run.partners} - {pack.partner}:
        raise refused("result-others", f"it tells of others than {pack.partner}")
    unhappened = {
        finding.id: waiver
        for finding in run.findings
        if finding.verdict is Verdict.INTACT and (waiver := _waivers(pack).get(finding.id))
    }
    return Result(run, payload["code"], made, str(payload["program"])[:80], found.signer, unhappened)


def _waivers(pack: Pack) -> Mapping[str, str]:
    """Return the ids that the pack's waivers accept a break of, each with the reason."""
    from cxcontracts import documents
    from cxcontracts.estate.folders import WAIVERS_FILE

    text = pack.files.get(WAIVERS_FILE)
    written: Any = documents.parse(text.encode(), WAIVERS_FILE).value if text else []
    return {str(waiver["id"]): str(waiver["why"]) for waiver in written if isinstance(waiver, dict)}
