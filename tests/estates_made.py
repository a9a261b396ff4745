"""Estates of a few lines, written to disk and opened as any other: what does a change do to one journey?

>>> print(answers("{a: {type: string}}").splitlines()[0])
openapi: 3.1.0
"""

from __future__ import annotations

import datetime
import itertools
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder
from cxcontracts.documents import parse
from cxcontracts.findings import Finding, Run, Verdict
from cxcontracts.opening import Opened, open_estate

TODAY = datetime.date(2027, 1, 15)
CUSTOMERS = {"commuter": 126_000, "leisure": 45_000, "assisted": 9_000}


def contract(paths: str, rest: str = "", *, version: str = "3.1.0") -> str:
    """Return an OpenAPI document of its ``paths`` and its further top-level keys, both in YAML."""
    return f"openapi: {version}\ninfo: {{title: made, version: 1.0.0}}\npaths:\n{_below(paths)}\n{textwrap.dedent(rest)}"


def operation(text: str, rest: str = "", *, version: str = "3.1.0", call: str = "GET /thing") -> str:
    """Return a document with one operation."""
    method, path = call.split(" ")
    return contract(f"{path}:\n  {method.lower()}:\n{_below(text, 4)}", rest, version=version)


def saying(schema: str, rest: str = "", *, version: str = "3.1.0", status: str = "200", media: str = "application/json") -> str:
    """Return a document whose ``GET /thing`` answers with a schema, in one line of YAML."""
    body = f"responses: {{'{status}': {{description: ok, content: {{{media}: {{schema: {schema}}}}}}}}}"
    return operation(body, rest, version=version)


def answers(properties: str, required: str = "[]", **keys: str) -> str:
    """Return a document whose ``GET /thing`` answers with an object of these properties."""
    return saying(f"{{type: object, required: {required}, properties: {properties}}}", **keys)


def taking(schema: str, rest: str = "", *, version: str = "3.1.0", media: str = "application/json") -> str:
    """Return a document whose ``POST /thing`` takes a body of a schema."""
    text = f"requestBody: {{content: {{{media}: {{schema: {schema}}}}}}}\nresponses: {{'200': {{description: ok}}}}"
    return operation(text, rest, version=version, call="POST /thing")


def with_parameter(parameter: str, rest: str = "", *, version: str = "3.1.0", path: str = "/thing") -> str:
    """Return a document whose GET takes one parameter."""
    text = f"parameters: [{parameter}]\nresponses: {{'200': {{description: ok}}}}"
    return operation(text, rest, version=version, call=f"GET {path}")


def read(document: str) -> Contract:
    """Return a contract that stands in no folder: all its references lead to itself."""
    return Contract(Folder(Path(), ""), parse(document.encode(), "openapi.yaml"))


def schema(written: str, rest: str = "", *, version: str = "3.1.0") -> Node:
    """Return a schema, in one line of YAML, in the document of :func:`saying`."""
    (answer,) = next(read(saying(written, rest, version=version)).operations()).answers.values()
    return answer.media[0].nodes[0]


@dataclass(frozen=True)
class Judged:
    """What a change did to the one journey of an estate.

    Attributes:
        run: The run as it was.
        findings: By what follows the journey in their ids, or the journey and its only step.
    """

    run: Run
    findings: Mapping[str, Finding]

    @property
    def verdicts(self) -> dict[str, str]:
        """Every verdict that is not intact."""
        return {name: str(finding.verdict) for name, finding in self.findings.items() if finding.verdict is not Verdict.INTACT}

    @property
    def broken(self) -> list[str]:
        """What is broken, on its own account."""
        return [name for name, finding in self.findings.items() if finding.verdict is Verdict.BROKEN and finding.cause is None]

    def __getitem__(self, name: str) -> Finding:
        return self.findings[name]

    def verdict(self, name: str) -> str:
        return str(self.findings[name].verdict)

    def because(self, name: str) -> str:
        return self.findings[name].because


def write(
    folder: Path,
    journey: str,
    records: Mapping[str, str],
    *,
    events: Mapping[str, str] | None = None,
    partners: Mapping[str, str] | None = None,
    waivers: str = "",
    estate: str = "",
) -> Path:
    """Write an estate with one journey, and return its folder.

    Args:
        journey: The journey file but for its name and its customers, in YAML.
        records: Partner to its contract of record.
        events: Partner to its AsyncAPI document.
        partners: Partner to further keys of its ``partner.yaml``.
        estate: Further keys of ``estate.yaml``.
    """
    root = next(path for number in itertools.count(1) if not (path := folder / f"estate{number}").exists())
    groups = "".join(f"  {name}: {{monthly: {monthly}}}\n" for name, monthly in CUSTOMERS.items())
    files = {
        "estate.yaml": f"format: 1\nestate: made\ncustomers:\n{groups}{textwrap.dedent(estate)}",
        "journeys/j.yaml": f"journey: j\ngoal: It works.\nowner: cx@example.com\n{_customers(journey)}{textwrap.dedent(journey)}",
    }
    written = {"contract": ("openapi.yaml", records), "events": ("asyncapi.yaml", events or {})}
    for name in dict.fromkeys((*records, *(events or {}))):
        keys = "".join(f"{key}: {file}\n" for key, (file, texts) in written.items() if name in texts)
        more = textwrap.dedent((partners or {}).get(name, ""))
        files[f"partners/{name}/partner.yaml"] = f"partner: {name}\nkind: partner\n{keys}{more}"
        files |= {f"partners/{name}/{file}": texts[name] for file, texts in written.values() if name in texts}
    if waivers:
        files["waivers.yaml"] = textwrap.dedent(waivers)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def opened(root: Path, candidates: Mapping[str, str] | None = None, *, running: bool = False) -> Opened:
    """Open an estate with candidates, given as texts."""
    paths = {}
    for name, text in (candidates or {}).items():
        paths[name] = root / "released" / name / "openapi.yaml"
        paths[name].parent.mkdir(parents=True)
        paths[name].write_text(text, encoding="utf-8")
    return open_estate(root, paths, today=TODAY, running=running)


def judged(run: Run, parts: int = 1) -> Judged:
    """Return the findings of a run by their ids without the first parts: the journey, and the step.

    What breaks is felt, whatever is tested: each broken requirement of one partner's change stands beside one of its changes.
    """
    if len(run.partners) == 1 and run.partners[0].candidate is not None:
        felt = {name for change in run.partners[0].changes for name in change.felt_by}
        breaks = [each.id for each in run.partners[0].findings if each.verdict in (Verdict.BROKEN, Verdict.TOLERATED)]
        assert [name for name in breaks if name not in felt] == []
    findings = [finding for partner in run.partners for finding in partner.findings]
    return Judged(run, {finding.id.split("/", parts)[-1]: finding for finding in findings})


def impact(root: Path, **candidates: str) -> Judged:
    """Judge candidates, given as texts by partner, on an estate; what is found is named ``step/kind:rest``."""
    return judged(opened(root, candidates).impact())


def change(folder: Path, before: str, after: str, step: str = "", *, call: str = "", **keys: str) -> Judged:
    """Judge one candidate of the only partner ``p`` on a journey of one step; what is found is named ``kind:rest``.

    Args:
        step: What the step says besides its call, in YAML.
        call: By default the only operation that this module's documents have.
        keys: ``given``, ``partner`` (keys of partner.yaml) and ``waivers``, in YAML.
    """
    root = write(
        folder,
        one_step(step, call or _only_call(before), keys.get("given", "")),
        {"p": before},
        partners={"p": keys.get("partner", "")},
        waivers=keys.get("waivers", ""),
    )
    return judged(opened(root, {"p": after}).impact(), 2)


def check(folder: Path, record: str, step: str = "", *, call: str = "", given: str = "") -> Judged:
    """Judge a journey of one step on the contract of record alone."""
    return judged(opened(write(folder, one_step(step, call or _only_call(record), given), {"p": record})).check(), 2)


def need(folder: Path, before: str, after: str, path: str = "a", value: str = "text") -> str:
    """Return the verdict on one need of ``GET /thing`` when its 200 goes from one document to the other."""
    return change(folder, before, after, f"needs: {{'{path}': {value}}}").verdict(f"needs:{path}")


def promised(folder: Path, record: str, path: str = "a", value: str = "text") -> str:
    """Return what ``check`` says of one need of ``GET /thing``."""
    return check(folder, record, f"needs: {{'{path}': {value}}}").verdict(f"needs:{path}")


def one_step(step: str, call: str, given: str = "") -> str:
    """Return a journey of one step."""
    start = f"given: {given}\n" if given else ""
    return f"{start}steps:\n  - step: s\n    customer: I do it\n    call: p {call}\n{_below(step, 4)}\n"


def _only_call(document: str) -> str:
    lines = document.split("paths:\n", 1)[1].splitlines()
    path, method = lines[0].strip().rstrip(":").strip("'\""), lines[1].strip().rstrip(":")
    return f"{method.upper()} {path}"


def _customers(journey: str) -> str:
    return "" if "\ncustomers:" in f"\n{journey}" else f"customers: [{', '.join(CUSTOMERS)}]\n"


def _below(text: str, depth: int = 2) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), " " * depth)
