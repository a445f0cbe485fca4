"""The lists that a Word document defines: how each level of each counts, by its XML.

Not for: counting, which is in `list_numbers`.
"""

from typing import TYPE_CHECKING

from corpus.readers.list_numbers import Level

if TYPE_CHECKING:
    from lxml.etree import _Element  # what python-docx hands out

_MAX_NUMBER_LENGTH = 255  # characters; Word's own limit of a list's text, which is printed again at each paragraph


def levels_of(root: "_Element") -> dict[tuple[int, int], Level]:
    """Every level of every list below the root of its part, by list id and depth."""
    abstract = {attribute(e, "abstractNumId"): e for e in root.iterchildren(_tag("abstractNum"))}
    levels: dict[tuple[int, int], Level] = {}
    for number in root.iterchildren(_tag("num")):
        base = number.find(_tag("abstractNumId"))
        name = "" if base is None else attribute(base, "val")
        definition = abstract.get(name)
        list_id = attribute(number, "numId")
        if definition is None or not list_id.isdecimal():
            continue
        restarts = number.find(f".//{_tag('startOverride')}") is not None
        sequence = f"num {list_id}" if restarts else f"abstract {name}"
        for lvl in (*definition.iterchildren(_tag("lvl")), *number.iterfind(f"{_tag('lvlOverride')}/{_tag('lvl')}")):
            depth = attribute(lvl, "ilvl")
            if depth.isdecimal():
                levels[int(list_id), int(depth)] = _list_level(lvl, sequence)
        for override in number.iterchildren(_tag("lvlOverride")):
            _start_again(levels, int(list_id), override)
    return levels


def _start_again(levels: dict[tuple[int, int], Level], list_id: int, override: "_Element") -> None:
    """Gives a level the start that one list states for itself."""
    depth, start = attribute(override, "ilvl"), value(override.find(_tag("startOverride")))
    if start is not None and depth.isdecimal() and (level := levels.get((list_id, int(depth)))):
        levels[list_id, int(depth)] = level._replace(start=start)


def _list_level(lvl: "_Element", sequence: str) -> Level:
    style, pattern = (lvl.find(_tag(name)) for name in ("numFmt", "lvlText"))
    start = value(lvl.find(_tag("start")))
    return Level(
        sequence,
        1 if start is None else start,
        "decimal" if style is None else attribute(style, "val"),
        "" if pattern is None else attribute(pattern, "val")[:_MAX_NUMBER_LENGTH],
    )


def value(element: "_Element | None") -> int | None:
    """The number that an element states, None for anything else."""
    text = "" if element is None else attribute(element, "val")
    return int(text) if text.isdecimal() else None


def attribute(element: "_Element", name: str) -> str:
    """An attribute of Word's own, empty where it is absent."""
    return str(element.get(_tag(name), ""))


def _tag(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"
