"""What an archive holds, counted: for the search form, the front page and the page of its state."""

from collections import Counter
from dataclasses import dataclass

from indexer.snapshot import Snapshot
from search_api.labels import label_of
from search_api.remembered import remembered

_LATEST = 5


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
    )
