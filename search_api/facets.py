"""A list of documents narrowed by what was chosen of each facet, and what else could be chosen, counted.

The counts are of the list as the query alone gives it, so choosing a value lists exactly as many documents as stand
beside it. Values of one facet are alternatives; facets hold together.

Not for: what a query demands of a document, which both legs obey before they rank (see indexer.filters).
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from indexer.engine.local.table import ColumnName, PassageTable
from search_api.types import Facet, FacetValue

FACETS: tuple[ColumnName, ...] = get_args(ColumnName)

Chosen = Mapping[ColumnName, Sequence[str]]
"""Of each facet the values that were chosen; a facet without any does not narrow."""

_BY_VALUE = {"outcome": 1, "year": -1}  # A before B, the newest year first; all else by count


class Narrowing:
    """Documents as a query lists them, by their ordinals, and what was chosen."""

    def __init__(self, table: PassageTable, ordinals: NDArray[np.int64], chosen: Chosen) -> None:
        self._columns, self._ordinals, self._chosen = table.columns, ordinals, chosen

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Mask over the ordinals of what has a chosen value of every facet."""
        return self._holding(*self._masks)

    def facets(self) -> list[Facet]:
        """All of them, each counted as if nothing were chosen of it."""
        return [self._facet(name) for name in FACETS]

    @cached_property
    def _masks(self) -> dict[ColumnName, NDArray[np.bool_]]:
        chosen = {name: frozenset(values) for name, values in self._chosen.items() if values}
        return {name: self._columns[name].where(values.__contains__)[self._ordinals] for name, values in chosen.items()}

    def _holding(self, *names: ColumnName) -> NDArray[np.bool_]:
        held = np.ones(len(self._ordinals), dtype=bool)
        for name in names:
            held &= self._masks[name]
        return held

    def _facet(self, name: ColumnName) -> Facet:
        column, chosen = self._columns[name], self._chosen.get(name, ())
        codes = column.codes[self._ordinals[self._holding(*(n for n in self._masks if n != name))]]
        counts = np.bincount(codes[codes >= 0], minlength=len(column.values)).tolist()
        values = [
            FacetValue(value=value, count=count, is_chosen=value in chosen)
            for value, count in zip(column.values, counts, strict=True)
            if count or value in chosen
        ]
        if name in _BY_VALUE:
            return Facet(name=name, values=values[:: _BY_VALUE[name]])
        return Facet(name=name, values=sorted(values, key=lambda value: -value.count))
