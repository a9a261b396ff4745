"""How many requests it takes to find each fault of a small shop: our plan, and Schemathesis with the same needs as its check.

    python -m benchmarks.faults

It needs the extra ``fuzz``. The shop, its faults and its journey are our own (``tests/shop.py``), so this tells how the two
search, and not how often either is right elsewhere. Schemathesis runs with its defaults, and once more with positive data only,
declared methods only and nothing stateful: the settings that come nearest to what our plan does. What it finds in the shop
without a fault does not count. Ours is the same for any seed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from cxcontracts.documents import parse
from cxcontracts.exchanges import JSON, Response
from tests.shop import DOCUMENT, FAULTS, JOURNEY, Shop, Walker, failing, scenes

SEEDS = (1, 2, 3)
_DEFAULT: Mapping[str, JSON] = {"cache": {"enabled": False}, "generation": {"database": "none"}, "continue-on-failure": True}
_NARROW: Mapping[str, JSON] = {
    **_DEFAULT,
    "generation": {"database": "none", "mode": "positive"},
    "phases": {"coverage": {"unexpected-methods": []}, "stateful": {"enabled": False}},
}
_Key = tuple[str, int]


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        walkers = {scene.operation.path: Walker(scene, Shop()) for scene in scenes(Path(folder), JOURNEY)}
        noise = {name: _noise(settings, walkers) for name, settings in (("default", _DEFAULT), ("narrow", _NARROW))}
        print("| fault | our plan | schemathesis, default | schemathesis, positive only |\n| --- | ---: | ---: | ---: |")
        for fault in FAULTS:
            (walker, _) = next(failing(Path(folder), fault))
            cells = [
                _counted(fault, settings, walkers, noise[name]) for name, settings in (("default", _DEFAULT), ("narrow", _NARROW))
            ]
            print(f"| {fault} | {walker.shop.calls} | {' | '.join(cells)} |")


def _counted(fault: str, settings: Mapping[str, JSON], walkers: Mapping[str, Walker], noise: set[_Key]) -> str:
    found = [
        next((str(count) for count, key in _failing(fault, settings, seed, walkers) if key not in noise), "never")
        for seed in SEEDS
    ]
    return " / ".join(found)


def _noise(settings: Mapping[str, JSON], walkers: Mapping[str, Walker]) -> set[_Key]:
    return {key for seed in SEEDS for _, key in _failing("", settings, seed, walkers)}


def _failing(fault: str, settings: Mapping[str, JSON], seed: int, walkers: Mapping[str, Walker]) -> Iterator[tuple[int, _Key]]:
    """Yield each valid request that failed a need: which one it was of all that were sent, and how to know it again."""
    import schemathesis
    from schemathesis.engine import events, from_schema

    config = schemathesis.Config.from_dict({**settings, "seed": seed})
    schema = schemathesis.openapi.from_wsgi("/openapi.json", _serving(Shop(fault)), config=config)
    stream, count = from_schema(schema).execute(), 0
    try:
        for event in stream:
            if not isinstance(event, events.ScenarioFinished):
                continue
            recorder: Any = event.recorder
            for id, seen in recorder.interactions.items():
                count += 1
                case = recorder.cases[id].value
                if seen.response is not None and _is_valid(case):
                    response = Response(seen.response.status_code, {}, _read(seen.response.content))
                    if walkers[case.operation.path].refuses(response, _names(case)):
                        yield count, (case.operation.path, response.status)
    finally:
        stream.stop()
        for _ in stream:
            pass


def _is_valid(case: Any) -> bool:
    declared = case.method.upper() == case.operation.method.upper()
    return declared and case.meta is not None and case.meta.generation.mode.value == "positive"


def _names(case: Any) -> Mapping[str, JSON]:
    return case.body if isinstance(case.body, Mapping) else dict(case.query or {})


def _read(content: bytes | None) -> JSON:
    try:
        return orjson.loads(content or b"null")
    except orjson.JSONDecodeError:
        return None


def _serving(shop: Shop) -> Callable[..., Iterable[bytes]]:
    document = orjson.dumps(parse(DOCUMENT.encode(), "openapi.yaml").value)

    def answer(environ: Mapping[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/openapi.json":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [document]
        return shop(environ, start_response)

    return answer


if __name__ == "__main__":
    main()
