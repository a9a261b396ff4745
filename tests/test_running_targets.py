"""Where partners run: what an environment of the estate says, and what the command line puts in its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from cxcontracts.errors import UsageError
from cxcontracts.estate.model import Environment, Estate, Partner
from cxcontracts.exchanges import JSON
from cxcontracts.running.targets import Target, targets

KEY: Mapping[str, JSON] = {"header": {"X-Key": "$env.SHOP_KEY"}}
OTHER: Mapping[str, JSON] = {"bearer": "$env.SHOP_TOKEN"}

SANDBOX = Environment(
    "sandbox",
    url="https://api.sandbox.shop.example/v2/",
    auth=OTHER,
    identities={"clerk": OTHER},
    given={"parcel": "P1"},
    hosts=("*.cdn.example",),
    may=("read", "write"),
    inbox="https://inbox.example",
)


def partner(name: str, *environments: Environment) -> Partner:
    return Partner(
        name,
        name,
        "partner",
        PurePosixPath("partners", name),
        "openapi.yaml",
        environments={each.name: each for each in environments},
        auth=KEY,
        identities={"manager": KEY},
    )


ESTATE = Estate(
    "/estate",
    "estate",
    {},
    frozenset(),
    {"courier": partner("courier", Environment("production", url="https://courier.example")), "shop": partner("shop", SANDBOX)},
    {},
)


def test_an_environment_says_where_a_partner_runs_and_who_has_none_runs_nowhere() -> None:
    assert targets(ESTATE, "sandbox", {}) == {
        "shop": Target(
            "shop",
            "https://api.sandbox.shop.example/v2",
            environment="sandbox",
            may=("read", "write"),
            hosts=("*.cdn.example",),
            auth=OTHER,
            identities={"clerk": OTHER},
            given={"parcel": "P1"},
            inbox="https://inbox.example",
            folder=Path("/estate/partners/shop"),
        )
    }


def test_a_url_takes_the_place_of_the_address_alone() -> None:
    (was,) = targets(ESTATE, "sandbox", {}).values()
    (now,) = targets(ESTATE, "sandbox", {"shop": "http://shop.test:8080/"}).values()

    assert now.url == "http://shop.test:8080"
    assert dataclasses.replace(now, url=was.url) == was


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://localhost:8080", ("read", "write")),
        ("http://127.0.0.1", ("read", "write")),
        ("https://[::1]:8443/v2", ("read", "write")),
        ("shop.main:app", ("read", "write")),
        ("http://shop.test", ("read",)),
        ("http://localhost.evil.example", ("read",)),
        ("http://127.0.0.1.evil.example", ("read",)),
    ],
)
def test_without_an_environment_what_runs_on_this_machine_is_the_user_s_own(url: str, may: tuple[str, ...]) -> None:
    (target,) = targets(ESTATE, "", {"shop": url}).values()

    assert (target.may, target.auth, target.identities, target.environment) == (may, KEY, {"manager": KEY}, "")


def test_an_environment_of_which_we_may_only_read_stays_so_wherever_it_runs() -> None:
    assert targets(ESTATE, "production", {"courier": "http://localhost:8080"})["courier"].may == ("read",)


@pytest.mark.parametrize("name", ["shop:app", "shop.main:create.app", "_a._b:_c"])
def test_an_app_is_named_as_for_uvicorn(name: str) -> None:
    (target,) = targets(ESTATE, "", {"shop": name}).values()

    assert (target.app, target.url) == (name, "http://localhost")


@pytest.mark.parametrize(
    ("environment", "urls", "said"),
    [
        ("sandbx", {}, "no partner has an environment 'sandbx'; did you mean 'sandbox'?"),
        ("", {"shp": "http://localhost"}, "partner 'shp' is not in the estate; did you mean 'shop'?"),
        (
            "",
            {"shop": "localhost:8080"},
            "'localhost:8080' is no address of shop; write a URL as http://localhost:8080, or an app as module:app",
        ),
        (
            "",
            {"shop": "ftp://shop.test"},
            "'ftp://shop.test' is no address of shop: it is no http:// or https:// address; "
            "write https://HOST/PATH, and log in under auth",
        ),
        (
            "",
            {"shop": "https://me:CANARY@shop.test/v2"},
            "'https://…@shop.test/v2' is no address of shop: it carries a login; write https://HOST/PATH, and log in under auth",
        ),
        (
            "",
            {"shop": "https://shop.test:port"},
            "'https://shop.test:port' is no address of shop: Port could not be cast to integer value as 'port'; "
            "write https://HOST/PATH, and log in under auth",
        ),
        (
            "",
            {"shop": "https://shop.test/?key=1"},
            "'https://shop.test/?key=1' is no base address of shop; leave out what comes from its ? or # on",
        ),
    ],
)
def test_what_is_no_place_is_said_and_no_password_shown(environment: str, urls: Mapping[str, str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        targets(ESTATE, environment, urls)

    assert str(raised.value) == said
