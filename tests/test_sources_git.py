"""Versions of a contract in a git repository: read from its objects, whatever stands in the work tree, and nothing is run."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import subprocess
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cxcontracts.documents import MOST_BYTES, Refused
from cxcontracts.errors import ContractError, UsageError
from cxcontracts.sources import Repository, Source, source
from cxcontracts.sources import git as git_module
from cxcontracts.sources.git import Commit
from tests.repositories import IDENTITY, committed, git, repository
from tests.test_sources import CONTRACT, PART, WHOLE

SPLIT = CONTRACT.replace("REF", "parts/a.yaml")
OTHER_PART = PART.replace("part", "another")


@pytest.fixture(autouse=True)
def no_settings_of_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, IDENTITY[name])


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A repository with a contract in two files, in two versions; the work tree has a third."""
    root = repository(tmp_path / "shop", {"api/openapi.yaml": SPLIT, "api/parts/a.yaml": PART, "secret.yaml": PART})
    git(root, "tag", "v1.0.0")
    committed(root, {"api/parts/a.yaml": OTHER_PART})
    (root / "api/openapi.yaml").write_text("not to be read")
    (root / "api/parts/a.yaml").write_text("not to be read")
    return root


def named(text: str, here: Path) -> Source:
    """What is named, its contracts read while git can be asked."""
    with Repository(here) as asked:
        return source(text, here, asked, network=False, stdin=io.BytesIO)


def operation(text: str, here: Path) -> tuple[str, str]:
    """The file in which ``GET /a`` is written, and what it says of its answer."""
    with Repository(here) as asked:
        (found,) = source(text, here, asked, network=False, stdin=io.BytesIO).contracts.values()
        written = found.read().contract.at("GET", "/a")
    assert written is not None
    return written.node.home.place(written.node).file, written.node.value["responses"]["200"]["description"]


def refused(text: str, here: Path) -> str:
    with pytest.raises(UsageError) as raised:
        named(text, here)
    return str(raised.value)


# What a reference names


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("main", "another"),
        ("HEAD", "another"),
        ("HEAD~1", "part"),
        ("v1.0.0", "part"),
        ("HEAD^{/as it: is}", ""),
        ("main@{0}", "another"),
    ],
)
def test_both_files_of_a_contract_are_read_from_the_commit(here: Path, reference: str, says: str) -> None:
    if says:
        assert operation(f"{reference}:api/openapi.yaml", here) == (f"{reference}:api/parts/a.yaml", says)
    else:
        assert refused(f"{reference}:api/openapi.yaml", here).startswith(f"there is no file and no commit '{reference}'")


def test_a_hash_and_its_beginning_name_a_commit(here: Path) -> None:
    whole = git(here, "rev-parse", "v1.0.0")
    assert operation(f"{whole}:api/openapi.yaml", here)[1] == "part"
    assert operation(f"{whole[:8]}:api/openapi.yaml", here)[1] == "part"


def test_an_annotated_tag_names_its_commit(here: Path) -> None:
    git(here, "-c", "user.name=a", "-c", "user.email=a@b", "tag", "--annotate", "--message=1", "v1", "v1.0.0")
    assert operation("v1:api/openapi.yaml", here)[1] == "part"


def test_a_path_counts_from_the_root_and_one_with_a_dot_from_here(here: Path) -> None:
    assert operation("main:api/openapi.yaml", here / "api")[0] == "main:api/parts/a.yaml"
    assert operation("main:./openapi.yaml", here / "api")[0] == "main:./parts/a.yaml"
    assert operation("main:../api/openapi.yaml", here / "api")[0] == "main:../api/parts/a.yaml"


def test_what_is_staged_is_named_by_a_colon_alone(here: Path) -> None:
    (here / "api/openapi.yaml").write_text(SPLIT)
    (here / "api/parts/a.yaml").write_text(PART.replace("part", "staged"))
    git(here, "add", "--all")
    (here / "api/parts/a.yaml").write_text("not to be read")
    assert operation(":api/openapi.yaml", here) == (":api/parts/a.yaml", "staged")
    assert refused(":api/opnapi.yaml", here) == "the index of git has no file 'api/opnapi.yaml'; write REF:PATH, or stage it"
    assert refused(":api", here).startswith("the index of git has no file 'api'")


@pytest.mark.parametrize("text", ["main:api", "main:api/", "main:./", "main:."])
def test_a_folder_of_a_commit_has_the_contracts_that_it_has_on_disk(here: Path, text: str) -> None:
    committed(here, {"api/openapi.yaml": SPLIT, "api/v2/shop.json": '{"openapi": "3.0.3", "paths": {}}', "api/.x/a.yaml": WHOLE})
    (here / "api/openapi.yaml").unlink()
    found = named(text, here / "api" if "." in text else here)
    assert list(found.contracts) == ["openapi.yaml", "v2/shop.json"]
    assert found.folder
    assert [contract.path for contract in found.contracts.values()] == [here / "api/openapi.yaml", here / "api/v2/shop.json"]


def test_the_root_of_a_commit_is_a_folder(here: Path) -> None:
    committed(here, {"api/openapi.yaml": SPLIT})
    assert {path: found.shown for path, found in named("main:", here).contracts.items()} == {
        "api/openapi.yaml": "main:api/openapi.yaml"
    }


def test_a_contract_of_a_commit_knows_where_it_would_lie(here: Path) -> None:
    (found,) = named("main:./openapi.yaml", here / "api").contracts.values()
    assert found.path == here / "api/openapi.yaml"


def test_a_bare_repository_is_read(here: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(here), "bare")
    assert operation("main:api/openapi.yaml", tmp_path / "bare")[1] == "another"


# What is not there


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("man:api/openapi.yaml", "there is no file and no commit 'man' here; did you mean 'main'?"),
        ("v1.0:api/openapi.yaml", "there is no file and no commit 'v1.0' here; did you mean 'v1.0.0'?"),
        ("main:openapi.yaml", "'main' has no 'openapi.yaml'; did you mean 'main:api/openapi.yaml'?"),
        ("main:api/opnapi.yaml", "'main' has no 'api/opnapi.yaml'; did you mean 'main:api/openapi.yaml'?"),
        ("main:zzz", "'main' has no 'zzz'; its path counts from the root, ./PATH from here"),
        ("main:api/openapi.yaml/x", "'main:api/openapi.yaml/x' cannot be read: its path leads through a file"),
        ("main:../x.yaml", "'main:../x.yaml' leads out of the repository"),
        ("main:api/../../x.yaml", "'main:api/../../x.yaml' leads out of the repository"),
        ("HEAD~9:api/openapi.yaml", "there is no file and no commit 'HEAD~9' here; one of: main, v1.0.0"),
    ],
)
def test_what_is_not_there_is_refused_with_what_was_most_likely_meant(here: Path, text: str, said: str) -> None:
    assert refused(text, here) == said


def test_a_clone_of_the_last_commit_alone_says_how_to_get_the_others(here: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", here.as_uri(), "shallow")
    assert refused("HEAD~1:api/openapi.yaml", tmp_path / "shallow").endswith("run: git fetch --unshallow")


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    assert refused("main:openapi.yaml", tmp_path) == (
        "there is no file 'main:openapi.yaml', and git cannot read one of a commit here: "
        "not a git repository (or any of the parent directories): .git"
    )


def test_without_git_it_says_what_to_install(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(here))
    assert "git is not installed" in refused("main:api/openapi.yaml", here)


def test_a_repository_that_somebody_else_owns_is_named_with_what_git_says(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert "dubious ownership" in refused("main:api/openapi.yaml", here)


def test_a_folder_of_another_repository_is_no_folder_of_this_one(here: Path) -> None:
    git(here, "update-index", "--add", "--cacheinfo", f"160000,{git(here, 'rev-parse', 'HEAD')},lent")
    git(here, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message=lent")
    assert refused("main:lent", here).startswith("'main' has no 'lent'")
    assert "lent" not in named("main:", here).contracts


# What is made to hurt


@pytest.mark.parametrize(
    "text",
    [
        "-x:api/openapi.yaml",
        "--output=owned:api/openapi.yaml",
        "--upload-pack=touch owned:api",
        "$(touch owned):api",
        "`touch owned`:api",
        "main:-x",
        "main:--output=owned",
        "main:api/openapi.yaml\nmain:secret.yaml",
        "ma\x00in:x",
        "main:" + "a/" * 5000,
        "main" * 5000 + ":x",
        "\udcff:x",
        "main:\udcff",
        "HEAD^{tree}{:x",
        ":/as it is",
        ":0:nowhere",
        "::",
        "main^{commit}^{/:x",
        "main..HEAD:x",
        "^main:x",
    ],
)
def test_whatever_is_written_is_a_name_to_git_and_never_an_option(here: Path, text: str) -> None:
    before = sorted(path.name for path in here.iterdir())
    assert refused(text, here)
    assert sorted(path.name for path in here.iterdir()) == before


PIECES = (
    "main",
    "HEAD",
    "v1.0.0",
    "api",
    "openapi.yaml",
    "parts",
    ":",
    "/",
    ".",
    "..",
    "^",
    "~",
    "@",
    "{",
    "}",
    "{tree}",
    "-",
    "--",
    "1",
    " ",
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES) | st.characters(), max_size=12).map("".join))
def test_any_text_names_a_version_or_is_refused_in_a_sentence(here: Path, text: str) -> None:
    assume(not os.path.exists(here / text))  # a folder anywhere on this machine is another matter
    with contextlib.suppress(UsageError):
        found = named(text, here)
        assert all(contract.shown for contract in found.contracts.values())
    assert operation("main:api/openapi.yaml", here)[1] == "another"


def test_links_are_followed_in_the_folder_of_the_contract_and_not_out_of_it(here: Path) -> None:
    links = {"in.yaml": "parts/a.yaml", "out.yaml": "../secret.yaml", "up": "..", "loop.yaml": "loop.yaml", "gone.yaml": "x.yaml"}
    for name, target in links.items():
        (here / "api" / name).symlink_to(target)
    (here / "api/absolute.yaml").symlink_to("/etc/passwd")
    for reference in ("out.yaml", "up/secret.yaml", "absolute.yaml", "../secret.yaml", "loop.yaml", "gone.yaml"):
        committed(here, {"api/openapi.yaml": CONTRACT.replace("REF", reference)})
        with pytest.raises(ContractError) as raised:
            operation("main:api/openapi.yaml", here)
        code = "ref-missing-file" if reference in ("loop.yaml", "gone.yaml") else "ref-outside"
        assert [problem.code for problem in raised.value.problems] == [code]
    committed(here, {"api/openapi.yaml": CONTRACT.replace("REF", "in.yaml"), "api/parts/a.yaml": PART})
    assert operation("main:api/openapi.yaml", here) == ("main:api/in.yaml", "part")


def test_a_contract_that_is_a_link_out_of_its_folder_is_refused(here: Path) -> None:
    (here / "api/link.yaml").symlink_to("../secret.yaml")
    committed(here, {})
    with pytest.raises(ContractError, match=r"^main:api/link.yaml:1:1: 'link.yaml' leads out of"):
        operation("main:api/link.yaml", here)


def test_links_of_a_folder_are_told_and_not_compared(here: Path) -> None:
    (here / "api/link.yaml").symlink_to("openapi.yaml")
    committed(here, {"api/openapi.yaml": SPLIT})
    found = named("main:api", here)
    assert list(found.contracts) == ["openapi.yaml"]
    assert found.passed_over == ("main:api/link.yaml is a symbolic link, and not compared",)


def test_a_huge_file_is_refused_before_any_of_it_is_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_module, "MOST_BYTES", 10)
    with Repository(here) as asked:
        store = Commit(asked, f"{git(here, 'rev-parse', 'main:api')}:", "main:api")
        with pytest.raises(Refused, match="more than 10 bytes"):
            store.contents(PurePosixPath("openapi.yaml"))
        assert list(asked.processes) == ["--batch-check"]


def test_a_name_of_two_lines_is_not_asked_for_and_mixes_up_no_answers(here: Path) -> None:
    with Repository(here) as asked:
        assert asked.named("main\nmain:api") is None
        found = asked.named("main:secret.yaml")
        assert found is not None
        assert asked.contents(found) == PART.encode()


def test_a_file_whose_content_is_lost_is_not_called_missing(here: Path) -> None:
    lost = git(here, "rev-parse", "main:api/parts/a.yaml")
    (here / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(ContractError, match="cannot be followed: git has its name and not what is in it; fetch it"):
        operation("main:api/openapi.yaml", here)


def test_a_file_of_which_git_has_one_half_is_refused(here: Path) -> None:
    committed(here, {"api/openapi.yaml": SPLIT, "api/parts/a.yaml": random.Random(1).randbytes(500_000)})
    half = git(here, "rev-parse", "main:api/parts/a.yaml")
    stored = here / ".git/objects" / half[:2] / half[2:]
    stored.chmod(0o644)
    os.truncate(stored, 250_000)
    git(here, "config", "core.bigFileThreshold", "1k")  # above it, git hands out a file as it reads it
    with pytest.raises(ContractError, match="cannot be followed: git has its name and not what is in it"):
        operation("main:api/openapi.yaml", here)


def test_a_bomb_of_gzip_goes_off_nowhere(here: Path) -> None:
    committed(here, {"api/openapi.yaml.gz": gzip.compress(b" " * (MOST_BYTES + 1))})
    with pytest.raises(ContractError, match="more than 20,000,000 bytes"):
        operation("main:api/openapi.yaml.gz", here)


def test_a_file_that_gzip_packed_is_read(here: Path) -> None:
    committed(here, {"api/openapi.yaml.gz": gzip.compress(SPLIT.encode()), "api/parts/a.yaml": PART})
    assert operation("main:api/openapi.yaml.gz", here)[1] == "part"


def test_a_file_after_one_that_was_refused_is_still_read_right(here: Path) -> None:
    committed(here, {"api/openapi.yaml": SPLIT, "api/parts/a.yaml": PART, "api/more.yaml": "more: 1"})
    with Repository(here) as asked:
        store = Commit(asked, f"{git(here, 'rev-parse', 'main:api')}:", "main:api")
        for name in ("nowhere.yaml", "parts", "openapi.yaml/x", "parts/b.yaml", ""):
            with pytest.raises(Refused):
                store.contents(PurePosixPath(name))
        assert store.contents(PurePosixPath("more.yaml")) == b"more: 1"
        assert store.contents(PurePosixPath("parts/a.yaml")) == PART.encode()


def test_nothing_that_a_repository_brings_along_is_run(here: Path) -> None:
    script = here / ".git/owned.sh"
    script.write_text(f"#!/bin/sh\ntouch {here}/owned\ncat\n")
    script.chmod(0o755)
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (here / ".git/hooks").mkdir(exist_ok=True)
        (here / ".git/hooks" / hook).symlink_to(script)
    for key in ("core.fsmonitor", "core.pager", "filter.f.smudge", "diff.f.textconv", "core.sshCommand", "alias.cat-file"):
        git(here, "config", key, f"!{script}" if key.startswith("alias") else str(script))
    (here / ".git/info/attributes").write_text("* filter=f diff=f\n")
    assert operation("main:api/openapi.yaml", here)[1] == "another"
    assert list(named("main:api", here).contracts) == ["openapi.yaml"]
    assert not (here / "owned").exists()


def test_what_a_partial_clone_lacks_is_told_and_not_fetched(here: Path, tmp_path: Path) -> None:
    git(here, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", here.as_uri(), "partial")
    lacking = git(tmp_path / "partial", "rev-list", "--objects", "--missing=print", "--all")
    assert refused("main:api/openapi.yaml", tmp_path / "partial").endswith(
        "git has its name and not what is in it; fetch it, or check the commit out"
    )
    with Repository(tmp_path / "partial") as asked:
        store = Commit(asked, f"{git(here, 'rev-parse', 'main:api')}:", "main:api")
        for _ in range(2):
            with pytest.raises(Refused, match="git has its name and not what is in it"):
                store.contents(PurePosixPath("openapi.yaml"))
        with pytest.raises(Refused, match="there is no such file"):
            store.contents(PurePosixPath("nowhere.yaml"))
    assert git(tmp_path / "partial", "rev-list", "--objects", "--missing=print", "--all") == lacking
    assert "?" in lacking


def test_no_process_outlives_what_was_asked(here: Path) -> None:
    with Repository(here) as asked:
        source("main:api/openapi.yaml", here, asked, network=False, stdin=io.BytesIO).contracts["openapi.yaml"].read()
        processes = list(asked.processes.values())
        assert [process.poll() for process in processes] == [None, None]
    assert all(process.poll() is not None for process in processes)


def test_a_repository_whose_objects_are_damaged_is_an_error_and_no_hang(here: Path) -> None:
    tree = git(here, "rev-parse", "main^{tree}")
    damaged = here / ".git/objects" / tree[:2] / tree[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    assert subprocess.run(["git", "fsck"], cwd=here, capture_output=True, check=False).returncode
    assert refused("main:api/openapi.yaml", here)
