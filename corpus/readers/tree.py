"""Parses a page's markup into a tree, without what a browser does not show, and walks it. Owns the html parser."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

Node = LexborNode

_DROPPED = [
    "script",
    "style",
    "noscript",
    "noframes",
    "template",
    "iframe",
    "object",
    "svg",
    "select",
    "button",
    "head",
]
_INLINE_NAMES = (
    "a abbr b bdi bdo big br cite code del em font i img input ins kbd label mark o:p q s samp small span st1:chsdate "
    "strike strong sub sup time tt u var wbr"
)
INLINE = frozenset(_INLINE_NAMES.split())
_HIDDEN_STYLE = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CHINESE = re.compile("[\u4e00-\u9fff]")

# The parser's time grows with the square of the depth (100,000 nested divs: 16 s); browsers stop at 512 too.
_MAX_DEPTH = 512
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)(?:[\s/][^<>]*)?>")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
_SELF_CLOSING = {"p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "html", "head", "body"}


def tree_of(html: str) -> LexborHTMLParser:
    """The tree of any markup, not deeper than a browser's."""
    return LexborHTMLParser(_flattened(html))


def frames_in(html: str) -> list[tuple[str, str]]:
    """The address of each frame of a page, and the page that is written into the frame's tag, if one is."""
    nodes = tree_of(html).css("frame, iframe")
    return [(node.attributes.get("src") or "", node.attributes.get("srcdoc") or "") for node in nodes]


def body_of(html: str) -> str:
    """A page without its head, as a piece of another page."""
    body = tree_of(html).body
    return f"<div>{body.inner_html}</div>" if body else ""


def drop_unseen(tree: LexborHTMLParser) -> None:
    """Takes out scripts and the like, and what is hidden."""
    tree.strip_tags(_DROPPED, recursive=True)
    _drop_hidden(tree)


def _drop_hidden(tree: LexborHTMLParser) -> None:
    """Takes out what a browser does not show, unless it is most of the text: a script shows that."""
    if not tree.body or not any(map(_is_hidden, tree.css("[hidden], [style]"))):
        return
    outermost: list[LexborNode] = []
    inside = length = unseen = 0  # elements around the node from the hidden one on; Chinese characters
    for node, entering in walk(tree.body):
        if node.is_text_node:
            length += (found := len(_CHINESE.findall(node.text_content or "")))
            unseen += found if inside else 0
        elif not node.is_element_node:
            continue
        elif entering and (inside or _is_hidden(node)):
            outermost += [] if inside else [node]
            inside += 1
        elif not entering and inside:
            inside -= 1
    if 2 * unseen <= length:
        for node in outermost:
            node.decompose()


def _is_hidden(node: LexborNode) -> bool:
    return node.tag != "body" and (
        "hidden" in node.attributes or bool(_HIDDEN_STYLE.search(node.attributes.get("style") or ""))
    )


def _flattened(html: str) -> str:
    """The html without tags that are nested too deep; a line break replaces a dropped block."""
    depth = dropped = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth, dropped
        closing, name = tag[1], tag[2].lower()
        if name in ("option", "optgroup"):
            return ""
        if name in _VOID or name in _SELF_CLOSING:
            return tag[0]
        if closing and not dropped:
            depth = max(0, depth - 1)
            return tag[0]
        if not closing and depth < _MAX_DEPTH:
            depth += 1
            return tag[0]
        dropped += -1 if closing else 1
        return "" if name in INLINE else "<br>"

    return _TAG.sub(keep, html)


def walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Yields every node below `root` with True where it begins, and every element again with False where it ends."""
    node = root.first_child
    while node is not None:
        yield node, True
        if node.is_element_node and (child := node.first_child) is not None:
            node = child
            continue
        if node.is_element_node:
            yield node, False
        while node.next is None:
            parent = node.parent
            if parent is None or parent.mem_id == root.mem_id:
                return
            node = parent
            yield node, False
        node = node.next
