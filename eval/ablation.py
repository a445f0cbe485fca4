"""What is each number and part of the ranking worth? Changes one at a time and compares with the unchanged ranking.

Not for: what is built into an index (terms, the encoder, its training): a parameter acts at query time.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from corpus.errors import DafuError
from eval.choices import PARTS as PARTS
from eval.choices import Changes, Rule
from eval.compare import Difference, compare
from eval.experiment import Collection, run_mode
from eval.measures import Figures, measure
from eval.splits import Subset, split
from eval.trec import Qrels, Run, Topic
from indexer.engine.parameters import RankingParameters
from indexer.engine.protocol import Mode
from indexer.progress import Progress
from search_api.searcher import Searcher

P = TypeVar("P", bound=BaseModel)

RunWith = Callable[[P, Mode], Run]
"""Ranks every topic with these parameters in this mode."""


@dataclass(frozen=True)
class Variant(Generic[P]):
    """The unchanged parameters but for `changes`; `name` is the option of `dafu eval ablate` that asks for them."""

    name: str
    changes: Changes
    parameters: P


@dataclass(frozen=True)
class AblationRow:
    """One variant in one mode on one subset of the topics, by category: its figures, and its difference (B - A) to the
    unchanged ranking, a measure each. The unchanged ranking's own row has no differences."""

    name: str
    changes: Changes
    figures: dict[str, Figures]
    differences: dict[str, tuple[Difference, ...]]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "changes": dict(self.changes),
            "figures": {category: figures.to_json() for category, figures in self.figures.items()},
            "differences": {
                category: {d.measure: {"difference": d.mean, "ci": list(d.ci), "p": d.p} for d in differences}
                for category, differences in self.differences.items()
            },
        }


Ablation = dict[Mode, dict[Subset, list[AblationRow]]]
"""Mode to subset of the topics to rows, the unchanged ranking first."""


def with_changes(parameters: P, changes: Changes) -> P:
    """The parameters with some of them replaced. Raises DafuError for an unknown name or an impossible value."""
    fields = parameters.model_dump()
    known = list(_names(fields))
    for name, value in changes.items():
        if name not in known:
            raise DafuError(f"没有名为“{name}”的排序参数，可以是 {'、'.join(known)}。")
        *groups, last = name.split(".")
        inner = fields
        for group in groups:
            inner = inner[group]
        inner[last] = value
    try:
        return type(parameters).model_validate(fields)
    except ValidationError as error:
        name = ".".join(map(str, error.errors()[0]["loc"]))
        default = _value(parameters, name)
        kind = "整数" if isinstance(default, int) else "数字"
        raise DafuError(f"参数 {name} 应为{kind}（现为 {default}），实际是“{changes.get(name)}”。") from error


def settings_variants(parameters: P, text: str) -> list[Variant[P]]:
    """The variants of one `--set`: `k1=1.2,3` is two, `k1=1.2,3+b=0.75` two with both changed.

    Raises DafuError for what is no assignment, and as `with_changes` does.
    """
    choices: list[list[tuple[str, str]]] = []
    for assignment in re.split(r"\+(?=[a-z])", text):
        name, equals, values = (part.strip() for part in assignment.partition("="))
        if not (name and equals and all(value.strip() for value in values.split(","))):
            raise DafuError(f"--set 应为“参数=值”或“参数=值,值”，几个参数一起改用 + 连接，实际是“{text}”。")
        choices.append([(name, value.strip()) for value in values.split(",")])
    return [_variant(parameters, dict(chosen)) for chosen in product(*choices)]


def parts_variant(parameters: P, text: str) -> Variant[P]:
    """The variant of one `--without`: a name of PARTS, or several that are taken away together, joined by `+`.

    Raises DafuError for an unknown part.
    """
    changes: dict[str, str] = {}
    for part in (part.strip() for part in text.split("+")):
        if part not in PARTS:
            raise DafuError(f"没有名为“{part}”的部分，可以是 {'、'.join(PARTS)}。")
        changes |= PARTS[part]
    return Variant(f"--without {text}", changes, with_changes(parameters, changes))


def variants_of(parameters: P, settings: Sequence[str], without: Sequence[str]) -> list[Variant[P]]:
    """The variants of all `--set` and `--without`; where there are none of either, every part is taken away in turn."""
    parts = without if without or settings else list(PARTS)
    changed = [variant for text in settings for variant in settings_variants(parameters, text)]
    return changed + [parts_variant(parameters, text) for text in parts]


def ablate(
    run: RunWith[P],
    collection: Collection,
    parameters: P,
    variants: Sequence[Variant[P]],
    modes: Sequence[Mode],
    rule: Rule | None = None,
) -> Ablation:
    """Every variant beside the unchanged parameters in every mode; where a rule is given, on the dev and the test part
    instead of all topics."""
    subsets: dict[Subset, Sequence[Topic]] = {"all": collection.topics}
    if rule:
        subsets = {part: topics for part, topics in split(collection.topics, rule).items()}
    unchanged = Variant("unchanged", {}, parameters)
    ablation: Ablation = {}
    for mode in modes:
        runs = [(variant, run(variant.parameters, mode)) for variant in (unchanged, *variants)]
        ablation[mode] = {
            subset: [_row(variant, found, runs[0][1], collection.qrels, topics) for variant, found in runs]
            for subset, topics in subsets.items()
        }
    return ablation


def ablation_json(ablation: Ablation, parameters: BaseModel) -> dict[str, Any]:
    """The content of `dafu eval ablate --json`: the unchanged parameters, then mode to subset to rows."""
    return {
        "parameters": parameters.model_dump(mode="json"),
        "modes": {
            mode: {subset: [row.to_json() for row in rows] for subset, rows in subsets.items()}
            for mode, subsets in ablation.items()
        },
    }


def searcher_runs(searcher: Searcher, collection: Collection, progress: Progress) -> RunWith[RankingParameters]:
    """Runs over an index, ranked by whatever parameters are asked for."""
    return lambda parameters, mode: run_mode(searcher.with_ranking(parameters), collection, mode, progress).run


def _row(variant: Variant[P], run: Run, unchanged: Run, qrels: Qrels, topics: Sequence[Topic]) -> AblationRow:
    figures = measure(run, qrels, topics)
    groups = {category: [t for t in topics if category in (t.category, "all")] for category in figures}
    differences = {
        category: compare(unchanged, run, qrels, group).differences
        for category, group in groups.items()
        if variant.changes and figures[category].queries
    }
    return AblationRow(variant.name, variant.changes, figures, differences)


def _variant(parameters: P, changes: Changes) -> Variant[P]:
    name = "--set " + "+".join(f"{name}={value}" for name, value in changes.items())
    return Variant(name, changes, with_changes(parameters, changes))


def _names(fields: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Every parameter by its dotted name."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _names(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def _value(parameters: BaseModel, name: str) -> object:
    value: object = parameters
    for part in name.split("."):
        value = getattr(value, part)
    return value
