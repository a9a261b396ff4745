"""The page in a browser: it works without scripts, loads nothing, and can be read by everybody, on a phone and on a desk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

from cxcontracts.findings import Finding, Outline, Run, Stage, Verdict
from cxcontracts.reports.html.report import render
from tests.runs import EVERYBODY, change, check, finding, impact, intact, partner_run
from tests.test_report_html import MIXED

JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"
"""What Jenkins sends with each page that a build kept (jenkinsci/jenkins, DirectoryBrowserSupport)."""

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CX_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        absent = "there is no chromium; install it, or set CX_CHROMIUM"
        if os.environ.get("CX_REQUIRE_ALL") == "1":
            pytest.fail(absent)
        pytest.skip(absent)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])  # as root, in containers
        yield started
        started.close()


def _large() -> Run:
    """Return a run of 10,000 findings in 200 journeys, of which a third have something that is not intact."""
    verdicts = (*[Verdict.BROKEN] * 2, *[Verdict.INTACT] * 12, Verdict.TOLERATED, Verdict.INCONCLUSIVE, Verdict.UNPROVEN)
    outlines: list[Outline] = []
    found: list[Finding] = []
    for journey in range(200):
        steps = [Stage(f"s{n}", "steps", f"I do number {n}", "app", "operator", "", "GET /services/{id}") for n in range(5)]
        outlines.append(Outline(f"journey-{journey}", f"I want number {journey}", EVERYBODY, False, tuple(steps)))
        for number in range(50):
            verdict = verdicts[(journey * 7 + number) % len(verdicts)] if journey % 3 == 0 else Verdict.INTACT
            found.append(finding(f"journey-{journey}/s{number // 10}/needs:field{number}", verdict))
    changes = tuple(change(f"GET /stations 200 application/json z{n}") for n in range(300))
    return impact(partner_run(*found, changes=changes), journeys=tuple(outlines))


UNREACHED = finding("rail-disruption/told/answers", Verdict.INCONCLUSIVE, because="it says that it is down (503)", observed=1)
RUNS = {
    "broken": MIXED,
    "intact": impact(partner_run(*intact(9), changes=(change(),)), journeys=MIXED.journeys),
    "inconclusive": replace(
        check(partner_run(UNREACHED, *intact(2)), partner_run(partner="notify", not_covered="a pilot")),
        command="verify",
        journeys=MIXED.journeys,
        not_exercised={"rail-disruption/told/must": "no exchange shows it"},
        complete=False,
    ),
    "large": _large(),
}


@dataclass
class Seen:
    """A page in a browser, with what it asked for, and what went wrong."""

    page: Page
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def opened(
    browser: Browser, file: Path, *, width: int = 1280, scheme: str = "light", script: bool = True, fragment: str = ""
) -> Seen:
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
    )
    seen = Seen(page)
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("console", lambda message: seen.wrong.append(message.text))
    page.on("pageerror", lambda error: seen.wrong.append(str(error)))
    page.goto(file.as_uri() + fragment)
    return seen


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    files = {name: folder / f"{name}.html" for name in RUNS}
    for name, file in files.items():
        file.write_text(render(RUNS[name]), encoding="utf-8")
    files["cut"] = folder / "cut.html"
    files["cut"].write_text(render(RUNS["large"], limit=500_000), encoding="utf-8")
    return files


PAGES = (*RUNS, "cut")
"""What there is a page of: each run, and the large one with most of it left out."""


@pytest.mark.parametrize(
    ("name", "scheme"),
    [(name, scheme) for name in PAGES for scheme in ("light", "dark") if (name, scheme) != ("large", "light")],
)
def test_nothing_goes_wrong_nothing_is_loaded_and_axe_finds_nothing(
    browser: Browser, pages: dict[str, Path], name: str, scheme: str
) -> None:
    seen = opened(browser, pages[name], scheme=scheme)
    found = Axe().run(seen.page, options={"runOnly": STANDARDS}).response["violations"]
    assert (seen.wrong, seen.asked) == ([], [pages[name].as_uri()])
    assert [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found] == []
    seen.page.close()


@pytest.mark.parametrize("width", [320, 360, 390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    page = opened(browser, pages[name], width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


NUMBERED = """[...document.querySelectorAll('a[href], summary')].filter(each => each.checkVisibility())
    .map((each, number) => { each.dataset.number = number }).length"""
FOCUSED = """(() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0;
    return [at.dataset.number ?? "", getComputedStyle(at).outlineStyle, seen];
})()"""


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_reaches_whatever_can_be_used_in_order_shows_where_it_is_and_leaves(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    page = opened(browser, pages[name]).page
    reached = []
    for _ in range(page.evaluate(NUMBERED)):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    assert reached == [[str(number), "solid", True] for number in range(len(reached))]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.body")
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_whatever_is_folded_unfolds_by_keyboard_and_what_is_in_it_is_reached(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    page = opened(browser, pages[name]).page
    kinds = {
        each.get_attribute("class"): each
        for each in reversed(page.query_selector_all("details:not([open])"))
        if each.is_visible()
    }
    assert kinds
    for folded in kinds.values():
        summary = folded.query_selector("summary")
        assert summary is not None
        summary.focus()
        page.keyboard.press("Enter")
        assert folded.evaluate("each => each.open")
        if folded.query_selector("a[href]") is not None:
            page.keyboard.press("Tab")
            assert folded.evaluate("each => each.contains(document.activeElement)")
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Space")
        assert not folded.evaluate("each => each.open")
    page.close()


def test_all_of_it_works_without_scripts(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["broken"], script=False).page
    folded = page.locator("section.rest details").first
    assert not folded.locator("dl").first.is_visible()
    folded.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert folded.locator("dl").first.is_visible()
    page.close()


@pytest.mark.parametrize("id", ["rail-disruption/told/needs:gap", "rail-disruption/find-booking/needs:field0"])
def test_a_link_to_what_is_folded_unfolds_it(browser: Browser, pages: dict[str, Path], id: str) -> None:
    page = opened(browser, pages["broken"], script=False, fragment=f"#{id}").page
    assert page.locator(f'[id="{id}"]').is_visible()
    page.close()


def test_on_paper_nothing_is_folded(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["broken"]).page
    hidden = "[...document.querySelectorAll('dd')].filter(each => !each.checkVisibility()).length"
    assert page.evaluate(hidden)
    page.emulate_media(media="print")
    assert page.evaluate(hidden) == 0
    page.close()


def test_it_can_be_read_where_a_build_server_takes_its_style_away(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page()

    def served(route: Route) -> None:
        headers = {"content-security-policy": JENKINS, "content-type": "text/html"}
        route.fulfill(body=pages["broken"].read_bytes(), headers=headers)

    page.route("**/*", served)
    page.goto("http://jenkins.example/report.html")
    stops = [" ".join(each.split()) for each in page.locator("li.stop").all_inner_texts()]
    assert stops[1].startswith("\u2717 broken I see what is happening operator \u00b7 app needs-when:cause.text")
    assert page.locator("h2").first.is_visible()
    assert page.locator("article.finding dd").first.is_visible()
    page.close()


def test_hostile_text_runs_nothing_and_asks_for_nothing(browser: Browser, tmp_path: Path, hurtful: tuple[str, ...]) -> None:
    found = tuple(
        finding(f"j/{number}/needs:x", because=text, customer=text, element=text, channel=text)
        for number, text in enumerate(hurtful)
    )
    outlines = (Outline("j", "".join(hurtful), {text: 1 for text in hurtful[:50]}, True, ()),)
    file = tmp_path / "hostile.html"
    file.write_text(render(impact(partner_run(*found), journeys=outlines)), encoding="utf-8")
    seen = opened(browser, file)
    assert (seen.wrong, seen.asked) == ([], [file.as_uri()])
    assert seen.page.evaluate("document.querySelectorAll('script, img, iframe, object, embed, link, form, base').length") == 0
    handlers = "[...document.querySelectorAll('*')].flatMap(each => [...each.attributes]).map(each => each.name)"
    assert not [name for name in seen.page.evaluate(handlers) if name.startswith("on") or name in ("src", "style")]
    seen.page.close()
