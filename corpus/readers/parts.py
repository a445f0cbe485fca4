"""Files inside or beside a file: the parts of mails and archives, the frames of saved pages."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from corpus.errors import ReadError


class Part(NamedTuple):
    """A file inside another. `name` tells its format, and stands behind the other's in every message."""

    name: str
    data: bytes


class PartError(ReadError):
    """What is wrong with a part; the sentence begins with the part's own name."""


Frames = Callable[[str], bytes | None]
"""The page that a frame's address names, None where it was not saved with the page."""

FOLDERS = ("_files", ".files")
"""What browsers add to a page's name for the folder of its parts."""


def none(_: str) -> bytes | None:
    """For a page that comes alone."""
    return None


def beside(page: Path, load: Callable[[Path], bytes]) -> Frames:
    """The frames in the folder of a saved page, and nothing outside of it."""
    folders = [(page.parent / f"{page.stem}{end}").resolve() for end in FOLDERS]

    def frame(address: str) -> bytes | None:
        try:
            parts = urlsplit(address)
            place = (page.parent / unquote(parts.path)).resolve()
            inside = any(place.is_relative_to(folder) for folder in folders)
            return load(place) if inside and not parts.scheme and not parts.netloc else None
        except (ReadError, ValueError):  # ValueError: an address with a zero or half a bracket
            return None

    return frame
