"""What an archive holds, counted: for the search form, the front page and the page of its state."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.snapshot import Snapshot
from indexer.terms.thesaurus import concept_words
from search_api.labels import label_of
from search_api.remembered import remembered

_LATEST = 5
_TOPICS = 12
_LEAST_TOPIC = 3  # characters: shorter words name too much to be a topic


@dataclass(frozen=True)
class Latest:
    """One of the newest documents, for the front page."""

    doc_id: str
    label: str
    agency: str | None
    replied_on: str


@dataclass(frozen=True)
class Overview:
    """What a snapshot holds. `years` ascend; agencies and kinds come with the most frequent first or by name."""

    documents: int
    agencies: tuple[tuple[str, int], ...]
    years: tuple[tuple[int, int], ...]
    kinds: tuple[tuple[str, int], ...]
    latest: tuple[Latest, ...]
    topics: tuple[str, ...]
    """What titles are most often about, the most frequent first."""


@remembered
def overview_of(snapshot: Snapshot) -> Overview:
    """What a snapshot holds."""
    entries = snapshot.engine.entries()
    dated = [entry for entry in entries if entry.replied_on]
    newest = sorted(dated, key=lambda entry: (entry.replied_on or "", entry.doc_id), reverse=True)[:_LATEST]
    agencies = Counter(entry.agency for entry in entries if entry.agency)
    return Overview(
        documents=len(entries),
        agencies=tuple(sorted(agencies.items(), key=lambda item: (-item[1], item[0]))),
        years=tuple(sorted(Counter(entry.year for entry in entries if entry.year).items())),
        kinds=tuple(sorted(Counter(entry.kind for entry in entries).items())),
        latest=tuple(
            Latest(entry.doc_id, label_of(snapshot, entry), entry.agency, entry.replied_on or "") for entry in newest
        ),
        topics=tuple(_topics([label_of(snapshot, entry) for entry in entries])),
    )


def _topics(titles: Sequence[str]) -> list[str]:
    """The concepts of the thesaurus in the titles of two documents at least, each by its most frequent word there."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for title in titles:
        for word, concept in concept_words(title):
            if len(word) >= _LEAST_TOPIC:
                found[concept][word] += 1
    counted = sorted(found.values(), key=lambda words: (-words.total(), min(words)))
    return [words.most_common(1)[0][0] for words in counted if words.total() > 1][:_TOPICS]
