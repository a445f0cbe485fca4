"""Nothing of a generation holds personal data, and nobody reads any out of it by asking."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.archive import open_archive
from indexer.build.generation import Generation
from indexer.snapshot import open_index
from indexer.terms.analyzer import bigrams, words
from indexer.upkeep.verify import verify
from search_api.suggest import suggester_of
from tests.conftest import make_index
from tests.masked.letters import ENCODINGS, PIECES

# The files


def files_of(index: Path) -> Iterator[Path]:
    yield from (path for path in index.rglob("*") if path.is_file() and not path.name.startswith("archive.sqlite"))


def found_in(path: Path) -> list[str]:
    content = path.read_bytes()
    return [piece for piece in PIECES if any(piece.encode(code) in content for code in ENCODINGS)]


def test_the_archive_has_all_of_it(index: Path) -> None:
    """Otherwise the tests below would find nothing for the wrong reason."""
    with closing(open_archive(index / "archive.sqlite")) as archive:
        absent = [piece for piece in PIECES if not archive.contains_text(piece)]
    assert absent == ["34040404"]  # printed in groups; looked for without, too


def test_no_file_of_a_generation_has_any_of_it(index: Path) -> None:
    files = list(files_of(index))
    assert {"manifest.json", "passages", "tokenizer.json", "meta.json"} <= {path.name for path in files}
    assert {str(path): found for path in files if (found := found_in(path))} == {}


def test_no_term_and_no_word_of_the_encoder_has_any_of_it(index: Path) -> None:
    """A dictionary of terms is compressed: its bytes tell nothing."""
    with closing(Generation.open_current(index)) as generation:
        told = {piece: {*words(piece), *bigrams(piece)} - {"18", "8", "单元", "栋", "室"} for piece in PIECES}
        sought = sorted(set().union(*told.values()))
        assert {"13871620101", "1808", "liang", "英台"} <= {*sought}
        assert generation.engine.remembered({"words": sought, "bigrams": sought}) == []
        assert generation.encoder.remembered(sought) == []
        unheld = generation.engine.unheld({"words": dict.fromkeys(sought, 1), "bigrams": dict.fromkeys(sought, 1)})
        assert (unheld["words"], unheld["bigrams"]) == (sought, sought)


def test_the_index_is_sound(index: Path) -> None:
    assert verify(index) == []


# Asking


def total(client: TestClient, query: str) -> int:
    answer = client.get("/api/v1/search", params={"q": query, "k": 1})
    return int(answer.json()["total"]) if answer.status_code == 200 else 0


def read_out(client: TestClient, known: str, length: int, alphabet: str) -> str:
    """What a phrase search confirms, character by character."""
    while len(known) < length:
        more = next((c for c in alphabet if total(client, f'"{known}{c}" 扶手')), None)
        if more is None:
            break
        known += more
    return known


@pytest.mark.parametrize(
    ("known", "alphabet", "length"),
    [
        ("手机：138", "0123456789", 14), ("电话：075", "0123456789-", 16), ("420", "0123456789X", 18),
        ("粤B", "0123456789C", 7), ("来信人：祝", "英台山伯", 7), ("祝", "英台山伯", 3),
        ("下梅林二街", "0123456789栋单元室", 14),
        ("微信号：w", "abcdefghijklmnopqrstuvwxyz_0123456789", 12),
        ("邮箱z", "abcdefghijklmnopqrstuvwxyz0123456789", 12),
    ],
)  # fmt: skip
def test_a_phrase_reads_nothing_out(clerk: TestClient, known: str, alphabet: str, length: int) -> None:
    """What a mask leaves is shown, so it is found; the next character is not."""
    assert total(clerk, f'"{known}" 扶手')
    assert read_out(clerk, known, length, alphabet) == known


def test_an_exclusion_and_a_word_alone_read_nothing_out(clerk: TestClient) -> None:
    everything = total(clerk, "扶手")
    for piece in PIECES:
        assert total(clerk, f'扶手 -"{piece}"') == everything, piece
        assert total(clerk, f'"{piece}"') == 0, piece


def test_no_words_of_a_query_are_said_to_have_matched_where_they_are_masked(clerk: TestClient) -> None:
    found = clerk.get("/api/v1/search", params={"q": f"扶手 {' '.join(PIECES[:6])} 祝英台", "explain": "true"}).json()
    assert found["hits"]
    matched = {term for hit in found["hits"] for term in hit["explanation"]["matched_terms"]}
    assert not [piece for piece in PIECES for term in matched if term in piece and term != "祝"]


def test_nothing_of_it_is_suggested(index: Path) -> None:
    suggester = suggester_of(open_index(index))
    for typed in ("祝", "英台", "zhuyingtai", "反映", "138", "1387162", "0755", "来信人"):
        offered = [suggestion.text for suggestion in suggester.suggest(typed, 50)]
        assert not [text for text in offered for piece in PIECES if piece in text], typed
    assert suggester.nearest_terms("祝英台") == []


def test_abbreviations_are_derived_from_the_masked_text(tmp_path: Path) -> None:
    said = "祝英台（以下简称“祝某”）反映长期护理保险（以下简称“长护险”）办理慢，已加派人手。"
    text = f"关于来信的答复\n来信人：祝英台\n{said}"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "信.txt").write_text(text, encoding="utf-8")
    make_index(tmp_path / "letters", tmp_path / "index")
    rows = list(open_index(tmp_path / "index").derived("abbreviations", 1))
    assert {"full": "长期护理保险", "short": "长护险"} in rows
    assert "祝英台" not in str(rows)
