"""What a sheet says, in whatever format."""

import re
from datetime import date
from urllib.parse import quote

from corpus.language.numerals import to_chinese
from search_api.desk.sheet.model import Sheet, SheetPassage, SheetPoint
from search_api.labels import date_label, section_label

KIND = "答复参考"
"""What the sheet is; its title where there is no proposal."""

WRITE_HERE = "拟答复："

OUTDATED = "旧版本，答复已有新版本"
"""Stands in the citation of words that the document's current version has no longer."""

_CHOSEN = "选取的段落"
_WRAPPED = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*\n[ \t]*(?=[\u3000-\u9fff\uff00-\uffef])")
_WEB_ADDRESS = re.compile(r"(https?://[A-Za-z0-9._-]+(?::\d{1,5})?)([/?#].*)?")
_LONGEST_ADDRESS = 2083
"""Characters. Word calls a file with a longer one damaged."""


def citation(
    *,
    agency: str | None,
    title: str | None,
    doc_number: str | None,
    replied_on: date | None,
    passage_number: int | None,
    is_outdated: bool = False,
) -> str:
    """The exact source of a passage in one line; what is absent is left out.

    >>> day = date(2020, 8, 20)
    >>> citation(agency="民政局", title="…", doc_number="福民函〔2020〕43号", replied_on=day, passage_number=3)
    '民政局：《…》答复，福民函〔2020〕43号，2020-08-20，第3段'
    >>> citation(agency="民政局", title=None, doc_number=None, replied_on=None, passage_number=3)
    '民政局：第3段'
    """
    parts = (
        f"《{one_line(title)}》答复" if title and title.strip() else "",
        one_line(doc_number or ""),
        replied_on.isoformat() if replied_on else "",
        "" if passage_number is None else f"第{passage_number}段",
        OUTDATED if is_outdated else "",
    )
    return "：".join(filter(None, (one_line(agency or ""), "，".join(filter(None, parts)))))


def age(replied_on: date, today: date) -> str:
    """How long ago, in whole months of the calendar, or in days below one.

    >>> age(date(2023, 3, 5), date(2025, 6, 5)), age(date(2025, 5, 24), date(2025, 6, 5))
    ('2年3个月前', '12天前')
    """
    if replied_on > today:
        return "日期在今天之后"
    months = (today.year - replied_on.year) * 12 + today.month - replied_on.month - (today.day < replied_on.day)
    years, months = divmod(months, 12)
    if years or months:
        return (f"{years}年" if years else "") + (f"{months}个月" if months else "") + "前"
    days = (today - replied_on).days
    return f"{days}天前" if days else "今天"


def title_of(sheet: Sheet) -> str:
    """The proposal's title, or what the sheet is."""
    return one_line(sheet.title or "") or KIND


def facts_of(sheet: Sheet) -> list[str]:
    """What stands under the title."""
    asks = [point for point in sheet.points if point.number is not None]
    unprecedented = sum(not point.passages and point.precedent is False for point in asks)
    uncertain = "、".join(to_chinese(point.number) for point in asks if point.number and point.is_uncertain)
    counts = [
        f"诉求{len(asks)}条" if asks else "",
        f"选取段落{sum(len(point.passages) for point in sheet.points)}个",
        f"没有先例{unprecedented}条" if unprecedented else "",
        f"诉求{uncertain}没有把握" if uncertain else "",
    ]
    number = one_line(sheet.number or "")
    made_on = f"制表日期：{date_label(sheet.made_on)}"
    return [*([f"编号：{number}"] if number else []), made_on, "，".join(filter(None, counts))]


def heading_of(point: SheetPoint) -> str:
    """诉求一：…, or the text alone of what has no number."""
    text = one_line(point.text)
    if point.number is None:
        return text or _CHOSEN
    return "：".join(filter(None, (f"诉求{to_chinese(point.number)}", text)))


def source_of(passage: SheetPassage) -> str:
    """The citation; the document's id where there is none."""
    return one_line(passage.citation) or passage.doc_id


def nothing_in(point: SheetPoint) -> str:
    """What stands where no passage was chosen."""
    return "没有先例" if point.precedent is False else "未选取段落"


def note_of(passage: SheetPassage, today: date) -> list[str]:
    """What helps to judge a passage: how close, how old, answering which number, under which heading."""
    day = passage.replied_on
    number = one_line(passage.proposal_number or "")
    notes = (
        passage.band,
        f"{date_label(day)}（{age(day, today)}）" if day else "日期不详",
        f"编号{number}" if number else None,
        section_label(one_line(passage.section or "")),
    )
    return [note for note in notes if note]


def warning_of(passage: SheetPassage) -> str | None:
    """What must be known before a passage is used whose place another took."""
    return f"已有新答复，请以新答复为准：{one_line(passage.newer)}" if passage.newer else None


def one_line(text: str) -> str:
    """Without line ends, tabs and doubled spaces; between Chinese characters a line end is nothing.

    >>> one_line("提高补助标准。\\n允许子女提取"), one_line("5G\\n网络  建设")
    ('提高补助标准。允许子女提取', '5G 网络 建设')
    """
    return " ".join(_WRAPPED.sub("", text).split())


def paragraphs(text: str) -> list[str]:
    """The lines that say something, without white space at their ends."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def link(address: str | None) -> str | None:
    """An address fit for a link in any format; None for what is none, such as a path without a host.

    >>> link("http://10.1.2.3:8000/documents/市民政局?passage=3")
    'http://10.1.2.3:8000/documents/%E5%B8%82%E6%B0%91%E6%94%BF%E5%B1%80?passage=3'
    >>> link("javascript:alert(1)"), link("/documents/1")
    (None, None)
    """
    match = _WEB_ADDRESS.fullmatch(address.strip()) if address else None
    if not match:
        return None
    host, rest = match.groups(default="")
    found = host + re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(rest, safe="/?#%&=:;,+@!$~"))
    return found if len(found) <= _LONGEST_ADDRESS else None
