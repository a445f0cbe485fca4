"""Minutes, notices and empty forms that lie beside replies are no replies, and a search has them below the replies."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.build.update import BuildOptions, build
from indexer.cli.facts import facts_of
from search_api import Searcher
from search_api.web.app import create_app
from tests.conftest import make_index, silent
from tests.letters import letter, parsed

OTHERS = {
    "纪要": """青禾区人民政府常务会议纪要
〔2024〕第5号
2024年6月12日，区长主持召开常务会议，研究社区食堂建设和人大建议办理工作。
一、会议听取了区民政局关于提案办理情况的汇报。
二、会议要求各单位按时答复代表委员，社区食堂年内建成八家。""",
    "通知": """关于做好2024年政协提案办理工作的通知
各街道办事处，区政府各部门：
　　为做好今年提案办理工作，现将有关事项通知如下：
　　一、按时办理。各承办单位要在三个月内答复，社区食堂一类的提案由民政局承办。
青禾区人民政府办公室
2024年3月1日""",
    "空表": """政协提案办理情况征询意见表
提案编号：
提案题目：
承办单位：
对社区食堂答复的意见：满意□ 基本满意□ 不满意□
委员签名：        年  月  日""",
    "名单": """2024年区政协提案分类情况表
一、城建类四十件，由区住建局等单位承办。
二、民生类三十件，社区食堂一类由区民政局承办。""",
    "方案": """青禾区社区食堂建设实施方案（征求意见稿）
为加快社区食堂建设，制定本方案。
一、工作目标。年内建成社区食堂八家。""",
    "无题空表": """提案编号：______
案由：社区食堂
承办单位：______
签收人：______""",
}
REPLIES = {
    "回复": letter(),
    "来信": """市民您好：
您反映的社区食堂公示问题，我局已督促整改，菜价已在门口公示。
青禾区民政局
2024年6月1日""",
    "无称呼": """关于增设社区食堂公告栏的建议
经调查，槐树街道社区食堂已设公告栏两处，每周公布菜谱和价格。
青禾区民政局""",
    "以办法为题": """对关于落实社区食堂管理办法的建议的答复
罗向晚代表：
您提出的建议收悉。现答复如下：
管理办法已经印发。""",
    "部委": """关于政协提案答复的函
社区食堂的补贴标准由各地自行确定，我部正在研究指导意见，将适时印发执行。""",
    "无题": "社区食堂的补贴标准今年不变，明年起由区财政按每餐三元补助。",
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_papers_are_no_replies(name: str) -> None:
    document = parsed(OTHERS[name])
    assert (document.proposal_kind, document.role) == ("other", "none")


@pytest.mark.parametrize("name", REPLIES)
def test_what_answers_is_a_reply_whatever_it_is_called(name: str) -> None:
    assert parsed(REPLIES[name]).role == "lead"


def test_a_row_with_a_question_is_a_reply() -> None:
    assert parsed(OTHERS["方案"], question="社区食堂何时建成？").role == "lead"


def test_replies_come_first_and_nothing_else_is_a_precedent(tmp_path: Path) -> None:
    for name, text in {**OTHERS, **REPLIES}.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    make_index(tmp_path, tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    hits = searcher.search("社区食堂 征询意见表 纪要", k=20).hits
    others = {hit.doc_id for hit in hits if hit.role == "none"}
    assert others
    assert len(others) < len(hits)
    assert [hit.doc_id in others for hit in hits] == sorted(hit.doc_id in others for hit in hits)
    assert {hit.band for hit in hits if hit.doc_id in others} == {"可参考"}
    assert {hit.role for hit in searcher.search("社区食堂 办理:不是答复").hits} == {"none"}
    found = searcher.match("关于社区食堂建设实施方案的提案\n建议：\n1. 制定社区食堂建设实施方案，召开常务会议研究。")
    cited = {hit.doc_id for point in found.points for hit in point.hits}
    assert cited
    assert not cited & others


def test_only_replies_leaves_the_others_out_and_tells_them(tmp_path: Path) -> None:
    source, into = tmp_path / "来件", tmp_path / "index"
    source.mkdir()
    for name, text in (("答复.txt", REPLIES["来信"]), ("纪要.txt", OTHERS["纪要"]), ("图.psd", "x")):
        (source / name).write_text(text, encoding="utf-8")
    only = BuildOptions(only_replies=True)
    report = build([source], into, only, silent)
    assert (report.documents, report.files_read, report.files_skipped) == (1, 1, 2)
    reason = "不是答复（会议纪要、通知、空表等），按 --only-replies 没有收入"
    assert set(report.skipped) == {("图.psd", "不支持的格式“.psd”"), ("纪要.txt", reason)}

    again = build([source], into, only, silent)
    assert (again.files_unchanged, again.built) == (2, False)
    facts = facts_of(into)
    assert [(Path(path).name, why) for path, why in facts.skipped] == [
        ("图.psd", "不支持的格式“.psd”"),
        ("纪要.txt", reason),
    ]
    assert "跳过的文件：2 个" in facts.in_words()
    assert f"纪要.txt：{reason}" in facts.in_words()
    with TestClient(create_app(into)) as client:
        page = client.get("/status").text
    assert page[page.index('<h2 id="skipped">') :].count(reason) == 1

    (source / "图.psd").unlink()
    assert build([source], into, BuildOptions(), silent).documents == 2
    assert facts_of(into).skipped == []
