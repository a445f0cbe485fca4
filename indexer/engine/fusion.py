"""Two legs' scores as one: standardised, weighted, added."""

import numpy as np
from numpy.typing import NDArray


def standardised(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(s - mean) / standard deviation over the candidates; zeros where they are all the same."""
    deviation = float(scores.std()) if len(scores) else 0.0
    if deviation < 1e-12:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / deviation, dtype=np.float64)


def fused(lexical: NDArray[np.float64], vector: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """lexical + weight * vector, both standardised over the same candidates, aligned.

    The only leg's own scores where the other was not asked (NaN), and BM25's where the weight is 0.
    """
    if np.isnan(lexical).all():
        return np.nan_to_num(vector, nan=0.0)
    if np.isnan(vector).all() or weight == 0:
        return lexical
    return standardised(lexical) + weight * standardised(vector)
