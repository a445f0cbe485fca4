"""Reads the outcome class of a reply: A to D, 甲 to 丁, the words for it (已解决), or the ticked one of several."""

import re
import unicodedata

from corpus.parser.layout import Layout
from corpus.types import Outcome

_CLASSES: dict[str, Outcome] = {"A": "A", "B": "B", "C": "C", "D": "D", "甲": "A", "乙": "B", "丙": "C", "丁": "D"}
# Not 留作参考, which is C in some places and D in others.
_WORDS: dict[str, Outcome] = {
    **dict.fromkeys(("已解决", "已经解决", "基本解决", "已采纳", "已落实"), _CLASSES["A"]),
    **dict.fromkeys(
        ("正在解决", "部分解决", "逐步解决", "计划解决", "拟解决", "列入计划", "列入规划", "正在落实"), _CLASSES["B"]
    ),
}
_LETTER, _WORD = r"([A-Da-d甲乙丙丁])(?:[0-9](?!\d))?\s*类?", f"({'|'.join(_WORDS)})"
_OPEN, _CLOSE = r"[（(【\[〔“\"]", r"[)）】\]〕”\"]"
_LABEL = (
    r"(?:办理|办复|答复|解决|处理|提案|建议)?(?:结果|情况)?(?:类别|类型|分类|程度|结果|情况)(?:标记|标识|类别|分类)?"
    rf"{_CLOSE}?(?:\s*[：:|])?"
)
_LABELLED = re.compile(
    rf"{_LABEL}(?:已?解决或?采纳|{_OPEN}|\s)*{_LETTER}\s*{_CLOSE}?\s*类?(?![\w\u4e00-\u9fff])"
    rf"|{_LABEL}\s*{_OPEN}?{_WORD}(?:或.{{2,6}}|解决)?(?![\w\u4e00-\u9fff])"
)
_BESIDE = re.compile(rf"{_OPEN}\s*(?:{_LETTER}|{_WORD})\s*{_CLOSE}$|(?:^|\s){_LETTER}(?<=类)(?:\s|$)|号\s+{_LETTER}$")
_ALONE = re.compile(rf"{_OPEN}?\s*(?:{_LETTER}|{_WORD})\s*{_CLOSE}?")
_TICK = "[☑√■✓✔☒]"
_TICK_BEFORE = re.compile(rf"{_TICK}\s*(?:{_LETTER}|{_WORD})")
_TICK_BEHIND = re.compile(rf"(?:{_LETTER}|{_WORD})\s*{_OPEN}?\s*{_TICK}")
_BOX_FIRST = re.compile(rf"(?:[^：:]{{0,12}}[：:]\s*)?(?:[□☐]|{_TICK})")
_MAX_LINE = 200  # characters: a longer line is prose


def outcome(layout: Layout, fields: dict[str, str]) -> Outcome | None:
    """The outcome class from the file's own field, else the head, else the closing."""
    stated = _plain(fields.get("outcome", ""))
    if found := _ticked(stated) or _WORDS.get(stated) or _CLASSES.get(stated[:1].upper()):
        return found
    head = [_plain(paragraph.text) for paragraph in layout.head]
    for line in head:  # （A类） at the heading's end, beside the document number, or on a line of its own
        if match := _BESIDE.search(line) or _ALONE.fullmatch(line):
            return _meaning(match)
    for line in (*head, *(_plain(paragraph.text) for paragraph in (*layout.body[-1:], *layout.closing))):
        if len(line) <= _MAX_LINE and (found := _in_line(line)):
            return found
    return None


def _in_line(line: str) -> Outcome | None:
    unspaced = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", line)  # 类　别：B
    match = _LABELLED.search(line) or _LABELLED.search(unspaced) or _ALONE.fullmatch(line)
    return _ticked(line) or (_meaning(match) if match else None)


def _ticked(line: str) -> Outcome | None:
    """The option with a tick, which stands before it where the first option has its box before it."""
    if not re.search(_TICK, line):
        return None
    match = (_TICK_BEFORE if _BOX_FIRST.match(line) else _TICK_BEHIND).search(line)
    return _meaning(match) if match else None


def _meaning(match: re.Match[str]) -> Outcome:
    said = next(group for group in match.groups() if group)
    return _WORDS.get(said) or _CLASSES[said.upper()]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
