"""What things are called on the pages."""

from collections.abc import Sequence
from datetime import date, datetime

from corpus.facts.verdicts import Verdict
from corpus.labels import KINDS, ROLES
from corpus.language.numerals import to_chinese
from corpus.types import Citation, Document, Session
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot

OUTCOMES = {outcome: f"{outcome} 类" for outcome in "ABCD"}
VERDICTS: dict[Verdict, str] = {
    "adopted": "采纳", "partly": "部分采纳", "declined": "不采纳", "done": "已办结", "planned": "列入计划",
    "referred": "转办", "explained": "解释说明",
}  # fmt: skip
FACET_NAMES = {
    "agency": "单位", "district": "区域", "year": "年份", "kind": "类型", "role": "办理", "outcome": "办理类别",
}  # fmt: skip
_ADDRESSEES = {"cppcc": "委员", "npc": "代表", "message": "来信人", "other": "致"}
_BETWEEN = " › "


def session_label(session: Session) -> str:
    """五届六次会议."""
    return f"{to_chinese(session.term)}届{to_chinese(session.meeting)}次会议"


def date_label(value: date | str) -> str:
    """2023年6月5日, of a date or its ISO form."""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.year}年{day.month}月{day.day}日"


def date_span(since: str, until: str) -> str:
    """Of ISO dates, either of which may be empty.

    >>> date_span("2023-01-01", "2023-06-30"), date_span("", "2023-06-30")
    ('2023年1月1日 至 2023年6月30日', '2023年6月30日 以前')
    """
    if since and until:
        return f"{date_label(since)} 至 {date_label(until)}"
    return f"{date_label(since)} 以来" if since else f"{date_label(until)} 以前"


def facet_value(name: str, value: str) -> str:
    """What a value of a facet is called."""
    named = {"kind": KINDS, "role": ROLES, "outcome": OUTCOMES}.get(name, {})
    return f"{value} 年" if name == "year" else named.get(value, value)


def named_label(kind: str, values: Sequence[str]) -> str:
    """What a query names, for people.

    >>> named_label("agency", ["松澜市民政局"]), named_label("year", ["2021"])
    ('单位“松澜市民政局”', '年份 2021')
    >>> named_label("agency", ["松澜市民政局", "临渡区民政局"])
    '单位“松澜市民政局”等 2 个'
    """
    if kind == "agency":
        return f"单位“{values[0]}”" + (f"等 {len(values)} 个" if len(values) > 1 else "")
    if kind == "session":
        term, meeting = map(int, values[0].split("-"))
        return f"届次 {session_label(Session(term=term, meeting=meeting))}"
    if kind == "date":
        year, month, *day = values[0].split("-")
        return f"日期 {date_label(values[0])}" if day else f"日期 {year}年{int(month)}月"
    names = {"district": "区域", "year": "年份", "kind": "类型", "member": "提出人"}
    return f"{names[kind]} {'、'.join(KINDS.get(value, value) for value in values)}"


def moment_label(iso: str) -> str:
    """A moment on the server's clock, to the minute."""
    moment = datetime.fromisoformat(iso).astimezone()
    return f"{date_label(moment.date())} {moment:%H:%M}"


def document_label(title: str | None, heading: str | None, doc_number: str | None, doc_id: str) -> str:
    """What a document is called: its title, else what stands over it, else its number, else its id."""
    return title or heading or doc_number or doc_id


def label_of(snapshot: Snapshot, entry: DocumentEntry) -> str:
    """What a document of the archive is called, masked. It is opened only where it has no title."""
    heading = None if entry.title else snapshot.masked(entry).heading
    return document_label(entry.title, heading, entry.doc_number, entry.doc_id)


def section_label(path: str) -> str:
    """A section's path as a search gives it, without the full stops of run-in headings.

    >>> section_label("二、财政支持 › （一）补助标准。")
    '二、财政支持 › （一）补助标准'
    """
    return _BETWEEN.join(heading.rstrip("。：: ") for heading in path.split(_BETWEEN))


def longest(words: Sequence[str]) -> list[str]:
    """Words that are no part of another: how a search splits 住房公积金 for the index is not for the eye.

    >>> longest(["住房", "公积", "积金", "公积金"])
    ['住房', '公积金']
    """
    return [word for word in words if not any(word != other and word in other for other in words)]


def facts(document: Document) -> list[tuple[str, str]]:
    """All that was read off a document, as (name, value); what is absent is left out."""
    addressees = "致" if document.role == "opinion" else _ADDRESSEES[document.proposal_kind]
    contact = document.contact
    rows = [
        ("单位", document.agency),
        ("文号", document.doc_number),
        ("类型", KINDS[document.proposal_kind]),
        ("编号", "、".join(document.proposal_numbers)),
        ("届次", document.session and session_label(document.session)),
        ("办理", ROLES[document.role]),
        (addressees, "、".join(document.addressees)),
        ("协办单位", "、".join(document.co_agencies)),
        ("提出日期", document.asked_on and date_label(document.asked_on)),
        ("答复日期", document.replied_on and date_label(document.replied_on)),
        ("办理类别", document.outcome and OUTCOMES[document.outcome]),
        ("联系人", contact and "、".join(contact.names)),
        ("电话", contact and "、".join(contact.phones)),
        ("邮箱", contact and "、".join(contact.emails)),
        ("来源", _source(document)),
    ]
    return [(name, value) for name, value in rows if value]


def figure_label(value: float, unit: str) -> str:
    """A value as people write it.

    >>> figure_label(294000, "个"), figure_label(470_000_000, "元"), figure_label(2310, "处"), figure_label(9.5, "%")
    ('29.4万个', '4.7亿元', '2310处', '9.5%')
    """
    for power, name in ((10**8, "亿"), (10**4, "万")):
        if abs(value) >= power:
            return f"{value / power:.10g}{name}{unit}"
    return f"{value:.10g}{unit}"


def period_label(period: str) -> str:
    """An ISO day, month or year, or two of them, in words.

    >>> period_label("2022"), period_label("2022-12"), period_label("2024-09-01"), period_label("2025-01/2025-05")
    ('2022年', '2022年12月', '2024年9月1日', '2025年1月至2025年5月')
    """
    ends = [part.split("-") for part in period.split("/")]
    return "至".join("".join(f"{int(n)}{name}" for n, name in zip(end, "年月日", strict=False)) for end in ends)


def citation_label(cited: Citation) -> str:
    """《松澜市老年助餐服务管理办法》（松民规〔2024〕2号）."""
    return f"《{cited.title}》" + (f"（{cited.number}）" if cited.number else "")


def _source(document: Document) -> str:
    source = document.source
    return source.path if source.locator is None else f"{source.path} 第 {source.locator} 行"
