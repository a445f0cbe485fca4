"""The document page over the years: the strip of the same ask, the marks of its passages, its own figures."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from indexer.build.update import BuildOptions, build
from indexer.snapshot import Snapshot, open_index
from search_api.analyses.related import related_passages
from search_api.labels import figure_label, period_label
from search_api.web.app import create_app
from search_api.web.rendering.marks import Mark, Reading, marks_of
from tests import later_letters
from tests.conftest import silent
from tests.later_letters import BEFORE, LIFTS
from tests.web.archive import quoted

OF_2021 = "松澜市住房和城乡建设局:松建函〔2021〕88号"
PARKING = "松澜市城市管理局:松城管函〔2019〕41号"
LATER_PARKING = "松澜市住房和城乡建设局:松建函〔2025〕63号"


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(sample_index)) as client:
        yield client


def page(client: TestClient, doc_id: str) -> str:
    answer = client.get(f"/documents/{quoted(doc_id)}")
    assert answer.status_code == 200
    return unquote(answer.text)


def strip_of(html: str) -> str:
    return html.partition('<section class="chain"')[2].partition("</section>")[0]


def test_the_strip_has_earlier_and_later_answers_and_marks_this_one(client: TestClient) -> None:
    strip = strip_of(page(client, OF_2021))
    assert strip.count('aria-current="true"') == strip.count("这一份") == 1
    days = re.findall(r"<strong>(\d{4})年", strip)
    assert days == sorted(days)
    assert f"/documents/{BEFORE}?passage=" in strip
    assert re.search(r"补助<mark>由15万元提高</mark>到<mark>20万元</mark>", strip)


def test_a_document_that_stands_alone_has_no_strip(client: TestClient) -> None:
    assert 'class="chain"' not in page(client, "ly-2023-0417")


def test_superseded_passages_lead_to_what_took_their_place(client: TestClient) -> None:
    html = page(client, OF_2021)
    leads = re.findall(r'<li><a href="/documents/([^?"]+)\?passage=(\w+)#p\w+">已有新答复</a>', html)
    assert leads
    assert BEFORE in {doc_id for doc_id, _ in leads}
    for doc_id, anchor in leads:
        assert f'id="p{anchor}"' in page(client, doc_id)


def test_a_figure_with_a_later_value_says_both(client: TestClient) -> None:
    html = page(client, PARKING)
    (renewed,) = re.findall(r'<li><a href="([^"]+)">数据有更新</a> <span>四区汽车保有量：([^<]+)</span>', html)
    assert renewed[1] == "这里是41.6万辆，后来是56.3万辆（2024年12月）"
    assert LATER_PARKING in renewed[0]
    assert "数据有更新" not in page(client, LATER_PARKING)


def test_another_aim_is_no_newer_value(client: TestClient) -> None:
    assert "后来是1200个" not in page(client, PARKING)


def test_the_document_s_own_figures_are_listed_with_their_passages(client: TestClient) -> None:
    table = page(client, PARKING).partition('class="own-figures"')[2].partition("</details>")[0]
    rows = re.findall(r'<th scope="row">汽车保有量</th><td><a href="[^"]+">([^<]+)</a></td><td>([^<]+)</td>', table)
    assert rows == [("41.6万辆", "2018年12月")]


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(99_999_999, "元", "9999.9999万元"), (10**8, "元", "1亿元"), (0, "个", "0个"), (46.8, "%", "46.8%")],
)
def test_values_are_written_as_people_do(value: float, unit: str, said: str) -> None:
    assert figure_label(value, unit) == said


def test_a_period_of_two_ends_names_both() -> None:
    assert period_label("2023/2025") == "2023年至2025年"


def test_marks_never_tell_of_a_letter_that_the_user_may_not_see(sample_index: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_index, tmp_path / "index")
    newer = later_letters.write(tmp_path / "letters", "松澜市住房和城乡建设局", later_letters.REVOKES, LIFTS)
    build([tmp_path / "letters"], tmp_path / "index", BuildOptions(scope="内部"), silent)
    whole = open_index(tmp_path / "index")
    assert newer in str(marks(whole))
    assert newer not in str(marks(whole.seen_by(frozenset({"公开"}))))


def marks(snapshot: Snapshot) -> dict[str, list[Mark]]:
    """Of the answer of 2025."""
    entry = snapshot.engine.find(BEFORE)
    assert entry is not None
    related = related_passages(snapshot, snapshot.engine.passages_of(entry.key))
    return marks_of(Reading(snapshot, entry, related))
