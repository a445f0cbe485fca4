"""A collection's dev part, on which parameters were chosen, and its test part, which only reports.

Figures of the dev part are flattered by the choice; what the engine is worth stands in those of the test part.
"""

from collections.abc import Sequence
from typing import Literal

from corpus.errors import DafuError
from eval.choices import Rule as Rule
from eval.experiment import Collection, ModeResult
from eval.measures import Figures, measure
from eval.trec import Topic
from indexer.engine.protocol import Mode

Part = Literal["dev", "test"]
PARTS: tuple[Part, Part] = ("dev", "test")

Subset = Literal["all"] | Part
"""Everything, or one part of a split."""
SUBSETS: tuple[Subset, ...] = ("all", *PARTS)

SplitFigures = dict[Part, dict[Mode, dict[str, Figures]]]
"""Part to mode to category."""


def split(topics: Sequence[Topic], rule: Rule) -> dict[Part, list[Topic]]:
    """Both parts, topics in their order. Raises DafuError for a query_id that has no number where one is needed."""
    bases = sorted({_base(topic) for topic in topics})
    dev_bases = set(bases[::2])
    parts: dict[Part, list[Topic]] = {part: [] for part in PARTS}
    for topic in topics:
        is_dev = _number(topic) % 2 == 1 if rule == "number" else _base(topic) in dev_bases
        parts["dev" if is_dev else "test"].append(topic)
    return parts


def measure_parts(results: Sequence[ModeResult], collection: Collection, rule: Rule) -> SplitFigures:
    """The same runs, measured on either part."""
    return {
        part: {result.mode: measure(result.run, collection.qrels, topics) for result in results}
        for part, topics in split(collection.topics, rule).items()
    }


def _base(topic: Topic) -> str:
    return topic.query_id.rpartition("-")[0] or topic.query_id


def _number(topic: Topic) -> int:
    end = topic.query_id.rpartition("-")[2]
    if not end.isdecimal():
        raise DafuError(
            f"题目“{topic.query_id}”的编号不以数字结尾（应如 keywords-03），不能按单双数分开。请改用 --split order。"
        )
    return int(end)
