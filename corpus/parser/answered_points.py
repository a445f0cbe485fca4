"""Finds the asks that a document says it answers: X in a heading like 关于“X”的建议."""

import re
from collections.abc import Iterator

from corpus.language.numbering import numbering
from corpus.parser.layout import Layout
from corpus.parser.sections import heading_of

_SUFFIX = r"(?:的)?(?:几点|具体|相关|有关)?(?:建议|问题|意见|诉求|提案|议案|事项|提议)"
_ABOUT = re.compile(rf"(?:针对|关于|对于)(?P<ask>.+?){_SUFFIX}(?:的?(?:答复|回复|办理情况|办理|落实情况|采纳情况))?")
_BY_WHOM = re.compile(r"^(?:(?:您|你)们?|委员|代表|提案|建议)?(?:中|里)?(?:所)?(?:提出|反映|提到|关心)?的?(?=“)")
# 针对你们提出的建议 names no ask.
_WHOSE = "您|你|贵|各位|提案|代表|委员|上述|以上|该|此|本|有关|相关"
_NO_ASK = re.compile(
    rf"(?:(?:{_WHOSE})(?:{_WHOSE}|们|单位|建议|中|里|所)*+)?(?:提出|反映|提到|关心|关注|涉及)?的?"
    r"(?:[\d一二三四五六七八九十几]+(?:点|条|个|项|方面))?"
)
_QUOTED = re.compile(r"“((?:[^“”]|“[^“”]*”)+)”")


def answered_points(layout: Layout) -> tuple[str, ...]:
    """X of every heading 关于X的建议/问题; a heading may name several in quotation marks."""
    found: list[str] = []
    for heading in _headings(layout):
        if match := _ABOUT.fullmatch(heading):
            found += [ask for ask in _asks(match["ask"]) if not _NO_ASK.fullmatch(ask)]
    return tuple(dict.fromkeys(found))


def _headings(layout: Layout) -> Iterator[str]:
    for paragraph in layout.body:
        heading = heading_of(paragraph)
        if heading is None and (
            match := re.match(r"((?:针对|关于)[^。，；：]{2,80}(?:建议|问题|意见|诉求))[。，：]", paragraph.text)
        ):
            heading = match[1]
        if heading:
            mark = numbering(heading)
            yield (heading[mark.end :] if mark else heading).strip(" 　。：:；，、")


def _asks(ask: str) -> list[str]:
    quoted = _QUOTED.findall(_BY_WHOM.sub("", ask))
    rest = _QUOTED.sub("", _BY_WHOM.sub("", ask))
    if quoted and not re.sub(r"[和与及、，以及\s]|以及", "", rest):
        return [q.strip() for q in quoted]
    return [ask.strip()]
