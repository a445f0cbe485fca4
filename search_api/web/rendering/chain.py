"""The strip of a document's page: the earlier and later answers to the same ask, each with what changed."""

from dataclasses import dataclass

from markupsafe import Markup

from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.analyses.lineage import ChainDocument, lineage
from search_api.analyses.related import RelatedPassages
from search_api.labels import date_label, label_of
from search_api.web.rendering.marking import excerpt, marked

_EXCERPT = 64  # characters: one line on a desk, two on a phone


@dataclass(frozen=True)
class Changed:
    """A sentence of the earlier document and one of the later, what the other does not say marked in either."""

    earlier: Markup
    later: Markup


@dataclass(frozen=True)
class Step:
    """A document of the chain; `said` is how its most telling sentence differs, None for the document of the page and
    where nothing is told."""

    doc_id: str
    anchor: str | None
    label: str
    agency: str | None
    when: str
    is_this: bool
    said: Markup | None
    changes: tuple[Changed, ...]
    carried_over: tuple[str, ...]


def steps_of(snapshot: Snapshot, entry: DocumentEntry, related: RelatedPassages) -> list[Step]:
    """The chain in order of time; empty where the document stands alone. `related` are those of its passages."""
    chain = lineage(snapshot, entry, related).chain
    place = next((at for at, document in enumerate(chain) if document.doc_id == entry.doc_id), 0)
    return [_step(snapshot, document, at - place) for at, document in enumerate(chain)]


def _step(snapshot: Snapshot, document: ChainDocument, after: int) -> Step:
    """`after`: how many places a document comes after the one of the page; negative before it."""
    entry = snapshot.engine.find(document.doc_id)
    assert entry is not None  # the chain is of this snapshot
    side = 0 if after < 0 else 1
    pairs = list(zip(document.changed, document.marks, strict=True))
    return Step(
        doc_id=document.doc_id,
        anchor=document.passage_id.rpartition("#")[2] if document.passage_id and after else None,
        label=label_of(snapshot, entry),
        agency=document.agency,
        when=date_label(document.replied_on) if document.replied_on else f"{entry.year}年",
        is_this=not after,
        said=excerpt(pairs[0][0][side], pairs[0][1][side], _EXCERPT) if pairs else None,
        changes=tuple(Changed(marked(old, of_old), marked(new, of_new)) for (old, new), (of_old, of_new) in pairs),
        carried_over=tuple(later for _, later in document.carried_over),
    )
