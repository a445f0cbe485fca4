"""Two legs' scores as one: standardised, weighted, added."""

import numpy as np
from numpy.typing import NDArray

VECTOR_WEIGHT = 0.4
"""Of the vector leg beside BM25's 1. Fixed here until a build calibrates it on its own archive."""


def standardised(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(s - mean) / standard deviation over the candidates; zeros where they are all the same."""
    deviation = float(scores.std()) if len(scores) else 0.0
    if deviation < 1e-12:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / deviation, dtype=np.float64)


def fused(
    lexical: NDArray[np.float64], vector: NDArray[np.float64], weight: float = VECTOR_WEIGHT
) -> NDArray[np.float64]:
    """lexical + weight * vector, both standardised over the same candidates, aligned."""
    return standardised(lexical) + weight * standardised(vector)
