"""An open case is told what changed in the archive: new, superseded, gone; and what was answered before."""

from pathlib import Path

import pytest

from indexer.snapshot import open_index
from search_api.desk.basket import Pick
from search_api.desk.cases.changes import chosen
from search_api.desk.cases.earlier import earlier_answers
from search_api.desk.cases.following import Follower, compared
from search_api.desk.cases.importing import content_of
from search_api.desk.cases.model import Case
from search_api.desk.cases.store import CaseStore, Person
from search_api.snapshots import Snapshots
from tests.conftest import make_index, write_letters
from tests.letters import letter

ME = Person("本机", None)
ASKED = """关于加快建设长者食堂的提案
提案人：周小平
为此建议：
一、增加长者食堂，提高每餐补贴。
二、机关单位夜间开放停车泊位。"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_letters(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    return tmp_path


def choose_first(store: CaseStore, case: Case, found: str) -> Case:
    pick = Pick(passage_id=found, point=1)
    return store.change(case.case_id, ME, "选用", lambda c: c.model_copy(update={"content": chosen(c.content, pick)}))


def test_a_new_answer_and_a_chosen_one_that_is_gone_are_told(source: Path) -> None:
    store = CaseStore(source / "users.sqlite")
    case = store.add(content_of(ASKED), ME)
    before = compared(open_index(source / "index"), case)
    assert before.news == ()
    dining = before.points[0].passages[0]
    store.compare(case, before)
    case = choose_first(store, store.get(case.case_id, ME), dining)
    (source / "letters" / "长者食堂.txt").unlink()
    text = letter(
        heading="松澜市民政局关于市政协十届四次会议第20250009号提案的答复",
        opening="您提出的《关于长者食堂的提案》（第20250009号）收悉。现答复如下：",
        body="一、基本情况\n全市现有长者食堂九十家，每餐补贴由两元提高到三元，新增长者食堂二十二家。",
        closing="感谢您的关心。\n松澜市民政局\n2025年6月18日",
    )
    (source / "letters" / "新食堂.txt").write_text(text, encoding="utf-8")
    make_index(source / "letters", source / "index", prune=True)
    after = compared(open_index(source / "index"), case)
    kinds = {news.kind for news in after.news}
    assert kinds == {"new", "gone"}
    assert next(news for news in after.news if news.kind == "gone").passage_id == dining
    new = next(news for news in after.news if news.kind == "new")
    assert new.point == 1
    assert new.passage_id not in before.points[0].passages


def test_the_thread_compares_what_is_open_and_nothing_twice(source: Path) -> None:
    store, snapshots = CaseStore(source / "index" / "users.sqlite"), Snapshots(source / "index")
    case = store.add(content_of(ASKED), ME)
    follower = Follower(store, snapshots)
    assert follower.waiting() == 1
    follower.start()
    for _ in range(600):
        if follower.waiting() == 0:
            break
        follower._stopped.wait(0.05)
    follower.stop()
    found = store.get(case.case_id, ME)
    assert found.compared is not None
    assert [state.number for state in found.compared.points] == [1, 2]
    assert found.version == 1  # nobody changed it


def test_the_same_text_and_the_same_member_are_met_again(sample_index: Path) -> None:
    snapshot = open_index(sample_index)
    entry = next(e for e in snapshot.engine.entries() if e.kind == "cppcc" and len(e.title or "") > 14)
    document = snapshot.masked(entry)
    found = earlier_answers(snapshot, content_of(f"{document.title}\n建议：\n一、请研究办理。"))
    assert found[0].entry.doc_id == entry.doc_id
    assert found[0].kind == "same"
    assert not [one for one in earlier_answers(snapshot, content_of("关于引进国际航班的提案\n建议开通国际航班。"))]
