"""The values that options of `dafu eval` can have. Imports nothing heavy: help pages list them."""

from collections.abc import Mapping
from typing import Literal

Rule = Literal["number", "order"]
"""The rule that splits a collection.

`number`: topics with an odd number at the end of their query_id are dev (keywords-03).
`order`: query_ids without their last part (m2557 of m2557-subject), sorted: the first, third, … are dev. Topics that
ask for the same document so stay together.
"""

Changes = Mapping[str, str]
"""Dotted parameter names to values as they are typed: `kinds.words` to `0`."""

PARTS: Mapping[str, Changes] = {
    "words": {"kinds.words": "0"},
    "bigrams": {"kinds.bigrams": "0"},
    "characters": {"kinds.characters": "0"},
    "concepts": {"kinds.concepts": "0"},
    "title": {"fields.title": "0"},
    "headings": {"fields.headings": "0"},
    "body": {"fields.body": "0"},
    "question": {"fields.question": "0"},
    "passages": {"passage_share": "0"},
    "vector": {"vector_weight": "0"},
    "length": {"length_share": "0"},
    # So long a query that none is longer: every kind keeps its full weight, and so do the vectors.
    "fading": {"short_query": "1000000"},
}
"""The parts that `--without` can take away, and the parameters that do so. Fields act on passages alone."""

Measure = Literal["nDCG@10", "RR@10", "R@10"]
"""The names of eval.measures.COMPARED."""
