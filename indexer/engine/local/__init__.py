"""The embedded engine: tantivy for passages, postings for documents, FAISS for vectors, a table of rows.

This is its face. Rows, ordinals, masks and postings are known in this folder and nowhere else.
"""

from indexer.engine.local import postings_builder
from indexer.engine.local.engine import LocalEngine
from indexer.engine.local.postings import Postings
from indexer.engine.local.segment_writer import Kept, SegmentWriter
from indexer.paths import GenerationPaths
from indexer.terms.kinds import Kind, Terms

__all__ = ["Kept", "LocalEngine", "SegmentWriter", "unheld"]


def unheld(paths: GenerationPaths, terms: Terms) -> dict[Kind, list[str]]:
    """The terms that no document of a generation holds, in any kind."""
    return postings_builder.unheld(Postings.load(paths.lexical_documents), terms)
