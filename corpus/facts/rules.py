"""The rules and findings that a document states: what is allowed or forbidden, needed or not, finished or not.

Words decide. Not for: whether two documents say the opposite (search_api.analyses.conflicting_rules).
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from corpus.types import Document

RuleKind = Literal["allowed", "needed", "finished"]

_SENTENCE = re.compile(r"[^。！？；\n]{6,400}[。！？；]?")
_CLAUSE_END = re.compile(r"[，。；：！？,;:]")
_SAID: dict[tuple[RuleKind, bool], re.Pattern[str]] = {
    ("allowed", True): re.compile(r"(?<!不)可以(?!说|看|理解)|允许|准予|即可"),
    ("allowed", False): re.compile(
        r"不得(?![高低多少大小超晚早])|禁止|严禁|不准|不允许|不能(?![不再仅低高])|不可(?![行避少抗能])|一律不"
    ),
    ("needed", True): re.compile(
        r"(?<![不无])(?:必须|须(?![知臾])|仍应|应当?(?=办理|取得|报|经|提交|缴|持|具备))|不能(?=[只仅])"
    ),
    ("needed", False): re.compile(
        r"不再(?=[^，。]{0,4}(?:办|要|需|审|报|提交|收))|无[需须]|不需|不必|不另|免[予于办交]|不用|即可"
    ),
    ("finished", True): re.compile(r"(?:全部|均已?|已经?)(?:覆盖|完成|建成|整改|达标)|基本解决|提前完成|已经?解决"),
    ("finished", False): re.compile(
        r"差了|[未没](?:能|有)?(?:完成(?!时间)|覆盖|建成|达到|实现|解决)|仍显?不足|尚未|落空"
    ),
}

_NOT_ALL = re.compile(r"还[差有]|仍有|剩|尚|应[在于当]|计划|确保|力争|目标任?务?是")
"""With these what is finished is a part, or a goal."""


class Rule(NamedTuple):
    """What the sentence at `start` says: `said` whether it is allowed, needed, finished. `clause` has the words,
    and `act` what follows them in it."""

    kind: RuleKind
    said: bool
    start: int
    quote: str
    clause: str
    act: str


def rules(document: Document) -> Iterator[Rule]:
    """The rules and findings of a document, in reading order; one a clause and kind.

    >>> [(kind, said) for (kind, said), pattern in _SAID.items() if pattern.search("架空层一律不得停放")]
    [('allowed', False)]
    """
    for sentence in _SENTENCE.finditer(document.text):
        quote = sentence[0].strip()
        start = sentence.start() + sentence[0].index(quote[:1])
        for (kind, said), pattern in _SAID.items():
            if kind == "finished" and said and _NOT_ALL.search(quote):
                continue
            if found := pattern.search(quote):
                yield Rule(kind, said, start, quote, *_clause(quote, found.start(), found.end()))


def _clause(sentence: str, start: int, end: int) -> tuple[str, str]:
    """The clause of the words at [start, end), and what follows them in it."""
    before = max((m.end() for m in _CLAUSE_END.finditer(sentence, 0, start)), default=0)
    after = _CLAUSE_END.search(sentence, end)
    last = after.start() if after else len(sentence)
    return sentence[before:last], sentence[end:last]
