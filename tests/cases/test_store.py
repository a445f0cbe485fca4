"""Cases are kept, seen by those whom they concern, changed by several at once, and purged."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from corpus.errors import DafuError
from search_api.desk.basket import Pick
from search_api.desk.cases.changes import chosen
from search_api.desk.cases.importing import content_of
from search_api.desk.cases.model import Case
from search_api.desk.cases.store import CaseNotFoundError, CaseStore, Person
from tests.letters import PASTED

CHEN = Person("陈科长", frozenset({"公开", "民政"}))
WANG = Person("王芳", frozenset({"公开", "民政"}))
LIN = Person("林主任", frozenset({"公开"}))


@pytest.fixture
def store(tmp_path: Path) -> CaseStore:
    return CaseStore(tmp_path / "users.sqlite")


def test_there_are_none_before_the_first(store: CaseStore) -> None:
    assert store.of(CHEN) == [] == store.to_compare("x")


def test_the_next_deadline_comes_first_and_what_is_done_last(store: CaseStore) -> None:
    late = store.add(content_of(PASTED), CHEN, date(2027, 5, 1))
    done = store.add(content_of(PASTED), CHEN, date(2027, 1, 1))
    soon = store.add(content_of(PASTED), CHEN, date(2027, 4, 1))
    without = store.add(content_of(PASTED), CHEN)
    store.change(done.case_id, CHEN, "进度", lambda case: case.model_copy(update={"status": "done"}))
    assert [case.case_id for case in store.of(CHEN)] == [x.case_id for x in (soon, late, without, done)]
    assert done.case_id not in {case.case_id for case in store.to_compare("x")}


def test_only_whom_it_concerns_opens_a_case(store: CaseStore) -> None:
    own = store.add(content_of(PASTED), CHEN)
    shared = store.add(content_of(PASTED), CHEN, scope="民政")
    assert store.of(LIN) == []
    assert [case.case_id for case in store.of(WANG)] == [shared.case_id]
    with pytest.raises(CaseNotFoundError):
        store.get(own.case_id, WANG)
    with pytest.raises(CaseNotFoundError):
        store.change(own.case_id, WANG, "x", lambda case: case.model_copy(update={"status": "done"}))
    store.change(own.case_id, CHEN, "请林主任", lambda case: case.model_copy(update={"people": ("林主任",)}))
    assert store.get(own.case_id, LIN).people == ("林主任",)


def test_two_who_choose_at_once_are_both_right(store: CaseStore) -> None:
    case = store.add(content_of(PASTED), CHEN, scope="民政")

    def choose(number: int) -> Case:
        pick = Pick(passage_id=f"甲#{number:08x}", point=1)
        by = CHEN if number % 2 else WANG
        return store.change(
            case.case_id, by, "选用", lambda c: c.model_copy(update={"content": chosen(c.content, pick)})
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(choose, range(24)))
    after = store.get(case.case_id, CHEN)
    assert {pick.passage_id for pick in after.content.picks} == {f"甲#{n:08x}" for n in range(24)}
    assert after.version == 25
    assert [change.version for change in store.history(case.case_id)] == list(range(25, 0, -1))


def test_a_change_that_fails_leaves_everything_as_it_was(store: CaseStore) -> None:
    case = store.add(content_of(PASTED), CHEN)

    def fail(case: Case) -> Case:
        raise DafuError("不行")

    with pytest.raises(DafuError, match="不行"):
        store.change(case.case_id, CHEN, "x", fail)
    assert store.get(case.case_id, CHEN) == case


def test_nothing_of_a_purged_case_is_left_in_any_file(store: CaseStore, tmp_path: Path) -> None:
    text = PASTED.replace("老旧小区", "蓝鲸小区")
    gone, stays = store.add(content_of(text), CHEN), store.add(content_of(PASTED), CHEN)
    assert any("蓝鲸".encode() in file.read_bytes() for file in tmp_path.iterdir())
    store.purge([gone.case_id])
    assert not [file.name for file in tmp_path.iterdir() if "蓝鲸".encode() in file.read_bytes()]
    assert [case.case_id for case in store.of(CHEN)] == [stays.case_id]
    with sqlite3.connect(tmp_path / "users.sqlite") as connection:
        assert connection.execute("SELECT COUNT(*) FROM case_changes").fetchone() == (1,)
