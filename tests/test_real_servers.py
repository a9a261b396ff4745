"""The estates that real servers are held against; the servers themselves are installed and started by the benchmark alone."""

from __future__ import annotations

import pytest

from benchmarks.leaves import parse
from benchmarks.real_servers.__main__ import CHECKED
from benchmarks.real_servers.servers import SERVERS, Server
from cxcontracts.opening import open_what_is_sound


@pytest.mark.parametrize("server", SERVERS, ids=lambda each: each.name)
def test_an_estate_lacks_nothing_but_the_contract_that_its_server_serves(server: Server) -> None:
    opened = open_what_is_sound(server.estate)

    (mistake,) = opened.mistakes or ()
    assert mistake.code == "contract-file"
    assert repr(server.file) in mistake.what
    assert opened.estate.journeys


def test_what_is_so_was_found_for_every_server() -> None:
    assert set(parse(CHECKED.read_bytes())) == {server.name for server in SERVERS}
