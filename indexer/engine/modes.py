"""The ways to retrieve. Imports nothing: help pages list them."""

from typing import Literal

Mode = Literal["hybrid", "lexical", "vector"]
