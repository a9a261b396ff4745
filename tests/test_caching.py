"""A large estate remembers what did not change, and no answer differs from that of one that remembers nothing."""

from __future__ import annotations

import datetime
import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import large_estates
from benchmarks.large_estates import CANDIDATE, Size
from cxcontracts.caching import FOLDER_VARIABLE, WORTH_IT, Cache
from cxcontracts.errors import CxError
from cxcontracts.exchanges import JSON
from cxcontracts.memory import FORGETFUL, Memory
from cxcontracts.opening import Opened, open_what_is_sound
from cxcontracts.pytest_plugin.estates import JudgedEstate
from cxcontracts.recalling import listed
from cxcontracts.reports import json
from cxcontracts.reports.maps import json as map_json
from cxcontracts.whereabouts import Whereabouts
from tests.estates_made import TODAY, write
from tests.estates_made import answers as answers_of
from tests.workplace import Workplace

CONTRACTS = Path(__file__).parent.parent / "contracts"
SMALL = Size(partners=5, journeys=10, requirements=36)
PARTNERS = [f"partners/partner-{number}" for number in range(SMALL.partners)]
JOURNEYS = [f"journeys/journey-{number}.yaml" for number in range(SMALL.journeys)]
PACT = """{"consumer": {"name": "app"}, "provider": {"name": "p"}, "interactions": [{"description": "a thing",
 "request": {"method": "GET", "path": "/things/AB12CD34"}, "response": {"status": 200, "body": {"note": "x"}},
 "comments": {"cxcontracts": "journey-1/look/answers"}}], "metadata": {"pactSpecification": {"version": "3.0.0"}}}"""

SWAPS = (
    ("thingId: $thing", "thingId: $thin"),
    ("channel: app", "chanel: app"),
    ("note: text", "note: integer"),
    ("state: [open, held, closed]", "state: [open]"),
    ("keep: {next: next}", "keep: {next: note}"),
    ("call: partner-1 ", "call: partner-2 "),
    ("call: partner-3 ", "call: partner-33 "),
    ("openapi: 3.1.0", "openapi: 3.0.3"),
    ("openapi: 3.1.0", "openapi: [3"),
    ("note, updatedAt]", "updatedAt]"),
    ("pattern: '^[A-Z]{3}$'", "maxLength: 3"),
    ("'404':", "'410':"),
    ("{$ref: '#/components/schemas/Holder'}", "{$ref: '#/components/schemas/Nobody'}"),
    ("{$ref: '#/components/schemas/Holder'}", "{$ref: 'holder.yaml'}"),
    ("thing.changed:", "thing.moved:"),
    ("contract: openapi.yaml", "contract: other.yaml"),
    ("contract: openapi.yaml", "pacts: [pacts/*.json]\ncontract: openapi.yaml"),
    ("contract: openapi.yaml", "not-covered: {because: of it, until: 2027-01-20}\ncontract: openapi.yaml"),
    ("info: {", "x-sunset: '2027-01-20'\ninfo: {"),
    ("1000000", "77"),
    ("assisted:", "assistd:"),
    ("fail-on: [blocked, misled]", "fail-on: [delayed]"),
    ("look/*", "look/needs:*"),
    ("2999-12-31", "2027-01-20"),
)
"""What somebody may change in any file; back again, too."""

FILES: Mapping[str, str] = {
    "partners/partner-2/holder.yaml": "type: object\nproperties: {name: {type: string}}\n",
    "partners/partner-2/pacts/app.json": PACT,
    "partners/added/partner.yaml": "partner: added\nkind: vendor\n",
    "journeys/odd.yml": "journey: odd\n",
    "data.json": "{}",
}
"""Files that may come and go."""


@st.composite
def edits(draw: st.DrawFn) -> Callable[[Path], None]:
    """Draw one thing that somebody does to an estate."""
    known = ["estate.yaml", "waivers.yaml", *JOURNEYS]
    known += [f"{partner}/{name}" for partner in PARTNERS for name in ("partner.yaml", "openapi.yaml", "asyncapi.yaml")]
    what = draw(st.sampled_from(("swap", "swap", "swap", "swap", "come", "go", "copy")))
    file, other = draw(st.sampled_from(known)), draw(st.sampled_from(known))
    old, new = draw(st.sampled_from(SWAPS))
    come = draw(st.sampled_from(sorted(FILES)))
    back = draw(st.booleans())

    def edit(root: Path) -> None:
        if what == "come":
            (root / come).parent.mkdir(parents=True, exist_ok=True)
            (root / come).write_text(FILES[come], encoding="utf-8")
        elif what == "go":
            (root / (come if back else file)).unlink(missing_ok=True)
        elif what == "copy" and (root / other).is_file():
            shutil.copyfile(root / other, root / file)
        elif what == "swap":
            swap(root, *((new, old) if back else (old, new)), file)

    return edit


def swap(root: Path, old: str, new: str, first: str) -> None:
    """Replace a text in one file: in *first* where it has it, else in any."""
    for path in (root / first, *sorted(root.rglob("*.yaml"))):
        if path.is_file() and old in (text := path.read_text(encoding="utf-8")):
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
            return


def answers(root: Path, memory: Memory, today: datetime.date = TODAY) -> list[str]:
    """Return everything that is said of an estate, or why nothing is."""
    said: list[str] = []

    def say(answer: Callable[[], str]) -> None:
        try:
            said.append(answer())
        except CxError as error:
            said.append(f"{type(error).__name__}: {error}")

    say(lambda: json.render(open_what_is_sound(root, today=today, memory=memory).check()))
    say(lambda: map_json.render(open_what_is_sound(root, today=today, memory=memory).mapped()[0]))
    candidate = {"partner-0": root / CANDIDATE}
    say(lambda: json.render(open_what_is_sound(root, candidate, today, memory).impact()))
    say(lambda: collected(open_what_is_sound(root, today=today, memory=memory), root))
    say(lambda: collected(open_what_is_sound(root, candidate, today, memory), root))
    return said


def collected(opened: Opened, root: Path) -> str:
    """Return what pytest makes of an estate: the requirements and mistakes of each file, with all that tests know of them.

    What runs is what was listed, wherever the list comes from.
    """
    estate, lines = JudgedEstate(root, opened, Whereabouts(root, root)), []
    for file in sorted({*root.glob("journeys/*.yaml"), *root.glob("partners/*/pacts/*.json")}):
        found, mistakes = estate.listed(file)
        if found:
            assert listed(estate.requirements(file)) == tuple(found)
        lines += [str(file.relative_to(root)), *map(str, found), *map(str, mistakes)]
    return "\n".join(lines)


def fresh_estate(folder: Path, size: Size = SMALL) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    large_estates.write(folder / "contracts", size)
    return folder / "contracts"


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an estate and what is remembered of it."""
    folder = tmp_path_factory.mktemp("warm")
    cache = Cache(folder / "cache")
    answers(fresh_estate(folder), cache)
    cache.save(whole=True)
    return folder


FURTHER_SWAPS = (
    ("contract: openapi.yaml\n", ""),
    ("    channel: app\n", "    channel: app\n    announces: 90d\n"),
    ("operationId: getThing", "operationId: getThing\n      deprecated: true\n      x-sunset: '2027-04-20'"),
)


@pytest.mark.parametrize(("old", "new"), [*SWAPS, *FURTHER_SWAPS], ids=lambda text: text.strip()[:30])
@pytest.mark.parametrize("everywhere", [False, True])
def test_every_edit_is_noticed(tmp_path: Path, warm: Path, old: str, new: str, everywhere: bool) -> None:
    shutil.copytree(warm / "contracts", tmp_path / "contracts")
    root, cache = tmp_path / "contracts", Cache(warm / "cache")
    concerned = [path for path in sorted(root.rglob("*.yaml")) if old in path.read_text(encoding="utf-8")]
    for path in concerned if everywhere else concerned[-1:]:
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert concerned
    assert answers(root, cache) == answers(root, FORGETFUL)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("journeys/journey-2.yaml", "GET /things/{thingId}", "GET /thing/{thingId}"),
        ("partners/partner-2/openapi.yaml", "/things/{thingId}:", "/thing/{thingId}:"),
        ("partners/partner-2/openapi.yaml", "openapi: 3.1.0", "openapi: [3"),
        ("journeys/journey-2.yaml", "channel: app", "chanel: app"),
    ],
)
def test_a_mistake_is_told_as_often_as_somebody_asks(tmp_path: Path, name: str, old: str, new: str) -> None:
    root = fresh_estate(tmp_path)
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), encoding="utf-8")
    for _ in range(3):
        cache = Cache(tmp_path / "cache")
        assert answers(root, cache) == answers(root, FORGETFUL)
        cache.save(whole=True)


@pytest.mark.parametrize("estate", ["bank", "rail", "telecom", "large"])
def test_a_journey_that_nobody_looked_at_names_the_partners_that_its_steps_name(estate: str, warm: Path) -> None:
    opened = open_what_is_sound(warm / "contracts" if estate == "large" else CONTRACTS / estate, today=TODAY)
    for name, journey in opened.estate.journeys.items():
        calling = {step.partner for step in journey.steps} - {""}
        assert {*opened.judge.asked[name]} == calling
        assert {*opened.recollection.partners(name)} == calling | {step.by for step in journey.steps} - {""}


def test_the_day_counts(tmp_path: Path) -> None:
    root = fresh_estate(tmp_path)
    for old, new in FURTHER_SWAPS[1:]:
        for path in root.rglob("*.yaml"):
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    for day in range(0, 12, 4):
        today = TODAY + datetime.timedelta(days=day)
        cache = Cache(tmp_path / "cache")
        said = answers(root, cache, today)
        assert said == answers(root, FORGETFUL, today)
        cache.save(whole=True)
        assert ("days of notice are due" in said[0]) is (day == 8)


@given(st.lists(st.tuples(st.lists(edits(), max_size=3), st.integers(0, 10)), min_size=1, max_size=5))
@settings(max_examples=12)
def test_an_answer_from_the_cache_is_the_answer_without_it(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[tuple[list[Callable[[Path], None]], int]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "law"
    root = fresh_estate(folder)
    for edited, day in [([], 0), *rounds]:
        for edit in edited:
            edit(root)
        today = TODAY + datetime.timedelta(days=day)
        cache = Cache(folder / "cache")
        assert answers(root, cache, today) == answers(root, FORGETFUL, today)
        cache.save(whole=True)


@given(st.randoms(use_true_random=False), st.lists(edits(), max_size=2))
@settings(max_examples=6)
def test_a_damaged_cache_says_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, edited: list[Callable[[Path], None]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "damage"
    root = fresh_estate(folder)
    for _ in range(3):
        cache = Cache(folder / "cache")
        assert answers(root, cache) == answers(root, FORGETFUL)
        cache.save(whole=chance.random() < 0.5)
        for file in (folder / "cache").iterdir():
            damage(file, chance)
        for edit in edited:
            edit(root)


def damage(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    for _ in range(chance.randrange(20)):
        place = chance.randrange(len(data)) if data else 0
        how = chance.randrange(4)
        if how == 0 and data:
            data[place] = chance.randrange(256)
        elif how == 1:
            del data[place : place + chance.randrange(400)]
        elif how == 2:
            data[place:place] = bytes(data[chance.randrange(len(data) or 1) :][:500])
        else:
            data[place:place] = b"\n"
    if chance.random() < 0.2:
        file.unlink()
    else:
        file.write_bytes(data)


class Counting(Cache):
    """Counts what is not remembered, by topic."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.missed: dict[str, int] = {}

    def recall(self, topic: str, *about: bytes) -> JSON:
        found = super().recall(topic, *about)
        if found is None:
            self.missed[topic] = self.missed.get(topic, 0) + 1
        return found


def missed(root: Path, cache_folder: Path) -> dict[str, int]:
    cache = Counting(cache_folder)
    answers(root, cache)
    cache.save(whole=True)
    return cache.missed


def test_only_what_an_edit_concerns_is_looked_at_again(tmp_path: Path) -> None:
    root = fresh_estate(tmp_path)
    first = missed(root, tmp_path / "cache")
    assert {topic: number >= SMALL.partners for topic, number in first.items()} == dict.fromkeys(first, True)
    assert missed(root, tmp_path / "cache") == {}

    touch(root / "journeys/journey-1.yaml")
    assert missed(root, tmp_path / "cache") == {"outlines": 5, "journeys": 5, "listed": 2, "findings": 2, "maps": 1}

    touch(root / "partners/partner-2/openapi.yaml")
    again = missed(root, tmp_path / "cache")
    assert again.keys() == {"findings", "listed", "maps", "records"}
    assert again["maps"] < SMALL.journeys

    touch(root / "waivers.yaml")
    assert missed(root, tmp_path / "cache") == {}


def touch(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"# seen\n")


class Meddling(Cache):
    """Somebody writes a file while the estate is read: when something is asked about a topic for the n-th time."""

    def __init__(self, folder: Path, topic: str, n: int, file: Path, text: str) -> None:
        super().__init__(folder)
        self._topic = topic
        self._left = n
        self._file_to_write = file
        self._text = text

    def recall(self, topic: str, *about: bytes) -> JSON:
        found = super().recall(topic, *about)
        self._left -= topic == self._topic
        if not self._left:
            self._file_to_write.write_text(self._text, encoding="utf-8")
        return found


@pytest.mark.parametrize(
    ("topic", "n", "name", "old", "new"),
    [
        ("findings", SMALL.journeys, "openapi.yaml", "note, updatedAt]", "updatedAt]"),
        ("journeys", 1, "partner.yaml", "name: Partner number 3", "name: Another name"),
        ("findings", 1, "partner.yaml", "name: Partner number 3", "name: Another name"),
    ],
)
def test_what_was_written_while_it_was_read_is_not_remembered(
    tmp_path: Path, topic: str, n: int, name: str, old: str, new: str
) -> None:
    root = fresh_estate(tmp_path)
    journey, file = root / "journeys/journey-3.yaml", root / "partners/partner-3" / name
    start, fallback = journey.read_text(encoding="utf-8").split("see-less\n    customer")
    journey.write_text(
        f"{start}see-less\n    customer{fallback.replace('call: partner-1 ', 'call: partner-3 ')}", encoding="utf-8"
    )
    before = file.read_text(encoding="utf-8")
    after = before.replace(old, new)
    assert after != before
    cache = Meddling(tmp_path / "cache", topic, n, file, after)
    open_what_is_sound(root, today=TODAY, memory=cache).check()
    cache.save(whole=True)
    for text in (before, after):
        file.write_text(text, encoding="utf-8")
        assert answers(root, Cache(tmp_path / "cache")) == answers(root, FORGETFUL)


def test_of_a_contract_in_several_files_those_count_that_some_journey_reads(tmp_path: Path) -> None:
    step = "steps:\n  - step: s\n    customer: I look\n    call: p GET /thing\n    needs: {a: text"
    root = write(tmp_path, f"{step}}}\n", {"p": answers_of("{a: {type: string}, b: {$ref: 'b.yaml'}}", "[a, b]")})
    (root / "partners/p/b.yaml").write_text("type: string\n", encoding="utf-8")
    digests = []
    for needs in ("}", ", b: text}"):
        journey = root / "journeys/j.yaml"
        journey.write_text(journey.read_text(encoding="utf-8").replace("a: text}", f"a: text{needs}"), encoding="utf-8")
        cache = Cache(tmp_path / "cache")
        said = [open_what_is_sound(root, today=TODAY, memory=memory).check() for memory in (cache, FORGETFUL)]
        assert said[0] == said[1]
        cache.save(whole=True)
        digests.append(said[0].partners[0].record.digest)
    assert len(set(digests)) == 2


def test_nothing_is_remembered_of_a_folder_with_links(tmp_path: Path) -> None:
    root = fresh_estate(tmp_path)
    contract = root / "partners/partner-0/openapi.yaml"
    contract.rename(contract.with_name("real.yaml"))
    contract.symlink_to("real.yaml")
    missed(root, tmp_path / "cache")
    assert (tmp_path / "cache/records.log").read_bytes().strip().count(b"\n") + 1 == SMALL.partners - 1


def test_a_file_of_the_cache_is_rewritten_once_it_holds_mostly_what_nobody_asks_for(tmp_path: Path) -> None:
    for number in range(40):
        cache = Cache(tmp_path)
        assert cache.recall("topic", b"always") == (None if number == 0 else "same")
        cache.keep("topic", b"always", value="same")
        cache.keep("topic", number.to_bytes(2, "big"), value="x" * 100_000)
        cache.save(whole=True)
    assert (tmp_path / "topic.log").stat().st_size < 2_000_000
    assert [path.name for path in tmp_path.iterdir()] == ["topic.log"]


def test_a_run_that_looked_at_a_part_forgets_nothing(tmp_path: Path) -> None:
    for number in range(30):
        cache = Cache(tmp_path)
        cache.keep("topic", number.to_bytes(2, "big"), value="x" * 100_000)
        cache.save(whole=False)
    cache = Cache(tmp_path)
    assert all(cache.recall("topic", number.to_bytes(2, "big")) for number in range(30))


@pytest.mark.parametrize("value", [2**70, float("nan"), {1: 2}, "\ud800", object()])
def test_what_json_cannot_say_is_not_kept_or_comes_back_as_null(tmp_path: Path, value: Any) -> None:
    cache = Cache(tmp_path)
    cache.keep("topic", b"", value=value)
    cache.save(whole=True)
    assert Cache(tmp_path).recall("topic", b"") is None


def test_parts_that_an_entry_follows_from_are_told_apart(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep("topic", b"ab", b"c", value=1)
    cache.save(whole=True)
    again = Cache(tmp_path)
    assert (again.recall("topic", b"a", b"bc"), again.recall("topi", b"cab", b"c"), again.recall("topic", b"ab", b"c")) == (
        None,
        None,
        1,
    )


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache")
    cache.keep("topic", b"", value=1)
    cache.save(whole=True)
    assert Cache(tmp_path / "file" / "cache").recall("topic", b"") is None


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "victim").write_text("as it was")
    (tmp_path / "cache" / "topic.log").symlink_to(tmp_path / "victim")
    cache = Cache(tmp_path / "cache")
    cache.keep("topic", b"", value=1)
    cache.save(whole=True)
    assert (tmp_path / "victim").read_text() == "as it was"


# On the command line


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "kept"))
    return Workplace(tmp_path)


def kept(here: Workplace) -> set[str]:
    return {path.name for path in (here.folder / "kept").rglob("*.log")}


def test_a_large_estate_is_remembered_where_the_user_says_and_a_small_one_is_not(here: Workplace) -> None:
    large_estates.write(here.folder / "small", SMALL)
    here.run("--estate", "small", "check")
    assert not (here.folder / "kept").exists()

    large_estates.write(here.folder / "contracts", Size(WORTH_IT // 4, WORTH_IT, 2 * WORTH_IT))
    for words in (("--no-cache", "check"), ("--no-cache", "map")):
        assert here.run(*words).exit_code == 0
    assert not (here.folder / "kept").exists()
    first, again = here.run("check"), here.run("check")
    assert (first.exit_code, first.stdout) == (again.exit_code, again.stdout)
    assert kept(here) == {"outlines.log", "partners.log", "journeys.log", "findings.log", "records.log"}
    assert here.run("map").stdout == here.run("--no-cache", "map").stdout
    assert kept(here) >= {"maps.log"}
    assert sorted(os.listdir(here.folder / "contracts")) == ["estate.yaml", "journeys", "partners", "waivers.yaml"]
