"""Everything that reads what strangers write, on what was found once and on what is made up now."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.budget import budget
from tests.fuzz.files import damaged, wholes, written
from tests.fuzz.findings import FOLDER, attempt, known
from tests.fuzz.small import baskets, configurations, file_names, query_strings, runs, tokens
from tests.fuzz.targets import TARGETS
from tests.fuzz.texts import queries, texts

FINDINGS = list(known())


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_what_was_found_once(path: Path) -> None:
    attempt(path.parent.name, path.name, path.read_bytes())


def test_every_finding_has_its_target() -> None:
    assert len(FINDINGS) >= 20
    assert {path.parent.name for path in FINDINGS} <= TARGETS.keys()


@pytest.mark.parametrize("suffix", sorted(wholes()))
def test_whole_files(suffix: str) -> None:
    attempt("readers", f"信{suffix}", wholes()[suffix])


@budget(60)
@given(damaged())
def test_damaged_files(file: tuple[str, bytes]) -> None:
    attempt("readers", *file)


@budget(60)
@given(damaged())
def test_damaged_pictures(file: tuple[str, bytes]) -> None:
    attempt("pictures", *file)


@pytest.mark.parametrize("suffix", written)
@budget(60)
@given(data=st.data())
def test_files_of_text(suffix: str, data: st.DataObject) -> None:
    attempt("readers", *data.draw(written[suffix]))


@budget(150)
@given(texts)
def test_letters(text: str) -> None:
    attempt("letters", "信.txt", text.encode())


@budget(150)
@given(texts)
def test_personal_data(text: str) -> None:
    attempt("privacy", "信.txt", text.encode())


@budget(150)
@given(texts)
def test_proposals(text: str) -> None:
    attempt("proposals", "提案.txt", text.encode())


@budget(200)
@given(queries)
def test_queries(text: str) -> None:
    attempt("queries", "查询.txt", text.encode("utf-8", "surrogatepass"))


@budget(100)
@given(queries)
def test_what_is_typed(text: str) -> None:
    attempt("suggestions", "查询.txt", text.encode("utf-8", "replace"))


@budget(150)
@given(query_strings)
def test_baskets_in_addresses(query: str) -> None:
    attempt("addresses", "地址.txt", query.encode())


@budget(100)
@given(baskets)
def test_baskets_as_browsers_send_them(basket: object) -> None:
    attempt("baskets", "篮.json", json.dumps(basket).encode())


@budget(60)
@given(file_names)
def test_file_names(name: bytes) -> None:
    attempt("names", "name.txt", name)


@budget(60)
@given(runs(), st.sampled_from(["", ".gz"]))
def test_topics_and_runs(data: bytes, packed: str) -> None:
    attempt("runs", f"一{packed}", data)


@budget(60)
@given(tokens)
def test_changed_token_files(data: bytes) -> None:
    attempt("tokens", "tokens.json", data)


@budget(60)
@given(configurations)
def test_settings_files(data: bytes) -> None:
    attempt("configurations", "dafu.toml", data)
