"""Documents as they may leave the system, each masked once a generation.

A document is masked whole and then cut: in a passage alone, a name may stand without the label before it that tells
that it is one.
"""

from collections import OrderedDict
from threading import Lock
from weakref import WeakKeyDictionary

from corpus.privacy import mask_document
from corpus.types import Document
from indexer.build.generation import Generation

_KEPT = 512  # documents a generation; one of 3,000 characters takes 1.5 ms to mask and 10 kB

_masked: WeakKeyDictionary[Generation, OrderedDict[int, Document]] = WeakKeyDictionary()
_lock = Lock()


def masked(generation: Generation, ordinal: int) -> Document:
    """The document at a position of `table.documents`, its personal data masked; offsets hold."""
    with _lock:
        kept = _masked.setdefault(generation, OrderedDict())
        if ordinal in kept:
            kept.move_to_end(ordinal)
            return kept[ordinal]
    document = mask_document(generation.document(ordinal))
    with _lock:
        kept[ordinal] = document
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    return document
