"""What every page owes its reader, checked on its HTML (habit 19): structure, labels, tokens."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NEEDS_LABEL = {"input", "select", "textarea"}
NO_LABEL_TYPES = {"hidden", "submit", "button", "image", "reset"}
REQUESTS = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete")
#: Sixteen (NIK), eighteen (NIP) or ten to fifteen digits (account, phone) in a row.
LONG_NUMBER = re.compile(r"(?<![0-9a-f-])\d{10,18}(?![0-9a-f-])")


@dataclass
class Node:
    tag: str
    attrs: dict[str, str]
    parent: Node | None
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self) -> list[Node]:
        found = [self]
        for child in self.children:
            found += child.all()
        return found

    def words(self) -> str:
        return " ".join([self.text, *(child.words() for child in self.children)]).strip()

    def inside(self, tag: str) -> Node | None:
        node: Node | None = self
        while node is not None and node.tag != tag:
            node = node.parent
        return node


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("", {}, None)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        twice = [name for name, count in Counter(name for name, _ in attrs).items() if count > 1]
        self.faults += [f"<{tag}> has {name} twice" for name in twice]
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.here.tag != tag:
            self.faults.append(f"</{tag}> closes <{self.here.tag}>")
            return
        self.here = self.here.parent or self.root

    def handle_data(self, data: str) -> None:
        self.here.text += data


def read(html: str) -> tuple[Node, list[str]]:
    """The tree, and what is wrong with its nesting."""
    reader = _Reader()
    reader.feed(html)
    if reader.here is not reader.root:
        reader.faults.append(f"<{reader.here.tag}> is never closed")
    return reader.root, reader.faults


def faults_of_page(html: str, url: str = "/") -> list[str]:
    """Everything wrong with a whole page."""
    root, faults = read(html)
    nodes = root.all()
    faults += (
        _frame(nodes, url) + _ids(nodes) + _fields(nodes) + _forms(nodes) + _inline(nodes) + _htmx(nodes)
    )
    return faults + _wording(nodes)


def _frame(nodes: list[Node], url: str) -> list[str]:
    found = []
    nodes = [node for node in nodes if node.tag != "title" or node.inside("svg") is None]
    tags = Counter(node.tag for node in nodes)
    found += [f"{tags[tag]} <{tag}>" for tag in ("h1", "title", "main", "html") if tags[tag] != 1]
    title = next((node.words() for node in nodes if node.tag == "title"), "")
    h1 = next((" ".join(node.words().split()) for node in nodes if node.tag == "h1"), "")
    if not all(part.strip() for part in title.rpartition(" – ")):
        found.append(f"title is {title!r}")
    if not h1:
        found.append("h1 is empty")
    if LONG_NUMBER.search(title) or LONG_NUMBER.search(url):
        found.append("a long number stands in the title or the address")
    html = next((node for node in nodes if node.tag == "html"), None)
    if html is None or html.attrs.get("lang") != "id":
        found.append("lang is not id")
    links = [node for node in nodes if node.tag == "a"]
    if not links or not links[0].attrs.get("href", "").startswith("#"):
        found.append("the first link is no skip link")
    levels = [int(node.tag[1]) for node in nodes if re.fullmatch(r"h[1-6]", node.tag)]
    found += [
        f"h{low} is followed by h{high}"
        for low, high in zip(levels, levels[1:], strict=False)
        if high > low + 1
    ]
    found += [
        f"<img src={node.attrs.get('src')}> has no alt"
        for node in nodes
        if node.tag == "img" and "alt" not in node.attrs
    ]
    found += ["link without words" for node in links if not _name(node, nodes)]
    found += ["button without words" for node in nodes if node.tag == "button" and not _name(node, nodes)]
    return found


def _name(node: Node, nodes: list[Node]) -> str:
    pictures = " ".join(one.attrs.get("alt", "") for one in node.all() if one.tag == "img")
    titles = " ".join(one.words() for one in node.all() if one.tag == "title")
    return f"{node.attrs.get('aria-label', '')}{node.words()}{pictures}{titles}".strip()


def _ids(nodes: list[Node]) -> list[str]:
    ids = Counter(node.attrs["id"] for node in nodes if "id" in node.attrs)
    found = [f"id {name!r} {count} times" for name, count in ids.items() if count > 1]
    for node in nodes:
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            for name in node.attrs.get(attribute, "").split():
                if name not in ids:
                    found.append(f"{attribute}={name!r} points to nothing")
        if node.tag == "a" and node.attrs.get("href", "").startswith("#"):
            name = node.attrs["href"][1:]
            if name and name not in ids:
                found.append(f"href=#{name} points to nothing")
    return found


def _fields(nodes: list[Node]) -> list[str]:
    labelled = {node.attrs["for"] for node in nodes if node.tag == "label" and "for" in node.attrs}
    found = []
    for node in nodes:
        if node.tag not in NEEDS_LABEL or node.attrs.get("type") in NO_LABEL_TYPES:
            continue
        named = node.attrs.get("aria-label") or node.attrs.get("aria-labelledby")
        if not (named or node.attrs.get("id") in labelled or node.inside("label")):
            found.append(f"<{node.tag} name={node.attrs.get('name')!r}> has no label")
        if node.attrs.get("type") == "radio" and node.inside("fieldset") is None:
            found.append(f"radio {node.attrs.get('name')!r} outside a fieldset")
    return found


def _forms(nodes: list[Node]) -> list[str]:
    found = []
    for form in (node for node in nodes if node.tag == "form"):
        inside = form.all()
        where = f"form {form.attrs.get('action', '')!r}"
        posts = form.attrs.get("method", "get").lower() == "post"
        tokens = [
            node for node in inside if node.attrs.get("name") == "csrf_token" and node.attrs.get("value")
        ]
        if posts and len(tokens) != 1:
            found.append(f"{where} posts with {len(tokens)} CSRF tokens")
        if not posts and tokens:
            found.append(f"{where} puts the CSRF token into the address")
        if not any(node.tag == "button" or node.attrs.get("type") == "submit" for node in inside):
            found.append(f"{where} has no button")
        if (
            any(node.attrs.get("type") == "file" for node in inside)
            and form.attrs.get("enctype") != "multipart/form-data"
        ):
            found.append(f"{where} sends no files")
    return found


def _inline(nodes: list[Node]) -> list[str]:
    found = []
    for node in nodes:
        found += [f"<{node.tag} {name}=…>" for name in node.attrs if name.startswith("on") or name == "style"]
        found += [f"<{node.tag} {name}=…>" for name in node.attrs if name.startswith(("hx-on", "hx-vars"))]
        found += [
            f"<{node.tag} {name}> runs a script"
            for name, value in node.attrs.items()
            if value.strip().lower().startswith(("javascript:", "js:"))
        ]
        if node.tag == "style" or (node.tag == "script" and (node.text.strip() or "src" not in node.attrs)):
            found.append(f"inline <{node.tag}>")
        for name in ("src", "href", "action", "data", "poster", *REQUESTS):
            if re.match(r"(https?:)?//", node.attrs.get(name, "")):
                found.append(f"<{node.tag} {name}={node.attrs[name]!r}> leaves the house")
    return found


def _htmx(nodes: list[Node]) -> list[str]:
    """Every request of htmx sits on a link or form that works without it, or in one that does."""
    found = []
    for node in nodes:
        asked = [name for name in REQUESTS if name in node.attrs]
        if not asked:
            continue
        where = f"<{node.tag} {asked[0]}={node.attrs[asked[0]]!r}>"
        works = (
            (node.tag == "a" and node.attrs.get("href"))
            or node.inside("form")
            or "form" in node.attrs
            or "load" in node.attrs.get("hx-trigger", "")
            or "every" in node.attrs.get("hx-trigger", "")
        )
        if not works:
            found.append(f"{where} does nothing without scripts")
        if node.tag == "a" and "hx-get" in node.attrs and not node.attrs.get("href"):
            found.append(f"{where} has no address")
    return found


def _wording(nodes: list[Node]) -> list[str]:
    """Left-overs of code in what people read."""
    body = next((node for node in nodes if node.tag == "main"), None)
    words = body.words() if body else ""
    found = [
        f"{word!r} in the text"
        for word in ("None", "Undefined", "{{", "{%", "True", "False", "<bound")
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", words)
    ]
    if re.search(r"StatusSurat|StatusAsuhan|Peran\.|datetime\.", words):
        found.append("a Python name in the text")
    return found
