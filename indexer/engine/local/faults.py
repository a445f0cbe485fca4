"""Do the searched files of a generation fit together? Unit vectors, and the same passages in words and vectors."""

from collections.abc import Iterator

import numpy as np

from indexer.engine.local.retrieval import Parts
from indexer.engine.local.vectors import VectorIndex

_UNIT_TOLERANCE = 2e-3  # vectors are stored in half precision: 11 bits a value
_READ_AT_ONCE = 10_000  # vectors


def faults(parts: Parts) -> Iterator[str]:
    """What is wrong, a Chinese sentence each."""
    for what, index in (("段落", parts.vectors), ("答复", parts.document_vectors)):
        broken = sum(_broken(index, first) for first in range(0, index.size, _READ_AT_ONCE))
        if broken:
            yield f"{what}的向量索引：{broken} 个向量不是单位向量或含无效数值。"
    if not np.array_equal(parts.table.key, indexed := parts.passages.keys()):
        yield f"词语索引的条目与段落表不一致：应有 {len(parts.table)} 条，实际 {len(indexed)} 条。"


def _broken(index: VectorIndex, first: int) -> int:
    """How many of the vectors from row `first` on are neither unit vectors, one or two side by side, nor zero."""
    squares = np.square(index.reconstruct(np.arange(first, min(first + _READ_AT_ONCE, index.size)))).sum(axis=1)
    near = np.abs(squares[:, None] - [1, 2]) <= 2 * _UNIT_TOLERANCE * np.array([1, 2])
    sound = np.isfinite(squares) & (near.any(axis=1) | (squares == 0))
    return int((~sound).sum())
