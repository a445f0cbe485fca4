"""Bootstrap intervals and the paired randomisation test, both over queries and seeded.

Both take queries as independent. Two topics that ask for the same document are not quite: intervals over them are a
little too narrow.
"""

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
"""Resamples of the bootstrap: the ends of an interval vary by about 6 % of the standard error, less than is shown."""

PERMUTATIONS = 10_000
"""Random signs of the randomisation test: the smallest p is 1/10001."""

_SEED = 20200110
_BLOCK = 500
_EQUAL = 1e-12  # sums of the same differences in another order


def bootstrap_intervals(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """95 % percentile intervals of column means. `values` has shape (queries, m) with queries > 0; gives (m, 2)."""
    rng = np.random.default_rng(_SEED)
    count = len(values)
    means = np.stack([values[rng.integers(count, size=count)].mean(axis=0) for _ in range(RESAMPLES)])
    return np.asarray(np.percentile(means, [2.5, 97.5], axis=0).T)


def randomisation_p(differences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two-sided p of each column's mean under random signs of the rows. Shape (queries, m); gives (m,).

    The observed signs count as one of the permutations (Phipson and Smyth 2010), so p is never 0.
    """
    rng = np.random.default_rng(_SEED)
    observed = np.abs(differences.sum(axis=0)) - _EQUAL
    extreme = np.zeros(differences.shape[1])
    for start in range(0, PERMUTATIONS, _BLOCK):
        size = min(_BLOCK, PERMUTATIONS - start)
        signs = rng.integers(2, size=(size, len(differences))) * 2.0 - 1.0
        extreme += (np.abs(signs @ differences) >= observed).sum(axis=0)
    return np.asarray((extreme + 1) / (PERMUTATIONS + 1))
