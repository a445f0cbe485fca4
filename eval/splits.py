"""The half of a collection's topics on which something was chosen, and the half that only reports.

Figures of the first are flattered by the choice; what the engine is worth stands in the second.
"""

from collections.abc import Sequence
from typing import Literal

from corpus.errors import DafuError
from eval.experiment import Collection, Leg
from eval.measures import Figures, measure
from eval.trec import Topic
from indexer.engine.protocol import Mode

Half = Literal["choosing", "untouched"]
HALVES: tuple[Half, Half] = ("choosing", "untouched")

Rule = Literal["number", "order"]
"""How a collection is cut.

`number`: topics with an odd number at the end of their query_id chose (keywords-03).
`order`: query_ids without their last part (m2557 of m2557-subject), sorted: the first, third, … chose. Topics that ask
for the same document so stay together.
"""

Halves = dict[Half, dict[Mode, dict[str, Figures]]]
"""Half to mode to category."""


def split(topics: Sequence[Topic], rule: Rule) -> dict[Half, list[Topic]]:
    """Both halves, topics in their order. Raises DafuError for a query_id that has no number where one is needed."""
    bases = sorted({_base(topic) for topic in topics})
    chose = set(bases[::2])
    halves: dict[Half, list[Topic]] = {half: [] for half in HALVES}
    for topic in topics:
        choosing = _number(topic) % 2 == 1 if rule == "number" else _base(topic) in chose
        halves["choosing" if choosing else "untouched"].append(topic)
    return halves


def by_half(legs: Sequence[Leg], collection: Collection, rule: Rule) -> Halves:
    """The same runs, measured on either half."""
    return {
        half: {leg.mode: measure(leg.run, collection.qrels, topics) for leg in legs}
        for half, topics in split(collection.topics, rule).items()
    }


def _base(topic: Topic) -> str:
    return topic.query_id.rpartition("-")[0] or topic.query_id


def _number(topic: Topic) -> int:
    end = topic.query_id.rpartition("-")[2]
    if not end.isdecimal():
        raise DafuError(
            f"题目“{topic.query_id}”的编号不以数字结尾（应如 keywords-03），不能按单双数分半。请改用 --halves order。"
        )
    return int(end)
