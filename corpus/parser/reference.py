"""Reads kind, numbers, session and title of the proposal that a document answers, and its own document number."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import get_args

from corpus.language.dates import find_date
from corpus.language.numerals import NUMERAL, to_int
from corpus.parser.layout import Layout
from corpus.types import ProposalKind, Session

_NUM = r"[〇○零一二三四五六七八九十百\d]+"
_SESSION = re.compile(rf"第?\s*({_NUM})\s*届.{{0,20}}?第?\s*({_NUM})\s*次\s*(?:全体)?(?:会议|全会|会)")
_NUMBERS = re.compile(
    r"(?<![执初终刑行民]字)第\s*((?:[A-Za-z]{0,4}\s*[\d][\dA-Za-z\-—]*|[〇○零一二三四五六七八九十百]+)"
    r"(?:(?:\s*号)?\s*(?:[、，,和及与]|以及)\s*(?:第\s*)?[A-Za-z]{0,4}\d[\dA-Za-z\-]*)*)\s*号(?!来信|信件|工单|案件)"
)
_BARE_NUMBER = re.compile(
    r"(?:提案|建议|议案|(?<![访件信言单政求理])编号[：:]?|"
    r"案号[：:]?)\s*(?:编号[：:]?)?\s*([A-Za-z]{0,4}\d{2,}(?!\d)[\d\-]*)(?!\s*[余多]?[件条份项个名年])\s*号?"
    r"|(?<![〕\]）)\d])([A-Za-z]{0,4}\d{3,})\s*号(?:提案|建议|议案)|[(（]([A-Za-z]{0,4}\d{1,10})\s*号[)）]"
)
_IN_A_YEAR = re.compile(r"第\s*[A-Za-z]?\s*\((?:19|20)\d\d\)\s*(\d+)\s*号")
_DOC_NUMBER = re.compile(
    r"([\u4e00-\u9fff]{2,15}?)\s*[〔\[（(【﹝]\s*([12]\d{3})\s*年?[〕\]）)】﹞]\s*(第?)\s*([A-Za-z]{0,3}\d{1,5})\s*号"
)
_CLASS = re.compile(
    r"(?<![A-Za-z])[（(]?[A-D]\s*类[)）]?|[（(][A-D][)）]|[（(]?(?:办理|办复|答复)?类\s*别[：:]?\s*[A-D][)）]?"
)
_HANDED_IN = re.compile(r"提出|提交|转来|来函|反映|交办")
_ACKNOWLEDGED = re.compile(
    r"\s*[（(][^（）()]{0,12}第?\s*[A-Za-z]{0,4}\d|.{0,40}?(收悉|收到|已收|交(由)?我|由我.{0,8}(主办|承办|办理))"
)
_QUOTED_TITLE = re.compile(r"“((?:[^“”]|“[^“”]*”){6,80})”")
_QUOTED_ASK = re.compile(
    r"(?:提出|提交|转来|转交|反映)的?“(?:((?:[^“”]|“[^“”]*”){6,80})”的?(?:提案|建议|议案)|((?:[^“”]|“[^“”]*”){4,80}(?:提案|建议|议案))”)"
)
_PLAIN_TITLE = re.compile(
    r"(?:提出|提交|(?<=[您你])提的|(?<=[您你]们)提的|所提|(?<=[您你])(?=关于)|(?<=[您你]们)(?=关于))[^《》。]{0,6}?的?"
    r"(关于[^《》。；：]{4,60}?的?(?:提案|建议|议案)(?:”(?:的?(?:提案|建议|议案))?)?)"
)
# A quotation that begins with 关于 or ends with the kind of proposal is the title itself.
_QUOTED_WHOLE = re.compile(r"^关于“(关于[^“”]+|[^“”]+(?:提案|建议|议案))”?(的?(?:提案|建议|议案))?$")
_ABOUT = re.compile(r"[^，。]*?(?:关于)(?:反映|咨询)(.{4,60}?)的(?:答复|回复)$")
_RESIDENT = re.compile("(先生|女士|居民|村民|业主|家长)们?$|^(信访人|来信人|投诉人)")
_QUOTED_QUESTION = re.compile(r"(?:您|你)们?[^。]{0,60}?反映的?“([^“”]{4,200})”")
_PLAIN_QUESTION = re.compile(
    r"(?:您|你)们?[^。“”]{0,40}?反映的?(?!(?:的|有关|相关)*(?:问题|情况|事项|诉求|信访|意见))([^。“”]{6,100}?)"
    r"(?:的?(?:信访)?(?:问题|情况|事项|诉求|一事))?(?:，?(?:均?已|业已)?(?:收悉|收到)|，(?=我|现|已|经|本|转|由)|。)"
)
_ASKED_ON = re.compile(
    r"(?:您|你)们?(?:于|在)?((?:\d{4}年)?\d{1,2}月\d{1,2}日)[^。]{0,30}?"
    r"(?:来信|来访|来电|来函|反映|留言|投诉|咨询|信箱|寄来|写给|寄给|写信|致电|拨打)"
    r"|(?:您|你)们?[^。（(]{0,20}(?:信|来函|留言)[（(]((?:\d{4}年)?\d{1,2}月\d{1,2}日)[)）]"
)
_SPREAD = re.compile(r"(?<=[\u4e00-\u9fff])\u3000+(?=[\u4e00-\u9fff])")
_PROPOSES = re.compile("(提案|建议|议案)$")
_LAST_BRACKET = re.compile(r"[（(]([^（）()]*)[)）]$")
_NAMES_NUMBER = re.compile("第|号|提案|建议")
_POSTED_AT = re.compile(r"\s*20\d\d-\d\d?-\d\d? \d\d?:\d\d(?::\d\d)?$")  # a board prints it behind the title
_ALIAS = re.compile(r"(以下|下)?简?称")


def document_number(text: str) -> str | None:
    """The first document number in a text, normalised like 福民函〔2020〕43号.

    >>> document_number("福民函[2020]43 号"), document_number("第52号提案")
    ('福民函〔2020〕43号', None)
    """
    match = _DOC_NUMBER.search(unicodedata.normalize("NFKC", text))
    return f"{match[1]}〔{match[2]}〕{match[3]}{match[4]}号" if match else None


def own_document_number(layout: Layout, fields: dict[str, str]) -> str | None:
    """The document's own number: from a column, the heading's end, or a line of the head that holds little else."""
    if stated := document_number(fields.get("doc_number", "")):
        return stated
    for paragraph in layout.head:
        line = re.sub(r"\s", "", _CLASS.sub(" ", unicodedata.normalize("NFKC", paragraph.text)))
        line = re.sub(r"^(发文字号|文号|发文文号)[：:|]?", "", line).replace(":〔", "〔").replace(":[", "[")
        number = document_number(line)
        alone = number is not None and len(re.split(r"签发|公开|类别|[:：]", line)[0]) <= len(number) + 12
        if number and "第" not in line[:4] and (alone or re.search(r"号[)）]?$", line)):
            return number
    for paragraph in layout.closing:
        if re.match(r"[（(]?(文号|发文字号|编号)[：:]", paragraph.text):
            return document_number(paragraph.text)
    return None


def proposal_kind(layout: Layout, fields: dict[str, str]) -> ProposalKind:
    """The kind of proposal: by a column, else the heading, else the opening, else the salutation."""
    stated = fields.get("proposal_kind", "")
    if stated in get_args(ProposalKind):
        return stated  # type: ignore[return-value]  # narrowed by the line above
    salutation = "" if fields.get("question") else layout.salutation  # a member may write to a mailbox too
    for text in (stated, layout.heading or "", layout.opening[:200], salutation or ""):
        kinds: tuple[tuple[ProposalKind, re.Match[str] | None], ...] = (
            ("cppcc", re.search(r"政协|提案", text)),
            ("npc", re.search(r"人大|人民代表大会|代表建议|议案|代表.{0,4}提出的.{0,60}建议", text)),
        )
        if named := [(match.start(), named) for named, match in kinds if match]:
            return min(named)[1]
        if re.search(r"群众来信|来信|来访|留言|网友|市民|网民|信箱|信访|热线|咨询|投诉|关于反映", text):
            return "message"
        if re.search(r"代表", text) and text == layout.salutation:
            return "npc"
        if re.search(r"委员", text) and text == layout.salutation:
            return "cppcc"
    asked = fields.get("question") or fields.get("asked_on") or _RESIDENT.search(layout.salutation or "")
    return "message" if asked else "other"


def question(layout: Layout, fields: dict[str, str], kind: ProposalKind) -> str | None:
    """What was asked: from a column or the page, else the words that the opening of a reply to a resident quotes."""
    if stated := fields.get("question", "").strip():
        return stated
    if kind != "message":
        return None
    told = _QUOTED_QUESTION.search(layout.opening[:300]) or _PLAIN_QUESTION.search(layout.opening[:300])
    return told[1] if told else None


def asked_on(layout: Layout, fields: dict[str, str], kind: ProposalKind, replied: date | None) -> date | None:
    """When it was asked: from a column or the page, else from the opening of a reply to a resident, where a day without
    its year is the last before the reply."""
    if stated := find_date(fields.get("asked_on", "")):
        return stated
    told = _ASKED_ON.search(layout.opening[:300]) if kind == "message" else None
    day = (told[1] or told[2]) if told else ""
    if not day or "年" in day:
        return find_date(day)
    days = [find_date(f"{replied.year - back}年{day}") for back in (0, 1)] if replied else []
    return next((asked for asked in days if replied and asked and asked <= replied), None)


def session(layout: Layout, fields: dict[str, str]) -> Session | None:
    """The session (五届六次会议): from a column, else the heading, else the opening."""
    head = (paragraph.text for paragraph in layout.head)
    for text in (fields.get("session", ""), layout.heading or "", layout.opening[:300], *head):
        for match in _SESSION.finditer(unicodedata.normalize("NFKC", text)):
            term, meeting = to_int(match[1]), to_int(match[2])
            if term and meeting:
                return Session(term=term, meeting=meeting)
    return None


def proposal_numbers(layout: Layout, fields: dict[str, str]) -> tuple[str, ...]:
    """Every proposal number in a column, else in the heading, else in the opening; as published, without 第 and 号."""
    if "proposal_number" in fields:
        stated = unicodedata.normalize("NFKC", fields["proposal_number"])
        found = re.findall(r"[A-Za-z]{0,4}\d[\dA-Za-z\-]*", stated)
        return tuple(dict.fromkeys(found or _numbers_in(stated)))
    for text in (layout.heading or "", layout.opening[:400]):
        numbers = tuple(dict.fromkeys(_numbers_in(text)))
        if numbers:
            return numbers
    return ()


def _numbers_in(text: str) -> Iterable[str]:
    plain = _DOC_NUMBER.sub("", unicodedata.normalize("NFKC", text))
    for match in _IN_A_YEAR.finditer(plain):
        yield match[1]
    for match in _NUMBERS.finditer(plain):
        for part in re.split(r"[、，,和及与以]", match[1]):
            number = re.sub(r"[\s第号]", "", part).replace("—", "-")
            if re.fullmatch(r"[A-Za-z]{0,4}\d[\dA-Za-z\-]*", number):
                yield number
            elif (value := to_int(number)) is not None:
                yield str(value)
    if not _NUMBERS.search(plain) and not _IN_A_YEAR.search(plain):
        for match in _BARE_NUMBER.finditer(plain):
            yield match[1] or match[2] or match[3]


def title(layout: Layout, fields: dict[str, str]) -> str | None:
    """The proposal's title, without 《》 and without a number at its end."""
    if fields.get("title") and not _is_reply_heading(fields["title"]):
        stated = fields["title"].strip()
        return _tidy_title(stated[1:-1] if bracketed(stated) == [(0, len(stated))] else stated)
    opening = layout.opening
    candidates = [(s, e) for s, e in bracketed(opening) if not _ALIAS.search(opening[max(0, s - 5) : s])]
    for start, end in candidates:
        if _HANDED_IN.search(opening[max(0, start - 14) : start]) or _ACKNOWLEDGED.match(opening[end : end + 60]):
            return _tidy_title(opening[start + 1 : end - 1])
    heading = layout.heading or ""
    for start, end in bracketed(heading):
        return _tidy_title(heading[start + 1 : end - 1])
    for start, end in candidates:
        if _PROPOSES.search(opening[start + 1 : end - 1]):
            return _tidy_title(opening[start + 1 : end - 1])
    if layout.subject:
        return _tidy_title(layout.subject)
    for pattern, text in (
        (_QUOTED_TITLE, heading),
        (_QUOTED_ASK, opening[:300]),
        (_PLAIN_TITLE, opening[:300]),
        (_ABOUT, heading),
    ):
        if match := pattern.search(text):
            return _tidy_title(next(group for group in match.groups() if group))
    return None


def _is_reply_heading(text: str) -> bool:
    return bool(re.search(r"(号|提案|建议|议案).{0,12}(答复|回复|复函|函|报告|意见)", text))


def _tidy_title(text: str) -> str | None:
    trimmed = _QUOTED_WHOLE.sub(_unquoted, _POSTED_AT.sub("", re.sub(r"\s+", " ", _SPREAD.sub("", text.strip()))))
    if trimmed.endswith("”") and trimmed.count("”") > trimmed.count("“"):
        trimmed = trimmed[:-1]
    if (last := _LAST_BRACKET.search(trimmed)) and (named := _NAMES_NUMBER.search(last[1])):
        trimmed = trimmed[: last.start()] if re.search(r"\d", last[1][named.end() :]) else trimmed
    return re.sub(rf"\s*第\s*{NUMERAL}\s*号\s*$", "", trimmed).strip() or None


def _unquoted(match: re.Match[str]) -> str:
    """关于“关于修路”的建议 and 关于“修路的建议” without their quotation marks."""
    about = match[1].removeprefix("关于")
    return f"关于{about}" if re.search("(提案|建议|议案)$", about) else f"关于{about}{match[2] or ''}"


def bracketed(text: str) -> list[tuple[int, int]]:
    """The outermost 《…》 spans, brackets included; one that is never closed is left out.

    >>> bracketed("a《b《c》d》e《f》")
    [(1, 8), (9, 12)]
    """
    spans, depth, start = [], 0, 0
    for i, char in enumerate(text):
        if char == "《":
            if depth == 0:
                start = i
            depth += 1
        elif char == "》" and depth:
            depth -= 1
            if depth == 0:
                spans.append((start, i + 1))
        elif char == "\n" and depth:
            depth = 0
    return spans
