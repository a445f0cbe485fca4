"""The field's formats: topics as JSON lines, qrels and runs as TREC writes them, candidates one doc_id a line."""

import gzip
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DafuError

Qrels = dict[str, dict[str, int]]
"""query_id to doc_id to relevance."""

Run = dict[str, dict[str, float]]
"""query_id to doc_id to score."""


class Topic(NamedTuple):
    """A query to be run, with its category ("all" where it has none)."""

    query_id: str
    text: str
    category: str


def read_topics(path: Path) -> list[Topic]:
    """JSON lines with query_id, text and category. Raises DafuError naming file, line and what is missing."""
    topics: dict[str, Topic] = {}
    for number, line in lines(path):
        try:
            fields = json.loads(line)
            topic = Topic(str(fields["query_id"]), str(fields["text"]), str(fields.get("category", "all")))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DafuError(
                f"{path} 第 {number} 行：应为含 query_id、text、category 的 JSON 对象，实际出错：{error}。"
            ) from error
        if len(topic.query_id.split()) != 1 or topic.query_id != topic.query_id.strip():
            raise DafuError(f"{path} 第 {number} 行：query_id 应为不含空格的编号，实际是“{topic.query_id[:60]}”。")
        if topic.query_id in topics:
            raise DafuError(f"{path} 第 {number} 行：query_id“{topic.query_id}”重复出现，每道题应只有一行。")
        topics[topic.query_id] = topic
    if not topics:
        raise DafuError(f"{path} 中没有题目：应每行一个 JSON 对象，含 query_id、text、category。")
    return list(topics.values())


def read_qrels(path: Path) -> Qrels:
    """TREC judgments: query_id, an ignored column, doc_id, relevance. Raises DafuError naming file and line."""
    qrels: Qrels = {}
    for number, line in lines(path):
        fields = line.split()
        if len(fields) != 4 or not re.fullmatch(r"-?[0-9]{1,9}", fields[3]):
            raise DafuError(f"{path} 第 {number} 行：应为“query_id 0 doc_id 相关度”四列，实际是“{line.strip()[:60]}”。")
        qrels.setdefault(fields[0], {})[fields[2]] = int(fields[3])
    return qrels


def read_candidates(path: Path) -> frozenset[str]:
    """doc_ids, one a line. Raises DafuError where there are none."""
    candidates = frozenset(line.strip() for _, line in lines(path))
    if not candidates:
        raise DafuError(f"{path} 中没有候选：应每行一个文档编号。要测量全部文档，请去掉 --candidates。")
    return candidates


def ranked(scores: Mapping[str, float]) -> list[str]:
    """doc_ids by descending score, ties by doc_id: the order in which everything here measures, shows and writes."""
    return sorted(scores, key=lambda doc_id: (-scores[doc_id], doc_id))


def read_run(path: Path) -> Run:
    """A TREC run; the score counts, not the rank. Raises DafuError naming file, line, expected and found."""
    run: Run = {}
    for number, line in lines(path):
        fields = line.split()
        if len(fields) != 6:
            raise DafuError(
                f"{path} 第 {number} 行：应为“query_id Q0 doc_id 名次 得分 标签”六列，"
                f"实际有 {len(fields)} 列：“{line.strip()[:60]}”。"
            )
        query_id, _, doc_id, _, score, _ = fields
        if doc_id in run.setdefault(query_id, {}):
            raise DafuError(
                f"{path} 第 {number} 行：题目“{query_id}”中文档“{doc_id}”重复出现，一份文档在一道题中应只有一行。"
            )
        run[query_id][doc_id] = _score(score, path, number)
    if not run:
        raise DafuError(f"{path} 中没有排序：应每行一份文档，六列，如 dafu eval run --runs 所写。")
    return run


def _score(text: str, path: Path, number: int) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise DafuError(f"{path} 第 {number} 行：第五列应为得分（数字），实际是“{text}”。")
    return score


def write_run(path: Path, run: Mapping[str, Mapping[str, float]], tag: str) -> None:
    """Writes query_id Q0 doc_id rank score tag. Scores are written in full, so that reading gives the same run."""
    with path.open("w", encoding="utf-8") as file:
        for query_id, scores in run.items():
            for rank, doc_id in enumerate(ranked(scores), 1):
                file.write(f"{query_id} Q0 {doc_id} {rank} {float(scores[doc_id])!r} {tag}\n")


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbers and texts of the lines that are not blank, of a file compressed or not. Raises DafuError."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, UnicodeDecodeError, EOFError, zlib.error) as error:
        raise DafuError(f"无法读取 {path}：{error}。请检查路径和文件。") from error
    yield from ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
