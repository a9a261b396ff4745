"""A page of the web in one file: nothing to load, no script, a style that its own policy lets in, and text that is only text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from cxcontracts.sanitise import harmless_line

_LONGEST: Final = 1000
"""How many characters of one text are shown."""


def web_page(title: str, style: str) -> tuple[Element, Element]:
    """Return an empty page, and its body."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = Element("html", {"lang": "en"})
    head = SubElement(page, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    add(head, "title", title)
    SubElement(head, "style").text = style
    return page, SubElement(page, "body")


def add(parent: Element, tag: str, text: str = "", attributes: Mapping[str, str] | None = None) -> Element:
    """Add an element with a text that is harmless, whoever wrote it; the attributes have to be ours."""
    made = SubElement(parent, tag, dict(attributes or {}))
    if text:
        made.text = harmless_line(text, _LONGEST)
    return made


def size(element: Element) -> int:
    """Return how many bytes an element takes."""
    return len(ElementTree.tostring(element, encoding="utf-8", method="html"))


def written(page: Element) -> str:
    """Return a page as its file says it."""
    return "<!DOCTYPE html>\n" + ElementTree.tostring(page, encoding="unicode", method="html") + "\n"
