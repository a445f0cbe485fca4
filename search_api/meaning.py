"""What sentences of a pasted proposal mean, by the encoder that knows ordinary language, for telling which of them ask.

Not for: finding answers.
"""

from collections.abc import Sequence
from threading import Lock

from cachetools import LRUCache

from corpus.proposals import Meaning
from indexer.encoders.general import GeneralEncoder
from indexer.snapshot import Snapshot

_known: LRUCache[tuple[str, str], list[float]] = LRUCache(4096)
"""By the encoder's fingerprint and the sentence: a page that shows a proposal takes it apart again."""
_lock = Lock()


def meaning_of(snapshot: Snapshot) -> Meaning | None:
    """None where no encoder of this archive knows ordinary language."""
    encoder = snapshot.encoder.slow or snapshot.encoder
    if not isinstance(encoder, GeneralEncoder):
        return None

    def meaning(texts: Sequence[str]) -> list[list[float]]:
        with _lock:
            found = {text: _known[key] for text in texts if (key := (encoder.fingerprint, text)) in _known}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        made = dict(zip(new, encoder.encode_queries(new).tolist(), strict=True))
        with _lock:
            _known.update({(encoder.fingerprint, text): vector for text, vector in made.items()})
        vectors = found | made
        return [vectors[text] for text in texts]

    return meaning
