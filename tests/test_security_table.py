"""docs/security.md: every chapter and section of the standard has its line, and every test that it names exists."""

import ast
import re

import pytest

from tests.codebase import ROOT, tree

TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")] for line in TABLE.splitlines() if line.startswith("| ")
]
ITEMS = [row for row in ROWS if re.match(r"\d", row[0])]

SECTIONS = {
    1: (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14),
    2: range(1, 11),
    3: (1, 2, 3, 4, 5, 7),
    4: (1, 2, 3),
    5: range(1, 6),
    6: range(1, 5),
    7: range(1, 5),
    8: (1, 2, 3),
    9: (1, 2),
    10: (2, 3),
    11: (1,),
    12: range(1, 7),
    13: range(1, 5),
    14: range(1, 6),
}
"""Of ASVS 4.0.3, by chapter: those with an item of level 1 or 2."""


def sections_of(item: str) -> set[str]:
    """The sections that an item's numbers name: 2.7–2.9 are three."""
    numbers = re.findall(r"(\d+)\.(\d+)(?:\.\d+)?(?:–(?:\d+)\.(\d+)(?:\.\d+)?)?", item)
    return {f"{chapter}.{n}" for chapter, first, last in numbers for n in range(int(first), int(last or first) + 1)}


def test_every_section_of_the_standard_has_a_line() -> None:
    named = {section for item, *_ in ITEMS for section in sections_of(item)}
    assert {f"{chapter}.{n}" for chapter, numbers in SECTIONS.items() for n in numbers} - named == set()


def test_every_line_says_how_it_holds_and_what_shows_it() -> None:
    short = [row[0] for row in ITEMS if len(row) != 3 or len(row[1]) < 15 or not row[2]]
    assert short == []
    assert len(ITEMS) > 80


def named_tests() -> list[str]:
    """`path::name` or a path alone, from the folder tests/."""
    return sorted(set(re.findall(r"`([\w/]+\.py(?:::\w+)?)`", TABLE)))


@pytest.mark.parametrize("named", named_tests())
def test_a_test_that_is_named_exists(named: str) -> None:
    path, _, function = named.partition("::")
    assert (ROOT / "tests" / path).is_file()
    functions = {node.name for node in ast.walk(tree(ROOT / "tests" / path)) if isinstance(node, ast.FunctionDef)}
    assert function in functions | {""}
