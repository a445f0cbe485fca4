"""How much text may be read off a file: it can be far more than the file's size, where cells or pages share a text.

In characters. Bounds that no real document comes near, so that what exceeds them is a dump, a log, damage or a trap.
"""

from corpus.errors import ReadError

MAX_DOCUMENT = 300_000
"""Of one document. The longest seen has 12,000; one that is longer must not take the build's time or memory."""

MAX_CELL = 10_000_000
"""Of one cell or value. Exports of content systems keep the page's markup in it, pictures among it."""

MAX_FILE = 100_000_000
"""Of one file: 200 MB, the largest that is opened, are 70 million Chinese characters."""


_SMALL, _BY_BYTE = 5_000_000, 50
"""What any file may have, and how much more for each of its bytes: a table of a few kilobytes that is a hundred million
characters says one thing ten thousand times. A real one, compressed, has four a byte."""


class Counted:
    """The characters of one file of so many bytes, as they are read."""

    def __init__(self, size: int) -> None:
        self._sum, self._most = 0, min(MAX_FILE, _SMALL + _BY_BYTE * size)

    def add(self, length: int, place: str) -> None:
        """Raises ReadError at the place where the file has too many."""
        self._sum += length
        if self._sum > self._most:
            raise ReadError(
                f"期望整个文件的文字不超过 {self._most // 10_000} 万字，实际到{place}就超过了。"
                "请检查它是否把一段文字重复了许多遍，或者拆成几个文件。"
            )
