"""All that reads what strangers write, by name: a function of a file's name and content each.

A target raises AssertionError for what does not hold and lets any exception through that is not documented. A text
comes as its UTF-8.
"""

from collections.abc import Callable

from tests.fuzz.documents import letters, names, pictures, privacy, readers
from tests.fuzz.requests import addresses, baskets, configurations, proposals, queries, runs, suggestions, tokens

Target = Callable[[str, bytes], None]

TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        readers,
        pictures,
        letters,
        privacy,
        queries,
        suggestions,
        proposals,
        addresses,
        baskets,
        names,
        runs,
        tokens,
        configurations,
    )
}
