"""The query language: words, "phrase", -exclude, and fields in Chinese or English.

单位:民政局 年份:2020..2025 日期:2023-01..2023-06 编号:20200110 文号:福民函〔2020〕43号 类型:政协 办理:会办. A bare
number or document number is a look-up. Text longer than a line is a passage to match: nothing in it is an operator.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date

from corpus.errors import DafuError
from corpus.parser.reference import document_number
from indexer.engine.filters import Filter
from indexer.terms import analyzer
from search_api.facets import Chosen

LONGEST_LINE = 100
"""Characters: a query language line; a longer text, or one of several lines, is a passage to match."""

_LONGEST_COMMAND = 40
"""Characters: in a longer line an unknown name before a colon is prose (尊敬的书记:您好), not a field misspelt."""

LONGEST_QUERY = 50_000
"""Characters: the longest proposals have 20,000; more is a file pasted by mistake."""

_MAX_CONDITIONS = 20
"""Words to exclude, and phrases: each costs a look into the index, and some of them into the texts."""

_FIELDS = {
    "单位": "agencies", "部门": "agencies", "机关": "agencies", "agency": "agencies",
    "年份": "years", "年度": "years", "年": "years", "year": "years",
    "日期": "dates", "答复日期": "dates", "date": "dates",
    "编号": "numbers", "提案号": "numbers", "建议号": "numbers", "number": "numbers",
    "文号": "doc_numbers", "doc_number": "doc_numbers",
    "类型": "kinds", "kind": "kinds",
    "办理": "roles", "role": "roles",
}  # fmt: skip
_KINDS = {
    "政协": "cppcc", "提案": "cppcc", "政协提案": "cppcc", "cppcc": "cppcc",
    "人大": "npc", "建议": "npc", "人大建议": "npc", "代表建议": "npc", "npc": "npc",
    "群众来信": "message", "来信": "message", "留言": "message", "群众": "message", "message": "message",
    "其他": "other", "其它": "other", "other": "other",
}  # fmt: skip
_ROLES = {
    "主办": "lead", "主办答复": "lead", "答复": "lead", "lead": "lead",
    "会办": "opinion", "会办意见": "opinion", "协办": "opinion", "opinion": "opinion",
    "不是答复": "none", "非答复": "none", "none": "none",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<minus>-)?(?:(?P<field>[\w\u4e00-\u9fff]{1,12})(?P<colon>[:：])\s*)?"
    r'(?:"(?P<quoted>[^"]*)"|(?:(?<!\S)|(?<=[-:：]))“(?P<chinese>[^“”]+)”(?!\S)|(?P<word>[^\s"]+))'
)
_HALF = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"第?\s*([A-Z]{0,4}\d{2,12}(?:-\d{1,6})?)\s*号?\s*(?:提案|建议|议案)?")


class QueryError(DafuError):
    """A query that cannot be understood; the sentence says what was found and how to write it."""


@dataclass(frozen=True)
class ParsedQuery:
    """`text` is what is matched (words and phrases, operators taken out); `lookup_*` are set for a bare number.

    `spoken` are the words in which an agency, a year or a member may be named: those of a line that stand in no quotes.
    `chosen` is no part of the language: it narrows the list that the query finds.
    """

    text: str
    wanted: Filter
    spoken: str = ""
    lookup_number: str | None = None
    lookup_doc_number: str | None = None
    chosen: Chosen = field(default_factory=dict)

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for documents without words."""
        return bool(self.wanted or self.chosen)

    def literal(self) -> "ParsedQuery":
        """The same without names: every word is looked for as it stands."""
        return replace(self, spoken="")


def parse_query(query: str) -> ParsedQuery:
    """Read a query. Raises QueryError for an empty or garbled one, an unknown field, an unclosed quote, a range upside
    down."""
    text = query.strip()
    if not text:
        raise QueryError("查询为空：请输入几个词、一个编号或文号，或者粘贴一段文字。")
    if _HALF.search(text):  # a terminal of another encoding
        raise QueryError("查询里有读不出的字符：请把终端的编码改为 UTF-8，再输入一次。")
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"查询有 {len(text)} 个字符，超过上限 {LONGEST_QUERY}：请只粘贴需要答复的部分。")
    if "\n" in text or len(text) > LONGEST_LINE:
        return plain(text)
    line = unicodedata.normalize("NFKC", text).replace("＂", '"')
    if lookup := _lookup(line):
        return lookup
    return _parse_line(text)


def plain(text: str) -> ParsedQuery:
    """The text as it is, without operators."""
    return ParsedQuery(text, Filter())


def _lookup(line: str) -> ParsedQuery | None:
    compact = re.sub(r"\s+", "", line)
    number = document_number(compact)
    if number and len(re.sub(r"\W", "", number)) == len(re.sub(r"[\W年]", "", compact)):
        return ParsedQuery(line, Filter(), line, lookup_doc_number=number)
    if match := _NUMBER.fullmatch(line.upper()):
        return ParsedQuery(line, Filter(), line, lookup_number=match[1])
    return None


def _parse_line(line: str) -> ParsedQuery:
    if line.replace("＂", '"').count('"') % 2:
        raise QueryError('引号没有成对：请用一对英文双引号把要精确匹配的词语括起来，例如 "长者食堂"。')
    words: list[str] = []
    spoken: list[str] = []
    wanted = Filter()
    for match in _TOKEN.finditer(line.replace("＂", '"')):
        phrase = match["quoted"] if match["quoted"] is not None else match["chinese"]
        value = (phrase if phrase is not None else match["word"]).strip()
        if phrase is None and not match["minus"]:
            _refuse_half_written(value)
        field = _field(match, value)
        if field is not None:
            wanted = _with_field(wanted, field, match["field"], value, negated=bool(match["minus"]))
            continue
        whole = f"{match['field']}{match['colon']}{value}" if match["field"] else value
        if match["minus"]:
            wanted = replace(wanted, excluded=(*wanted.excluded, whole))
        elif phrase is not None and not value:
            raise QueryError('引号里没有内容：请在一对双引号之间写上要精确匹配的词语，例如 "长者食堂"。')
        else:
            words.append(whole)
            if phrase is None:
                spoken.append(whole)
            else:
                wanted = replace(wanted, phrases=(*wanted.phrases, value))
    _refuse_too_many(wanted)
    return ParsedQuery(" ".join(words), wanted, " ".join(spoken))


def _refuse_too_many(wanted: Filter) -> None:
    for name, parts in (("要排除的词", wanted.excluded), ("精确词语", wanted.phrases)):
        if len(parts) > _MAX_CONDITIONS:
            raise QueryError(f"{name}有 {len(parts)} 个，超过上限 {_MAX_CONDITIONS} 个：请只留最要紧的几个。")


def _refuse_half_written(word: str) -> None:
    """A minus or a field with nothing behind it."""
    if word == "-":
        raise QueryError("减号后面没有词：请写成“-词语”，中间不留空格，例如 养老 -医院。")
    name = word[:-1]
    if word.endswith((":", "：")) and analyzer.normalise(name) in _FIELDS:
        raise QueryError(f"字段“{name}”后面没有内容：请写成 {name}:内容，例如 单位:民政局、年份:2020..2025。")


def _field(match: re.Match[str], value: str) -> str | None:
    """The Filter field that a token names; None where it names none and is a word like any other."""
    if not match["field"]:
        return None
    name = analyzer.normalise(match["field"])
    if name in _FIELDS:
        return _FIELDS[name]
    # A full-width colon also stands in ordinary text, and so does one in an address or a time of day.
    if match["colon"] == "：" or name.isdecimal() or value.startswith("//") or len(match.string) > _LONGEST_COMMAND:
        return None
    raise QueryError(
        f"不认识的字段“{match['field']}”：可用的字段有 单位、年份、日期、编号、文号、类型、办理，例如 单位:民政局。"
    )


def _with_field(wanted: Filter, field: str, name: str, value: str, *, negated: bool) -> Filter:
    if negated:
        raise QueryError(f"“-{name}:{value}”：字段前不能加减号。要排除词语请写“-词语”；要限定范围请直接写字段。")
    if not value:
        raise QueryError(f"字段“{name}”后面没有内容：请写成 {name}:内容，例如 单位:民政局、年份:2020..2025。")
    if field == "years":
        return replace(wanted, years=(*wanted.years, _years(value)))
    if field == "dates":
        return replace(wanted, dates=(*wanted.dates, _dates(value)))
    if field == "kinds":
        return replace(wanted, kinds=(*wanted.kinds, _choice(value, _KINDS, name, "政协、人大、来信、其他")))
    if field == "roles":
        return replace(wanted, roles=(*wanted.roles, _choice(value, _ROLES, name, "主办、会办、不是答复")))
    if field == "numbers":
        return replace(wanted, numbers=(*wanted.numbers, value))
    if field == "doc_numbers":
        return replace(wanted, doc_numbers=(*wanted.doc_numbers, value))
    return replace(wanted, agencies=(*wanted.agencies, value))


def _choice(value: str, choices: dict[str, str], name: str, allowed: str) -> str:
    plain_value = analyzer.normalise(value)
    if plain_value not in choices:
        raise QueryError(f"字段“{name}”的值“{value}”无法识别：可以是 {allowed}。")
    return choices[plain_value]


def _years(value: str) -> tuple[int, int]:
    plain_value = unicodedata.normalize("NFKC", value).replace("年", "")
    match = re.fullmatch(r"(\d{4})?(?:(\.\.\.?|-|~|至|—)(\d{4})?)?", plain_value)
    if not match or not (match[1] or match[3]):
        raise QueryError(f"年份“{value}”无法识别：请写成 年份:2020 或 年份:2020..2025。")
    first = int(match[1]) if match[1] else 0
    last = int(match[3]) if match[3] else (9999 if match[2] else first)
    if first > last:
        raise QueryError(f"年份范围“{value}”前后颠倒：起始年 {first} 晚于结束年 {last}，请写成 年份:{last}..{first}。")
    return first, last


def _dates(value: str) -> tuple[date, date]:
    """The first and the last day of a day, a month, a year, or of a range of those, open at either end."""
    plain_value = unicodedata.normalize("NFKC", value)
    first, separator, last = re.fullmatch(r"(.*?)(?:(\.\.\.?|~|至|—)(.*))?", plain_value).groups()  # type: ignore[union-attr]  # matches anything
    begin, end = days_of(first), days_of(last if separator else first)
    if not (begin or end) or (first and not begin) or (last and not end):
        raise QueryError(f"日期“{value}”无法识别：请写成 日期:2023-06-18、日期:2023-06 或 日期:2023-01..2023-06。")
    span = (begin[0] if begin else date.min, end[1] if end else date.max)
    if span[0] > span[1]:
        raise QueryError(f"日期范围“{value}”前后颠倒：请写成 日期:{last}..{first}。")
    return span


def days_of(text: str) -> tuple[date, date] | None:
    """From the first to the last day of 2023, 2023-06, 2023-06-18 or 2023年6月18日; None where it is none of these."""
    match = re.fullmatch(r"(\d{4})(?:[-/年](\d{1,2})(?:[-/月](\d{1,2}))?)?[年月日]?", text)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        begin = date(year, month or 1, day or 1)
        last_month = month or 12
        return begin, date(year, last_month, day or monthrange(year, last_month)[1])
    except ValueError:  # a month 13, a 30 February
        return None
