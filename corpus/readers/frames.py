"""Adds to a web page what stands in its frames: browsers save each as a file of its own."""

import re
from collections.abc import Callable

from corpus.readers.parts import Frames
from corpus.readers.tree import body_of, frames_in

_MAX_FRAMES, _MAX_DEPTH = 20, 2
_FRAMESET = re.compile(r"</?frameset\b[^>]*>", re.IGNORECASE)


def with_frames(page: str, frames: Frames, decode: Callable[[bytes], str], depth: int = 1) -> str:
    """The page with the contents of its frames behind it; one that is not there leaves nothing."""
    found = []
    for address, written in frames_in(page)[:_MAX_FRAMES] if depth <= _MAX_DEPTH else ():
        data = None if written else frames(address)
        if content := written or (decode(data) if data else ""):
            found.append(body_of(with_frames(content, frames, decode, depth + 1)))
    return _FRAMESET.sub("", page) + "".join(found) if found else page
