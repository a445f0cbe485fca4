"""Measures what is read as figures, and which figures are taken for one series, against a judged set."""

from collections.abc import Mapping, Sequence
from typing import Any

from corpus.errors import DafuError
from corpus.facts.figures import Figure, figures
from corpus.types import Document
from eval.fact_scores import Fault, Measured, Score
from eval.splits import PARTS, Part
from search_api.analyses.figures import Stated, series_of

_FIELDS = ("value", "unit", "period", "place", "kind", "indicator")
_ALL = "数据：值、单位、时期"
_PAIRS = "数据：同一序列"

Line = Mapping[str, Any]
Read = dict[str, list[Figure]]
Matched = list[tuple[Line | None, Figure | None]]


def measure_figures(documents: Mapping[str, Document], lines: Sequence[Line]) -> Measured:
    """A figure is right where value, unit and period all are; each field is counted too, of the figures found."""
    judged = [line for line in lines if "figures" in line]
    read = {name: figures(documents[name]) for name in {line["file"] for line in judged if line["file"] in documents}}
    matched = {id(line): _matched(documents, read, line) for line in judged}
    scores: list[Score] = []
    faults: list[Fault] = []
    for part in PARTS:
        pairs = [(line, pair) for line in judged if _part(line) == part for pair in matched[id(line)]]
        scores += _scores(part, [pair for _, pair in pairs])
        faults += [fault for line, pair in pairs if (fault := _fault(part, line["file"], *pair))]
        series, wrong = _pairs(part, documents, judged, matched, lines)
        scores.append(series)
        faults += wrong
    return Measured(tuple(scores), tuple(faults))


def _part(line: Line) -> Part:
    return "dev" if line["thread"] % 2 else "test"


def _matched(documents: Mapping[str, Document], read: Read, line: Line) -> Matched:
    """Each judged figure of a text with the reading that overlaps its quote, and each reading without one."""
    document = documents.get(line["file"])
    base = document.text.find(line["text"]) if document else -1
    if document is None or base < 0:
        return [(figure, None) for figure in line["figures"]]
    rest = [f for f in read[line["file"]] if base <= f.start < base + len(line["text"])]
    found: Matched = []
    at = base
    for figure in line["figures"]:
        start = document.text.index(figure["quote"], at)
        at = start + len(figure["quote"])
        here = next((f for f in rest if f.start < at and start < f.end), None)
        rest = [f for f in rest if f is not here]
        found.append((figure, here))
    return [*found, *((None, figure) for figure in rest)]


def _is_right(field: str, judged: Line, found: Figure) -> bool:
    if field == "period":
        return found.period in judged["periods"]
    if field == "value":
        return (found.value, found.upper) == (judged["value"], judged.get("upper"))
    return bool(getattr(found, field) == judged[field])


def _all_right(judged: Line | None, found: Figure | None) -> bool:
    return bool(judged and found and all(_is_right(field, judged, found) for field in _FIELDS[:3]))


def _scores(part: Part, pairs: Matched) -> list[Score]:
    right = sum(_all_right(judged, found) for judged, found in pairs)
    known = [(judged, found) for judged, found in pairs if judged and found]
    total = Score(
        _ALL, part, right, sum(found is not None for _, found in pairs), sum(judged is not None for judged, _ in pairs)
    )
    fields = [
        Score(f"　{field}", part, sum(_is_right(field, *pair) for pair in known), len(known), len(known))
        for field in _FIELDS
    ]
    return [total, *fields]


def _fault(part: Part, file: str, judged: Line | None, found: Figure | None) -> Fault | None:
    if _all_right(judged, found):
        return None
    expected = f"{judged['quote']}：{judged['value']} {judged['unit']} {judged['periods']}" if judged else "—"
    return Fault(_ALL, part, file, expected, f"{found.value} {found.unit} {found.period}" if found else "—")


def _pairs(
    part: Part,
    documents: Mapping[str, Document],
    judged: Sequence[Line],
    matched: Mapping[int, Matched],
    lines: Sequence[Line],
) -> tuple[Score, list[Fault]]:
    """Precision and recall of "one series" over the judged pairs, from the series of all that was read."""
    stated = {
        pair[0]["id"]: _stated(documents[line["file"]], pair[1])
        for line in judged
        for pair in matched[id(line)]
        if pair[0] and pair[1]
    }
    together = {(id(a), id(b)) for series in series_of(stated.values()) for a in series.points for b in series.points}
    wanted = [line for line in lines if "pair" in line and _part(line) == part]
    unknown = {name for line in wanted for name in line["pair"]} - {
        figure["id"] for line in judged for figure in line["figures"]
    }
    if unknown:
        raise DafuError(
            f"期望评判的每一对都是已列的数据，实际没有 {'、'.join(sorted(unknown))}。请改正 figures.jsonl。"
        )
    said = {
        index: (id(stated.get(line["pair"][0])), id(stated.get(line["pair"][1]))) in together
        for index, line in enumerate(wanted)
    }
    right = sum(said[index] and line["one_series"] for index, line in enumerate(wanted))
    score = Score(_PAIRS, part, right, sum(said.values()), sum(line["one_series"] for line in wanted))
    return score, [
        Fault(_PAIRS, part, " 与 ".join(line["pair"]), _said(line["one_series"]), _said(said[index]))
        for index, line in enumerate(wanted)
        if said[index] != line["one_series"]
    ]


def _said(one: bool) -> str:
    return "同一序列" if one else "不是同一序列"


def _stated(document: Document, figure: Figure) -> Stated:
    return Stated(
        indicator=figure.indicator,
        value=figure.value,
        unit=figure.unit,
        place=figure.place,
        period=figure.period,
        kind=figure.kind,
        doc_id=document.doc_id,
        start=figure.start,
        quote=figure.quote,
        replied_on=document.replied_on.isoformat() if document.replied_on else None,
        matter=document.title,
        agency=document.agency,
    )
