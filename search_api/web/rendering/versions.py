"""The versions of a document, and how an older one differs from the current one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, zip_longest

from markupsafe import Markup

from indexer.archive import VersionKey
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.web.problems import RequestError
from search_api.web.rendering.marking import Span, marked

_RELATED = 0.5  # ratio of difflib from which two paragraphs are one that was reworded
_MAX_COMPARED = 2000  # tokens; difflib takes time with the square of the length
_TOKEN = re.compile(r"[0-9A-Za-z.]+|.", re.DOTALL)  # a number is changed as a whole, Chinese by the character


class VersionNotFoundError(RequestError):
    """No version of this name."""

    kind, title, status = "version-not-found", "没有这个版本", 404

    def __init__(self, name: str) -> None:
        super().__init__(f"这份答复没有名为“{name}”的版本。请去掉地址里的 version，从现行版本的版本列表中选择。")


@dataclass(frozen=True)
class Version:
    """`name` is its address; `stored_at` the moment at which the archive first held it, in ISO form."""

    name: str
    stored_at: str
    key: VersionKey
    is_current: bool


@dataclass(frozen=True)
class Change:
    """A paragraph of the older version and what it became; None where it is new or gone. What differs is marked."""

    before: Markup | None
    after: Markup | None


def versions_of(snapshot: Snapshot, entry: DocumentEntry) -> list[Version]:
    """Newest first. The current one is what the generation answers from, whichever came last."""
    doc_id, current = entry.doc_id, snapshot.document(entry).content_sha256
    return [
        Version(
            name=snapshot.version_name(v.content_sha256),
            stored_at=v.stored_at,
            key=VersionKey(doc_id, v.json_sha256),
            is_current=v.content_sha256 == current,
        )
        for v in reversed(snapshot.versions(doc_id))
    ]


def named(versions: list[Version], name: str) -> Version:
    """The version of that name, the current one for none. Raises VersionNotFoundError."""
    for version in versions:
        if version.name == name or (not name and version.is_current):
            return version
    raise VersionNotFoundError(name)


def changes(before: str, after: str) -> list[Change]:
    """The paragraphs in which two texts differ, in order.

    >>> [(str(c.before), str(c.after)) for c in changes("一\\n每餐补贴两元。", "一\\n每餐补贴三元。")]
    [('每餐补贴<mark>两</mark>元。', '每餐补贴<mark>三</mark>元。')]
    >>> [(str(c.before), str(c.after)) for c in changes("食堂31家", "食堂33家")]
    [('食堂<mark>31</mark>家', '食堂<mark>33</mark>家')]
    """
    return list(_changes(_paragraphs(before), _paragraphs(after)))


def _changes(old: list[str], new: list[str]) -> Iterator[Change]:
    for kind, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for before, after in zip_longest(old[i:i_end], new[j:j_end]):
            if before is None or after is None:
                yield _one_sided(before, after)
            else:
                yield from _compared(before, after)


def _compared(before: str, after: str) -> Iterator[Change]:
    """One paragraph reworded, or one that is gone and another that came."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if max(len(old), len(new)) > _MAX_COMPARED or matcher.ratio() < _RELATED:
        yield _one_sided(before, None)
        yield _one_sided(None, after)
        return
    differing = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    yield Change(
        marked(before, _spans(old, [(i, i_end) for _, i, i_end, _, _ in differing])),
        marked(after, _spans(new, [(j, j_end) for _, _, _, j, j_end in differing])),
    )


def _spans(tokens: list[str], ranges: list[Span]) -> list[Span]:
    """Ranges of tokens as spans of characters; without the empty ones."""
    starts = [0, *accumulate(map(len, tokens))]
    return [(starts[first], starts[end]) for first, end in ranges if first < end]


def _one_sided(before: str | None, after: str | None) -> Change:
    return Change(None if before is None else marked(before, ()), None if after is None else marked(after, ()))


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
