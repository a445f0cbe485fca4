"""Finds the documents that a document cites: 《title》 and the number that follows it."""

import re

from corpus.parser.layout import Layout
from corpus.parser.reference import bracketed, document_number
from corpus.types import Citation

_NUMBER_AFTER = re.compile(r"\s*[（(]([^（）()]{4,40}号)[)）]")
_NEAR = 40  # characters: the number of a proposal stands straight behind its title
_SELF = re.compile(r"建议|提案|意见|议案|方案|办法|通知")


def citations(layout: Layout, title: str | None) -> tuple[Citation, ...]:
    """Every 《…》 in the body, except the proposal itself and its short names (《建议》, 《提案》)."""
    found = []
    for start, end in bracketed(layout.text):
        name = layout.text[start + 1 : end - 1].strip()
        if (
            start < layout.body_start
            or not name
            or _SELF.fullmatch(name)
            or _is_proposal(name, layout.text[end : end + _NEAR], title)
        ):
            continue
        after = _NUMBER_AFTER.match(layout.text, end)
        number = document_number(after[1]) or after[1] if after else None
        found.append(Citation(title=name, number=number, start=start, end=end))
    return tuple(found)


def _is_proposal(name: str, after: str, title: str | None) -> bool:
    """Whether a citation is a proposal that the document answers: by its title or, in a joint reply, by its number."""
    if title and (name in title or title in name):
        return True
    return bool(re.search(r"(提案|建议|议案)$", name) and re.match(r"\s*[（(]\s*(建议|提案)?\s*第", after))
