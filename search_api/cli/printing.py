"""What a search and a match look like on a terminal."""

from collections.abc import Sequence

from corpus.tables import CELL_SEPARATOR
from search_api.analyses.conflicts import Conflict
from search_api.analyses.lineage import ChainDocument, Lineage
from search_api.analyses.stated import FigureSeries
from search_api.labels import named_label
from search_api.match import CoveringDocument, Match, MatchedPoint
from search_api.types import Closeness, Explanation, Hit, SearchResult

_VERDICTS: dict[Closeness, str] = {
    "answered": "",
    "uncertain": "  [没有把握，请看这几份]",
    "none": "  [没有找到先例，以下仅供参考]",
}
_PLACEHOLDER = "（无题）"
_SHOWN_CHARACTERS = 120  # of a passage
_SHOWN_HITS = 3  # documents of a point
_SHOWN_DOCUMENTS = 5  # documents of the matrix
_SHOWN_CHANGES = 3  # sentences of a document of a chain; --json has all


def result(found: SearchResult) -> str:
    """The hits of a search, a card each."""
    if not found.hits:
        return f"没有找到与“{found.query[:60]}”有关的答复。可以换用别的说法，减少词语，或去掉范围限制。"
    nearest = "以下是最接近的几份，仅供参考。" if found.closeness == "none" else ""
    head = [f"{found.message}。{nearest}"] if found.message else []
    if found.searched:
        head.append(f"按拼音查找“{found.searched}”；要查这几个字母，请加双引号")
    if found.named:
        named = "、".join(named_label(n.kind, n.values) for n in found.named)
        head.append(f"按{named}优先；要按字面检索，请给这几个字加双引号")
    head.append(f"{found.total} 份答复，按相关程度排列，用时 {found.took_ms:.0f} 毫秒")
    return "\n".join([*head, *map(_card, found.hits)])


def match(found: Match) -> str:
    """The points with their first passages, and the documents that cover most of them."""
    head = [f"《{found.title}》" if found.title else "（没有标题）", f"诉求 {len(found.points)} 条"]
    parts = ["，".join(head), *map(_point, found.points)]
    if found.documents:
        parts.append(f"\n覆盖诉求最多的答复（共 {len(found.documents)} 份）：")
        parts += [_covering(document) for document in found.documents[:_SHOWN_DOCUMENTS]]
    return "\n".join(parts)


def figures(found: Sequence[FigureSeries]) -> str:
    """The series, a line a statement."""
    if not found:
        return "没有找到两份以上答复都说到的数据。可以减少词语，或换用别的说法。"
    return "\n\n".join(_series(series) for series in found)


def lineage(found: Lineage) -> str:
    """The documents of a chain in order of time, each with what it and the asked document say differently."""
    if not found.chain:
        return "没有找到同一件事的其他答复。"
    return "\n\n".join(_in_chain(document, found.doc_id) for document in found.chain)


def _in_chain(document: ChainDocument, asked: str) -> str:
    source = "，".join(filter(None, [document.agency, document.replied_on or "日期不详"]))
    lines = [f"{document.title or _PLACEHOLDER}  {source}{'  [这一份]' if document.doc_id == asked else ''}"]
    lines.append(f"   {document.doc_id}")
    lines += [f"   沿用：{_short(text)}" for _, text in document.carried_over]
    for earlier, later in document.changed[:_SHOWN_CHANGES]:
        lines.append(f"   原：{_short(earlier)}\n   改：{_short(later)}")
    return "\n".join(lines)


def conflicts(found: Sequence[Conflict]) -> str:
    """The pairs, likeliest first, with what each document says."""
    if not found:
        return "没有找到可能的矛盾。可以减少词语，或换用别的说法。"
    return "\n\n".join(_conflict(each) for each in found)


def _conflict(found: Conflict) -> str:
    lines = [f"{found.what}  [{found.score:.0%}]"]
    for side in (found.a, found.b):
        value = "" if side.value is None else f"{side.value:,}  "
        lines.append(f"   {value}{side.doc_id}  {_short(side.quote)}")
    return "\n".join(lines)


def _series(series: FigureSeries) -> str:
    lines = [f"{series.place}  {series.indicator}（{series.unit}）"]
    for point in series.series:
        lines.append(f"   {point.period or '时期不详'}  {point.value:,}  {point.doc_id}  {_short(point.quote)}")
    return "\n".join(lines)


def _point(point: MatchedPoint) -> str:
    verdict = _VERDICTS[point.closeness]
    lines = [f"\n{point.number}. {_short(point.text)}{verdict}"]
    for hit in point.hits[:_SHOWN_HITS]:
        replied = hit.replied_on.isoformat() if hit.replied_on else None
        source = "，".join(filter(None, [hit.agency, hit.doc_number, replied]))
        lines.append(f"   {hit.title or _PLACEHOLDER}  [{hit.band}]  {source}")
        lines += [f"   · {_short(passage.text)}" for passage in hit.passages]
    return "\n".join(lines)


def _covering(document: CoveringDocument) -> str:
    points = "、".join(map(str, document.covered))
    return f"   {document.title or _PLACEHOLDER}（{document.agency or '单位不详'}）：诉求 {points}"


def _short(text: str) -> str:
    line = text.replace("\n", " ").replace(CELL_SEPARATOR, "  ")
    return line if len(line) <= _SHOWN_CHARACTERS else line[:_SHOWN_CHARACTERS] + "…"


def _card(hit: Hit) -> str:
    replied = hit.replied_on.isoformat() if hit.replied_on else None
    facts = [
        fact
        for fact in (hit.agency, replied, hit.doc_number, hit.proposal_number and f"第{hit.proposal_number}号")
        if fact
    ]
    lines = [f"\n{hit.rank}. {hit.title or _PLACEHOLDER}  [{hit.band}]", f"   {'，'.join(facts)}", f"   {hit.doc_id}"]
    for passage in hit.passages:
        lines.append(f"   · {passage.section + '：' if passage.section else ''}{_short(passage.text)}")
    if hit.explanation:
        lines.append(f"   为什么：{_reasons(hit.explanation)}")
    return "\n".join(lines)


def _reasons(why: Explanation) -> str:
    if not why.is_ranked:
        return "按编号、文号或筛选条件找到"
    scores = [("词语得分", why.lexical_score), ("向量得分", why.vector_score), ("向量权重", why.vector_weight)]
    said = [f"{name} {value}" for name, value in scores if value is not None]
    words = "、".join(why.matched_terms[:12]) or "无"
    return "；".join([f"答复这一问题的可能性 {why.likelihood}", f"共同的词 {words}", *said])
