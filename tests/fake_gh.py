"""Stands in for GitHub's ``gh api``: the comments of a pull request are in the file that GH_COMMENTS names, a page a line."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import jq

OURS = "github-actions[bot]"


def main() -> None:
    """Answer one call; a comment that is new goes to the last page, as that of the token's own user."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["api"])
    parser.add_argument("--method", default="GET")
    parser.add_argument("--field", default="")
    parser.add_argument("--jq", default=".")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("path")
    asked = parser.parse_args()
    file = Path(os.environ["GH_COMMENTS"])
    pages = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    if asked.method == "GET":
        for page in pages if asked.paginate else pages[:1]:
            for found in jq.compile(asked.jq).input_value(page):
                print(found)
        return
    name, _, source = asked.field.partition("=@")
    body = {name: Path(source).read_text(encoding="utf-8")}
    if asked.method == "PATCH":
        (comment,) = (each for page in pages for each in page if asked.path.endswith(f"/issues/comments/{each['id']}"))
        comment.update(body)
    else:
        pages[-1].append(
            {"id": 1 + max((each["id"] for page in pages for each in page), default=0), "user": {"login": OURS}, **body}
        )
    file.write_text("".join(json.dumps(page) + "\n" for page in pages), encoding="utf-8")


if __name__ == "__main__":
    main()
