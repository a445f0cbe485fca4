"""A query in short forms asks for the full forms too, and the other way round, as the archive's own documents define
them: 长护险 is 长期护理保险 where one says so.

A definition acts only for those who may see the document that makes it.
"""

from collections.abc import Iterable, Mapping

from indexer.build.derivations import Abbreviations
from indexer.snapshot import Snapshot
from indexer.terms import analyzer
from search_api.remembered import remembered

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

    def expanded(self, text: str) -> str:
        """The text, followed by the other form of every form that stands in it.

        >>> Synonyms([("长期护理保险", "长护险")]).expanded("长护险怎么申请")
        '长护险怎么申请 长期护理保险'
        >>> Synonyms([("长期护理保险", "长护险"), ("长江护岸险工", "长护险")]).expanded("长护险怎么申请")
        '长护险怎么申请'
        """
        if len(text) > _MAX_LENGTH or not self._others:
            return text
        plain = analyzer.normalise(text)
        added = {other for form, others in self._others.items() if form in plain for other in others}
        return " ".join([text, *sorted(other for other in added if other not in plain)])


@remembered
def synonyms_of(snapshot: Snapshot) -> Synonyms:
    """The forms that the documents of a snapshot define."""
    return Synonyms(map(_pair, snapshot.derived(Abbreviations.name, Abbreviations.version)))


def _pair(row: Mapping[str, object]) -> tuple[str, str]:
    return str(row["full"]), str(row["short"])
