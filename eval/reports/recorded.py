"""Recorded figures: one JSON file a measured commit, written once and never edited."""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.errors import DafuError
from eval.bands import BandTallies
from eval.experiment import ModeResult, as_json, figures_json
from eval.splits import SplitFigures

FOLDER = Path(__file__).parents[1] / "results"

_OLD_NAMES = {
    "halves": "split",
    "choosing": "dev",
    "untouched": "test",
    "nothing_rightly": "right_abstentions",
    "nothing_wrongly": "wrong_abstentions",
}
"""Keys of files recorded before December 2026, which are never edited, and what they are called now."""


@dataclass(frozen=True)
class Result:
    """A file of results. `commit` ends in -dirty where something in the tree was not committed; `date` is UTC.

    `figures` is what `dafu eval run --json` writes; `latency_ms` holds median and p95 a query, by mode. `split` maps
    dev and test to such figures, `bands` all, dev and test to category to `eval.bands.Tally`; None where not asked for.
    """

    commit: str
    date: str
    dataset: str
    machine: Mapping[str, int]
    figures: Mapping[str, Mapping[str, Mapping[str, Any]]]
    latency_ms: Mapping[str, Mapping[str, float]]
    split: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]] | None = None
    bands: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None


def check_name(dataset: str) -> str:
    """Raises DafuError for a name that cannot stand in a file's name."""
    if not re.fullmatch(r"[a-z0-9_]+", dataset):
        raise DafuError(f"数据集名称“{dataset}”应由小写字母、数字和下划线组成，例如 leader_messages。")
    return dataset


def current_commit(repository: Path = FOLDER.parent) -> str:
    """The checked-out commit, short, with -dirty where files were changed since. Raises DafuError without git."""
    command = ["git", "--no-optional-locks", "describe", "--always", "--exclude=*", "--dirty"]
    try:
        done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise DafuError("--record 要记下测量的是哪一次提交，只能在 git 仓库中的 dafu 使用。") from error
    return done.stdout.strip()


def result_of(
    results: Sequence[ModeResult],
    dataset: str,
    commit: str,
    split: SplitFigures | None = None,
    bands: BandTallies | None = None,
) -> Result:
    """Figures measured just now, ready to be recorded."""
    return Result(
        commit=commit,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        dataset=dataset,
        machine={"cores": os.cpu_count() or 1},
        figures=figures_json(results),
        latency_ms={r.mode: {"median": round(r.latency(50), 2), "p95": round(r.latency(95), 2)} for r in results},
        split=None if split is None else {part: as_json(by_mode) for part, by_mode in split.items()},
        bands=None
        if bands is None
        else {part: {name: t.to_json() for name, t in tallies.items()} for part, tallies in bands.items()},
    )


def record(result: Result, folder: Path = FOLDER) -> Path:
    """Writes <date>-<commit>-<dataset>.json and returns its path. Raises DafuError where it exists."""
    path = folder / f"{result.date[:10]}-{result.commit}-{result.dataset}.json"
    text = json.dumps(vars(result), ensure_ascii=False, indent=1) + "\n"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise DafuError(f"结果 {path} 已经存在：记录过的结果不改写。请先提交更改再测量，或删除该文件。") from None
    except OSError as error:
        raise DafuError(f"结果无法写入 {path}：{error.strerror}。") from error
    return path


def results(dataset: str, folder: Path = FOLDER) -> list[Result]:
    """All results of a dataset, oldest first. Raises DafuError where one is damaged."""
    found = [_read(path) for path in folder.glob(f"????-??-??-*-{dataset}.json")]
    return sorted((result for result in found if result.dataset == dataset), key=lambda result: result.date)


def newest(dataset: str, folder: Path = FOLDER) -> Result:
    """The latest result of a dataset. Raises DafuError where there is none or one is damaged."""
    mine = results(dataset, folder)
    if not mine:
        raise DafuError(f"{folder} 中没有数据集“{dataset}”的结果：请先运行 dafu eval run --record {dataset}。")
    return mine[-1]


def _read(path: Path) -> Result:
    try:
        return Result(**_with_present_names(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError) as error:
        raise DafuError(
            f"结果 {path} 无法读取：应为含 commit、date、dataset、machine、figures、latency_ms 的 JSON 对象，"
            f"实际出错：{error}。"
        ) from error


def _with_present_names(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same JSON object with every old key renamed, at any depth."""
    return {
        _OLD_NAMES.get(key, key): _with_present_names(value) if isinstance(value, dict) else value
        for key, value in fields.items()
    }
