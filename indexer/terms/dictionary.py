"""Which words does a bureau use that no dictionary knows? Its own file of words, in jieba's format.

A line is a word, and may go on with a frequency and a part of speech, separated by spaces: `长护险 200 n`. The part of
speech is read and not used. Words are kept normalised, as the text is that they are looked for in.

Not for: words that mean the same (thesaurus.txt).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from corpus.errors import DafuError
from indexer.durable import write_atomically
from indexer.terms.normalisation import HAN, normalise
from indexer.terms.segmenter import COMMON_HAN, WordEntry

MAX_FREQUENCY = 10**9
"""The whole of jieba's dictionary counts 60 million words; more than this would only overflow somewhere."""

_LINE = re.compile(r"(?P<word>\S+)(?:\s+(?P<frequency>[0-9]+))?(?:\s+[A-Za-z]+)?")
_WORD = re.compile(rf"(?:(?!_)[\w{HAN}]){{2,}}")
_COMMON = re.compile(f"[{COMMON_HAN}]+")
_EXPECTED = "应为“词 频率 词性”，如“长护险 200 n”：词由两个以上的汉字、字母或数字组成，频率（1 到 10 亿）和词性可以省略"


class DictionaryError(DafuError):
    """A dictionary that cannot be read, or a line of it that says nothing."""


@dataclass(frozen=True)
class Dictionary:
    """Words to know besides those of the segmenter, each once, in the order of the file."""

    entries: tuple[WordEntry, ...] = ()

    @cached_property
    def version(self) -> str:
        """Eight hexadecimal digits of what it says; empty where it says nothing."""
        return hashlib.sha256(self._content()).hexdigest()[:8] if self.entries else ""

    @property
    def han(self) -> tuple[WordEntry, ...]:
        """The words that a segmenter can be given."""
        return tuple(entry for entry in self.entries if _COMMON.fullmatch(entry.word))

    @property
    def mixed(self) -> tuple[str, ...]:
        """The other words, such as 12345热线: letters, digits and rare characters never reach a segmenter."""
        return tuple(entry.word for entry in self.entries if not _COMMON.fullmatch(entry.word))

    @classmethod
    def read(cls, path: Path) -> "Dictionary":
        """The words of a file in UTF-8; where a word stands twice, its last line counts.

        Raises DictionaryError, naming file and line, for what is no such file.
        """
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise DictionaryError(f"无法读取词典 {path}（{error.strerror or error}）。请检查 --dictionary。") from error
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise DictionaryError(f"词典 {path} 第 {line} 行不是 UTF-8 编码。请另存为 UTF-8 后重新运行。") from error
        return cls(tuple(WordEntry(*entry) for entry in dict(_entries(path, text)).items()))

    def write(self, path: Path) -> None:
        """The words, in the format that `read` takes."""
        write_atomically(path, self._content())

    def _content(self) -> bytes:
        lines = (word if frequency is None else f"{word} {frequency}" for word, frequency in self.entries)
        return "".join(f"{line}\n" for line in lines).encode("utf-8")


NO_WORDS = Dictionary()
"""The dictionary of an index that was given none."""


def _entries(path: Path, text: str) -> Iterator[tuple[str, int | None]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        word = normalise(found["word"]) if found else ""
        frequency = int(found["frequency"]) if found and found["frequency"] else None
        if not _WORD.fullmatch(word) or not (frequency is None or 1 <= frequency <= MAX_FREQUENCY):
            raise DictionaryError(f"词典 {path} 第 {number} 行是“{line.strip()[:40]}”，{_EXPECTED}。请改正后重新运行。")
        yield word, frequency
