"""Prints what `dafu eval parse` found: a row a field, then each fault."""

import json

from eval.parse import RESULTS, ParseFigures
from eval.reports.terminal.tables import console, say, table

_NAMES = {"right": "对", "wrong": "错", "missing": "漏", "spurious": "多出"}
_MAX_VALUE = 60  # characters of a value


def print_parse(figures: ParseFigures) -> None:
    """The figures by field, in all, and what is not right."""
    total, right = len(figures.comparisons), figures.count("right")
    say(f"核对 {len(figures.by_document())} 份，{total} 项中 {right} 项正确；{figures.whole} 份全对。")
    shown = table(["字段"], [_NAMES[result] for result in RESULTS])
    for field in figures.fields:
        shown.add_row(field, *(str(figures.count(result, field)) for result in RESULTS))
    shown.add_section()
    shown.add_row("合计", *(str(figures.count(result)) for result in RESULTS))
    console().print(shown)
    faults = table(["文件", "字段", "", "应为", "实际"], [])
    for c in figures.comparisons:
        if c.result != "right":
            faults.add_row(c.key, c.field, _NAMES[c.result], _value(c.expected), _value(c.found))
    if faults.row_count:
        console().print(faults)
    if figures.unread:
        say(f"没有读出 {len(figures.unread)} 份：{'、'.join(figures.unread)}")
    if figures.unknown:
        say(f"记录里有、文档里没有的字段，没有核对：{'、'.join(figures.unknown)}")


def _value(value: object) -> str:
    text = value if isinstance(value, str) else "—" if value in (None, []) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_VALUE else f"{text[: _MAX_VALUE - 1]}…"
