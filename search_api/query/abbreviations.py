"""A query in short forms asks for the full forms too, and the other way round, as the archive's own documents define
them, or as the thesaurus has them: 长护险 is 长期护理保险.

A definition acts only for those who may see the document that makes it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import permutations

from indexer.build.derivations import Abbreviations
from indexer.snapshot import Snapshot
from indexer.terms import analyzer, thesaurus
from search_api.remembered import remembered

_MIN_SHORT = 3  # characters of an everyday abbreviation: shorter ones are words of their own
_MAX_WAYS = 3  # of saying a query otherwise: each is another retrieval
_MAX_LENGTH = 100  # characters of a query: a longer text says everything in several ways already


class Synonyms:
    """Short and full forms that stand for each other. A short form that stands for several things stands for none."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """From (full, short) pairs."""
        full_forms: dict[str, set[str]] = {}
        for full, short in pairs:
            full_forms.setdefault(analyzer.normalise(short), set()).add(analyzer.normalise(full))
        clear = {short: fulls.pop() for short, fulls in full_forms.items() if len(fulls) == 1}
        self._others: dict[str, set[str]] = {}
        for short, full in clear.items():
            self._others.setdefault(short, set()).add(full)
            self._others.setdefault(full, set()).add(short)

    @property
    def forms(self) -> list[str]:
        """Every form that stands for another."""
        return list(self._others)

    def expanded(self, text: str, holds: Callable[[str], bool] = bool) -> str:
        """The text, followed by the other form of every form that stands in it, where the archive holds that one.

        A form that no document has would only make each hold less of what is asked.

        >>> Synonyms([("长期护理保险", "长护险")]).expanded("长护险怎么申请")
        '长护险怎么申请 长期护理保险'
        >>> Synonyms([("长期护理保险", "长护险"), ("长江护岸险工", "长护险")]).expanded("长护险怎么申请")
        '长护险怎么申请'
        """
        added = {other for _, other in self._other_forms(text, holds)}
        return " ".join([text, *sorted(added)])

    def ways(self, text: str, holds: Callable[[str], bool] = bool) -> list[str]:
        """The text as it is and with one of its forms in place of another, a few of them; none where it has no other
        form. A document says it one way, and seldom both.

        >>> Synonyms([("长期护理保险", "长护险")]).ways("长护险怎么申请")
        ['长护险怎么申请', '长期护理保险怎么申请']
        """
        plain = analyzer.normalise(text)
        others = [plain.replace(form, other) for form, other in self._other_forms(text, holds)]
        return [text, *others[:_MAX_WAYS]] if others else []

    def _other_forms(self, text: str, holds: Callable[[str], bool]) -> list[tuple[str, str]]:
        """Each form that stands in the text with another that does not and that the archive holds, sorted."""
        if len(text) > _MAX_LENGTH or not self._others:
            return []
        plain = analyzer.normalise(text)
        pairs = [(form, other) for form, others in self._others.items() if form in plain for other in others]
        return sorted((form, other) for form, other in pairs if other not in plain and holds(other))


@remembered
def synonyms_of(snapshot: Snapshot) -> Synonyms:
    """The forms that the documents of a snapshot define, and those that everybody knows."""
    defined = [_pair(row) for row in snapshot.derived(Abbreviations.name, Abbreviations.version)]
    known = {analyzer.normalise(short) for _, short in defined}
    return Synonyms([*defined, *(pair for pair in _everyday() if pair[1] not in known)])


@cache
def _everyday() -> tuple[tuple[str, str], ...]:
    """The abbreviations in the thesaurus, as (full, short): words of one concept of which the shorter has characters of
    every word of the longer, in order."""
    return tuple(
        (full, short)
        for group in thesaurus.groups()
        for full, short in permutations(group, 2)
        if len(full) > len(short) >= _MIN_SHORT and short not in full and _takes_of_each(short, full)
    )


def _takes_of_each(short: str, full: str) -> bool:
    if short[0] != full[0] or short[-1] != full[-1]:
        return False
    words = analyzer.words(full)
    whole = [word for word in words if not any(word != other and word in other for other in words)]
    one_of_each = "".join(f"{re.escape(word[0])}?[{re.escape(word[1:])}]?" if word[1:] else word for word in whole)
    return bool(re.fullmatch(one_of_each, short)) and len(short) >= len(whole)


def _pair(row: Mapping[str, object]) -> tuple[str, str]:
    return str(row["full"]), str(row["short"])
