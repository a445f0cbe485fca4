"""A list of documents narrowed by what was chosen of each facet, and what else could be chosen, counted.

The counts are of the list as the query alone gives it, so choosing a value lists exactly as many documents as stand
beside it. Values of one facet are alternatives; facets hold together.

Not for: what a query demands of a document, which retrieval obeys before it ranks (see indexer.engine.filters).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.cached import cached_property
from indexer.engine.protocol import FIELD_NAMES, Column, Engine, FieldName, Keys
from search_api.types import Facet, FacetValue

Chosen = Mapping[FieldName, Sequence[str]]
"""The values that were chosen of each facet; a facet without any does not narrow."""

_BY_VALUE = {"outcome": 1, "year": -1}  # A before B, the newest year first; all else by count


class Narrowing:
    """Documents as a query lists them, by their keys, and what was chosen."""

    def __init__(self, engine: Engine, documents: Keys, chosen: Chosen) -> None:
        self._engine, self._documents = engine, documents
        self._chosen = {name: tuple(values) for name, values in chosen.items() if values}

    @property
    def is_on(self) -> bool:
        """Whether anything was chosen."""
        return bool(self._chosen)

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Mask over the documents that have a chosen value of every facet."""
        return self._holding(*self._masks)

    def facets(self) -> list[Facet]:
        """All of them, each counted as if nothing were chosen of it."""
        return [self._facet(name) for name in FIELD_NAMES]

    @cached_property
    def _columns(self) -> Mapping[FieldName, Column]:
        return self._engine.fields(self._documents)

    @cached_property
    def _masks(self) -> dict[FieldName, NDArray[np.bool_]]:
        return {name: self._columns[name].where(frozenset(v).__contains__) for name, v in self._chosen.items()}

    def _holding(self, *names: FieldName) -> NDArray[np.bool_]:
        held = np.ones(len(self._documents), dtype=bool)
        for name in names:
            held &= self._masks[name]
        return held

    def _facet(self, name: FieldName) -> Facet:
        column, chosen = self._columns[name], self._chosen.get(name, ())
        codes = column.codes[self._holding(*(n for n in self._masks if n != name))]
        counts = np.bincount(codes[codes >= 0], minlength=len(column.values)).tolist()
        values = [
            FacetValue(value=value, count=count, is_chosen=value in chosen)
            for value, count in zip(column.values, counts, strict=True)
            if count or value in chosen
        ]
        if name in _BY_VALUE:
            return Facet(name=name, values=values[:: _BY_VALUE[name]])
        return Facet(name=name, values=sorted(values, key=lambda value: -value.count))
