"""Have we met this proposal? Documents that answered the same or nearly the same text, and those of the same member.

Compared are characters: shingles of three, and how many of the shorter text's stand in the longer one (containment;
Broder, "On the resemblance and containment of documents", 1997). A handful of candidates is compared exactly.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from corpus.language.shingles import shingles
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.desk.cases.model import Content
from search_api.hits import HitFinder
from search_api.labels import label_of
from search_api.query.language import LONGEST_QUERY, plain
from search_api.query.names import names_of

_CANDIDATES = 20
_SHINGLE = 3
_SAME, _NEAR = 0.8, 0.6
"""Containment from which a text is the same proposal again, and from which it is nearly the same."""
_LEAST = 5
"""Shingles below which a text says too little: 关于养老的提案."""
_MOST = 5
_FORMULA = re.compile(
    r"关于|进一步|加快|推进|加强|完善|做好|切实|我市|本市|全市|的?(?:提案|建议|议案|答复|复函|意见)|[\W_]"
)
_PROPOSER = re.compile(
    r"(?:^|\n)\s*(?:第一)?(?:提案人|提案者|提出人|建议人|领衔代表|领衔人|提案委员|代表姓名|委员姓名)\s*[：:]\s*(?P<names>[^\n]{2,80})"
)
_BETWEEN_NAMES = re.compile(r"[、，,;；\s（）()等]+")

Kind = Literal["same", "near", "member"]


class Earlier(NamedTuple):
    """A document that answered this before: the same text, nearly the same, or another of the same member's.

    `share` is how much of the shorter text stands in the longer one; `names` are the members in common.
    """

    kind: Kind
    entry: DocumentEntry
    label: str
    share: float
    names: tuple[str, ...] = ()


def earlier_answers(snapshot: Snapshot, content: Content) -> list[Earlier]:
    """The same and nearly the same first, at most five; then other answers to the same members, newest first."""
    alike = sorted(_alike(snapshot, content), key=lambda found: (-found.share, found.entry.doc_id))[:_MOST]
    known = {found.entry.key for found in alike}
    others = [found for found in _of_members(snapshot, content) if found.entry.key not in known]
    others.sort(key=lambda found: found.entry.replied_on or "", reverse=True)
    return alike + others[:_MOST]


def _alike(snapshot: Snapshot, content: Content) -> Iterator[Earlier]:
    title, asks = _shingles(content.title or ""), _shingles("".join(p.text for p in content.points))
    for entry in _near_documents(snapshot, content):
        document = snapshot.masked(entry)
        whole = _shingles((document.question or "") + "".join(document.answered_points))
        share = max(_contained(title, _shingles(document.title or "")), _contained(asks, whole))
        if share >= _NEAR:
            yield Earlier("same" if share >= _SAME else "near", entry, label_of(snapshot, entry), round(share, 2))


def _near_documents(snapshot: Snapshot, content: Content) -> list[DocumentEntry]:
    about = plain((content.title or content.points[0].text)[:LONGEST_QUERY])
    ranked = HitFinder(snapshot, about, "hybrid").ranked()
    return snapshot.engine.documents(ranked.documents[:_CANDIDATES])


def _contained(one: set[str], other: set[str]) -> float:
    """The share of the smaller set that is in both; 0 where that says too little."""
    least = min(len(one), len(other))
    return len(one & other) / least if least >= _LEAST else 0.0


def _shingles(text: str) -> set[str]:
    return shingles([_FORMULA.sub("", text)], _SHINGLE)


def proposers_in(source: str) -> list[str]:
    """The names after 提案人： and the like.

    >>> proposers_in("关于夜间公交的提案\\n提案人：周小平、民盟松澜市委\\n末班车太早。")
    ['周小平', '民盟松澜市委']
    """
    found = _PROPOSER.search(source)
    return [name for name in _BETWEEN_NAMES.split(found["names"]) if len(name) > 1] if found else []


def _of_members(snapshot: Snapshot, content: Content) -> Iterator[Earlier]:
    held: dict[int, list[str]] = {}
    for name in proposers_in(content.source):
        for named in names_of(snapshot).found(name):
            if named.kind == "member" and named.text == name:
                for key in named.documents.tolist():
                    held.setdefault(key, []).append(name)
    if held:
        for entry in snapshot.engine.documents(np.array(sorted(held), dtype=np.int64)):
            yield Earlier("member", entry, label_of(snapshot, entry), 0.0, tuple(held[entry.key]))
