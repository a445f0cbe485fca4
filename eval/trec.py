"""The field's formats: topics as JSON lines, qrels and runs as TREC writes them, candidates one doc_id a line."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DafuError

Qrels = dict[str, dict[str, int]]
"""query_id to doc_id to relevance."""

Run = dict[str, dict[str, float]]
"""query_id to doc_id to score."""


class Topic(NamedTuple):
    query_id: str
    text: str
    category: str


def read_topics(path: Path) -> list[Topic]:
    """JSON lines with query_id, text and category. Raises DafuError naming file, line and what is missing."""
    topics = []
    for number, line in _lines(path):
        try:
            fields = json.loads(line)
            topics.append(Topic(str(fields["query_id"]), str(fields["text"]), str(fields.get("category", "all"))))
        except (ValueError, KeyError, TypeError) as error:
            raise DafuError(
                f"{path} 第 {number} 行：应为含 query_id、text、category 的 JSON 对象，实际出错：{error}。"
            ) from error
    if not topics:
        raise DafuError(f"{path} 中没有题目：应每行一个 JSON 对象，含 query_id、text、category。")
    return topics


def read_qrels(path: Path) -> Qrels:
    """TREC judgments: query_id, an ignored column, doc_id, relevance."""
    qrels: Qrels = {}
    for number, line in _lines(path):
        fields = line.split()
        if len(fields) != 4 or not fields[3].lstrip("-").isdecimal():
            raise DafuError(f"{path} 第 {number} 行：应为“query_id 0 doc_id 相关度”四列，实际是“{line.strip()[:60]}”。")
        qrels.setdefault(fields[0], {})[fields[2]] = int(fields[3])
    return qrels


def read_candidates(path: Path) -> frozenset[str]:
    return frozenset(line.strip() for _, line in _lines(path))


def write_run(path: Path, run: Mapping[str, Mapping[str, float]], tag: str) -> None:
    """TREC: query_id Q0 doc_id rank score tag, by descending score, ties by doc_id."""
    with path.open("w", encoding="utf-8") as file:
        for query_id, scores in run.items():
            ordered = sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))
            for rank, (doc_id, score) in enumerate(ordered, 1):
                file.write(f"{query_id} Q0 {doc_id} {rank} {score:.6f} {tag}\n")


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise DafuError(f"无法读取 {path}：{error}。请检查路径和文件。") from error
    yield from ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
