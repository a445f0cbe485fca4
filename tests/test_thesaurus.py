"""The thesaurus's file, and which concepts a text names."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.terms import analyzer, thesaurus

FILE = Path(thesaurus.__file__).with_name("thesaurus.txt")
LINES = [
    (number, line.split(" "))
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1)
    if line and not line.startswith("#")
]
GROUPS = [members for _, members in LINES]


def test_the_file_is_there() -> None:
    assert len(GROUPS) > 500


def test_a_group_has_two_or_more_distinct_members_of_two_or_more_characters() -> None:
    faulty = [
        number
        for number, members in LINES
        if len(members) < 2 or len(set(members)) < len(members) or not all(2 <= len(m) <= 12 for m in members)
    ]
    assert faulty == []


def test_members_are_written_as_texts_are_normalised() -> None:
    """A member in traditional or full-width characters would never be met."""
    odd = [m for members in GROUPS for m in members if analyzer.normalise(m) != m.lower() or any(map(str.isspace, m))]
    assert odd == []


def test_no_two_groups_are_the_same_concept() -> None:
    assert len({frozenset(members) for members in GROUPS}) == len(GROUPS)
    heads = [members[0] for members in GROUPS]
    assert sorted(head for head in set(heads) if heads.count(head) > 1) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("上年纪的人住养老院", ["≈老年人", "≈养老院"]),
        ("孤寡老人", ["≈独居老人", "≈老年人"]),  # 老人 stands in it
        ("養老機構", ["≈养老院"]),  # traditional
        ("上年纪 的\n人", ["≈老年人"]),  # copied with white space
        ("青龙河", []),
        ("老", []),
        ("", []),
        ("，。", []),
    ],
)
def test_concepts_of_a_text(text: str, found: list[str]) -> None:
    assert analyzer.concepts(text) == found


def test_a_concept_counts_as_often_as_it_is_named() -> None:
    assert analyzer.concepts("养老院和敬老院") == ["≈养老院", "≈养老院"]


def test_punctuation_stands_between_words() -> None:
    assert analyzer.concepts("养老。院") == []


def test_every_member_names_its_concept() -> None:
    for members in GROUPS:
        for member in members:
            assert f"≈{members[0]}" in analyzer.concepts(member), member


def test_concepts_are_among_the_terms_and_no_other_term_looks_like_one() -> None:
    assert "≈养老院" in analyzer.terms("敬老院")
    assert not [term for term in analyzer.words("≈养老院") + analyzer.bigrams("≈养老院") if term.startswith("≈")]


def test_the_version_is_that_of_the_file() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest()[:8] == thesaurus.VERSION
    assert thesaurus.VERSION in analyzer.ANALYZER_VERSION


def test_another_file_is_another_version(tmp_path: Path) -> None:
    """So an index made with another thesaurus is refused, and `dafu index` makes it anew."""
    (tmp_path / "thesaurus.py").write_bytes(Path(thesaurus.__file__).read_bytes())
    versions = []
    for content in ("老年人 老人\n", "老年人 老人 长者\n"):
        (tmp_path / "thesaurus.txt").write_text(content, encoding="utf-8")
        command = [sys.executable, "-c", "import thesaurus; print(thesaurus.VERSION, *thesaurus.concepts('长者'))"]
        versions.append(
            subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
        )
    assert versions[0][0] != versions[1][0]
    assert [found[1:] for found in versions] == [[], ["≈老年人"]]
