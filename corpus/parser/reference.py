"""Reads kind, numbers, session and title of the proposal that a document answers, and its own document number."""

import re
import unicodedata
from collections.abc import Iterable
from typing import get_args

from corpus.language.numerals import NUMERAL, to_int
from corpus.parser.layout import Layout
from corpus.types import ProposalKind, Session

_NUM = r"[〇○零一二三四五六七八九十百\d]+"
_SESSION = re.compile(rf"第?\s*({_NUM})\s*届.{{0,20}}?第?\s*({_NUM})\s*次\s*(?:全体)?(?:会议|全会|会)")
_NUMBERS = re.compile(
    r"第\s*((?:[A-Za-z]{0,4}\s*[\d][\dA-Za-z\-—]*|[〇○零一二三四五六七八九十百]+)"
    r"(?:(?:\s*号)?\s*(?:[、，,和及与]|以及)\s*(?:第\s*)?[A-Za-z]{0,4}\d[\dA-Za-z\-]*)*)\s*号"
)
_BARE_NUMBER = re.compile(
    r"(?:提案|建议|议案|编号[：:]?|案号[：:]?)\s*(?:编号[：:]?)?\s*([A-Za-z]{0,4}\d{2,}(?!\d)[\d\-]*)(?!\s*[余多]?[件条份项个名年])\s*号?"
    r"|(?<![〕\]）)\d])([A-Za-z]{0,4}\d{3,})\s*号(?:提案|建议|议案)"
)
_DOC_NUMBER = re.compile(
    r"([\u4e00-\u9fff]{2,15}?)\s*[〔\[（(【﹝]\s*([12]\d{3})\s*年?[〕\]）)】﹞]\s*(第?)\s*(\d{1,5})\s*号"
)
_HANDED_IN = re.compile(r"提出|提交|转来|来函|反映|交办")
_ACKNOWLEDGED = re.compile(r"\s*[（(][^（）()]{0,12}第?\s*[A-Za-z]{0,4}\d|.{0,40}?(收悉|收到|已收|交(由)?我)")
_QUOTED_TITLE = re.compile(r"“((?:[^“”]|“[^“”]*”){6,80})”")
_QUOTED_ASK = re.compile(r"(?:提出|提交)的?“((?:[^“”]|“[^“”]*”){6,80})”的?(?:提案|建议|议案)")
_PLAIN_TITLE = re.compile(r"(?:提出|提交)[^《》。]{0,6}?的?(关于[^《》。；：]{4,60}?的?(?:提案|建议|议案))")
_LAST_BRACKET = re.compile(r"[（(]([^（）()]*)[)）]$")
_NAMES_NUMBER = re.compile("第|号|提案|建议")
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
    if "doc_number" in fields:
        return document_number(fields["doc_number"])
    for paragraph in layout.head:
        line = re.sub(r"\s", "", unicodedata.normalize("NFKC", paragraph.text))
        line = re.sub(r"^(发文字号|文号|发文文号)[：:|]?", "", line)
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
    for text in (stated, layout.heading or "", layout.opening[:200], layout.salutation or ""):
        if re.search(r"政协|提案", text):
            return "cppcc"
        if re.search(r"人大|人民代表大会|代表建议|议案|代表.{0,4}提出的.{0,60}建议", text):
            return "npc"
        if re.search(r"群众来信|来信|留言|网友|市民|网民|信箱|信访|热线|咨询|投诉", text):
            return "message"
        if re.search(r"代表", text) and text == layout.salutation:
            return "npc"
        if re.search(r"委员", text) and text == layout.salutation:
            return "cppcc"
    return "message" if fields.get("question") else "other"


def session(layout: Layout, fields: dict[str, str]) -> Session | None:
    """The session (五届六次会议): from a column, else the heading, else the opening."""
    for text in (fields.get("session", ""), layout.heading or "", layout.opening[:300]):
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
        return tuple(dict.fromkeys(found))
    for text in (layout.heading or "", layout.opening[:400]):
        numbers = tuple(dict.fromkeys(_numbers_in(text)))
        if numbers:
            return numbers
    return ()


def _numbers_in(text: str) -> Iterable[str]:
    plain = _DOC_NUMBER.sub("", unicodedata.normalize("NFKC", text))
    for match in _NUMBERS.finditer(plain):
        for part in re.split(r"[、，,和及与以]", match[1]):
            number = re.sub(r"[\s第号]", "", part).replace("—", "-")
            if re.fullmatch(r"[A-Za-z]{0,4}\d[\dA-Za-z\-]*", number):
                yield number
            elif (value := to_int(number)) is not None:
                yield str(value)
    if not _NUMBERS.search(plain):
        for match in _BARE_NUMBER.finditer(plain):
            yield match[1] or match[2]


def title(layout: Layout, fields: dict[str, str]) -> str | None:
    """The proposal's title, without 《》 and without a number at its end."""
    if fields.get("title") and not _is_reply_heading(fields["title"]):
        return _tidy_title(fields["title"].strip().removeprefix("《").removesuffix("》"))
    opening = layout.opening
    candidates = [(s, e) for s, e in bracketed(opening) if not _ALIAS.search(opening[max(0, s - 5) : s])]
    for start, end in candidates:
        if _HANDED_IN.search(opening[max(0, start - 14) : start]) or _ACKNOWLEDGED.match(opening[end : end + 60]):
            return _tidy_title(opening[start + 1 : end - 1])
    heading = layout.heading or ""
    for start, end in bracketed(heading):
        return _tidy_title(heading[start + 1 : end - 1])
    for pattern, text in ((_QUOTED_TITLE, heading), (_QUOTED_ASK, opening[:200]), (_PLAIN_TITLE, opening[:200])):
        if match := pattern.search(text):
            return _tidy_title(match[1])
    return None


def _is_reply_heading(text: str) -> bool:
    return bool(re.search(r"(号|提案|建议|议案).{0,12}(答复|回复|复函|函|报告|意见)", text))


def _tidy_title(text: str) -> str | None:
    trimmed = text.strip()
    if (last := _LAST_BRACKET.search(trimmed)) and (named := _NAMES_NUMBER.search(last[1])):
        trimmed = trimmed[: last.start()] if re.search(r"\d", last[1][named.end() :]) else trimmed
    return re.sub(rf"\s*第\s*{NUMERAL}\s*号\s*$", "", trimmed).strip() or None


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
