"""Pasted proposals are split: one rule at a time for points, their context, the head and the tail."""

import json

import pytest

from corpus.proposals import Proposal, split_proposal
from tests.codebase import ROOT
from tests.proposal_cases import CASES


def texts(text: str) -> list[str]:
    return [point.text for point in split_proposal(text).points]


@pytest.mark.parametrize("case", CASES)
def test_points(case: str) -> None:
    text, expected = CASES[case]
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建议：\n一、加强巡查。每周两次。", [("加强巡查。", "每周两次。")]),
        ("建议：\n一、加强巡查\n每周两次。\n由街道负责。", [("加强巡查", "每周两次。\n由街道负责。")]),
        ("建议：\n一、加强巡查，每周两次。", [("加强巡查，每周两次。", "")]),
        ("建议：\n一、加强巡查\n1.每周两次。\n2.节日加密。", [("加强巡查", "1.每周两次。\n2.节日加密。")]),
        ("建议：\n一、加强巡查。一是每周两次；二是节日加密。", [("加强巡查。", "一是每周两次；二是节日加密。")]),
        ("建议：\n一、在资金方面，一是列入预算；二是按时拨付。", [("在资金方面，一是列入预算；二是按时拨付。", "")]),
        (
            "1、处理能力。处理厂不足，建议扩建。\n2、投诉。建议公布电话。",
            [("处理能力。处理厂不足，建议扩建。", ""), ("投诉。建议公布电话。", "")],
        ),
        ("建议：\n一、路灯不亮\n坏了三十盏。\n建议一周内修复。", [("路灯不亮\n建议一周内修复。", "坏了三十盏。")]),
        ("建议：\n一、区级层面\n1.修好路灯\n2.清理河道", [("修好路灯", "一、区级层面"), ("清理河道", "")]),
        (
            "建议城管局修复步道，这样老人出行方便。同时希望增设座椅，步道上一张座椅都没有，老人走累了只能坐在路边的石头上，"
            "夏天烫、冬天凉。沿线两个社区有三千多位老人。请市水务局清理河道，河面上长满了水葫芦，气味很难闻，行人都绕着走。",
            [
                ("建议城管局修复步道，这样老人出行方便。", ""),
                (
                    "同时希望增设座椅，步道上一张座椅都没有，老人走累了只能坐在路边的石头上，夏天烫、冬天凉。",
                    "沿线两个社区有三千多位老人。",
                ),
                ("请市水务局清理河道，河面上长满了水葫芦，气味很难闻，行人都绕着走。", ""),
            ],
        ),
        (
            "一、停车难\n晚上没车位。\n建议：开放机关车位。\n二、充电难\n插座太少。\n建议：增设充电桩。",
            [
                ("开放机关车位。", "一、停车难\n晚上没车位。\n建议："),
                ("增设充电桩。", "二、充电难\n插座太少。\n建议："),
            ],
        ),
    ],
)
def test_text_and_context(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(point.text, point.context) for point in split_proposal(text).points] == expected


BODY = "\n路灯坏了三十盏，居民夜里不敢出门。\n建议：\n1、修好路灯\n2、公布电话"


@pytest.mark.parametrize(
    ("head", "title", "number"),
    [
        ("关于修好路灯的提案", "关于修好路灯的提案", None),
        ("《关于修好路灯的提案》", "关于修好路灯的提案", None),
        ("# 关于修好路灯的提案", "关于修好路灯的提案", None),
        ("关于修好路灯的提案（第123号）", "关于修好路灯的提案", "123"),
        ("关于修好路灯的提案\n（第 20200123 号）", "关于修好路灯的提案", "20200123"),
        ("第20200123号\n关于修好路灯的建议", "关于修好路灯的建议", "20200123"),
        ("提案第0123号：关于修好路灯的提案", "关于修好路灯的提案", "0123"),
        ("第一百二十三号提案\n关于修好路灯的提案", "关于修好路灯的提案", "123"),
        ("提案号：第20200123号\n标题：关于修好路灯的提案\n提案人：沈牧云", "关于修好路灯的提案", "20200123"),
        ("建议号　DH0271\n题　目：关于修好路灯的建议", "关于修好路灯的建议", "DH0271"),
        ("建议号：DH0271\n题　目：关于修好路灯的建议", "关于修好路灯的建议", "DH0271"),
        ("案号\t0329\n案由\t关于修好路灯的提案\n提案人\t沈牧云", "关于修好路灯的提案", "0329"),
        ("案由\n关于修好路灯的提案\n提案人\n沈牧云、马凌洲", "关于修好路灯的提案", None),
        ("提案编号：\n20240123\n提案名称：修好路灯", "修好路灯", "20240123"),
        ("编号：第　　号\n案由：修好路灯", "修好路灯", None),
        ("政协云汀市第九届委员会第三次会议提案\n关于修好路灯的提案", "关于修好路灯的提案", None),
        (
            "关于在文昌路、学前街、柳浪街一带修好全部损坏路灯的\n提案",
            "关于在文昌路、学前街、柳浪街一带修好全部损坏路灯的提案",
            None,
        ),
        ("让夜路亮起来\n——关于修好路灯的提案", "让夜路亮起来——关于修好路灯的提案", None),
        ("让夜路亮起来\n市政协委员 沈牧云", "让夜路亮起来", None),
        ("關於修好路燈的提案\n提案編號：第88號", "關於修好路燈的提案", "88"),
        ("提案編號：第88號\n關於修好路燈的提案", "關於修好路燈的提案", "88"),
        ("尊敬的各位领导：\n你们好！", None, None),
        ("", None, None),
    ],
)
def test_head(head: str, title: str | None, number: str | None) -> None:
    proposal = split_proposal(head + BODY)
    assert (proposal.title, proposal.number) == (title, number)
    assert proposal.preamble.endswith("路灯坏了三十盏，居民夜里不敢出门。\n建议：")
    assert [point.text for point in proposal.points] == ["修好路灯", "公布电话"]


@pytest.mark.parametrize(
    "tail",
    [
        "以上建议，请予研究。",
        "以上提案妥否，请审议。",
        "妥否，请批示。",
        "当否，请参考",
        "特此提案。",
        "恳请有关部门高度重视，认真研究解决。",
        "請有關部門研究採納。",
        "请市城管局逐条答复。",
        "此致\n敬礼！",
        "谢谢！",
        "提案人：沈牧云、马凌洲",
        "联系人：沈牧云　联系电话：13800000451",
        "（联系人：沈牧云，电话：0990-5550101）",
        "附议人：戴青 许若溪\n承办单位：市城管局",
        "民盟云汀市委会\n2024年1月5日",
        "沈牧云\n二〇二四年一月五日",
        "市政协委员 沈牧云",
        "青石里小区全体业主\n2024-1-5",
        "附件：1.路灯清单\n2.照片三张",
        "抄送：市政协提案委",
        "以上建议供参考。\n\n此致\n敬礼\n人大代表：沈牧云\n2024.1.5",
    ],
)
@pytest.mark.parametrize("end", ["\n", "。"])
def test_tail(tail: str, end: str) -> None:
    proposal = split_proposal(BODY + end + tail)
    assert [point.text.rstrip("。") for point in proposal.points] == ["修好路灯", "公布电话"]
    assert not any(point.context for point in proposal.points)


@pytest.mark.parametrize("blank", ["", " ", "\n", "　\r\n\t", "\ufeff\u200b"])
def test_blank_text_has_no_points(blank: str) -> None:
    assert split_proposal(blank) == Proposal(title=None, number=None, preamble="", points=())


def test_asks_of_the_sample_topics() -> None:
    lines = (ROOT / "eval" / "sample" / "topics.jsonl").read_text(encoding="utf-8").splitlines()
    topics = {topic["query_id"]: topic["text"] for topic in map(json.loads, lines) if topic["category"] == "proposal"}
    found = {name: len(split_proposal(text).points) for name, text in topics.items()}
    assert found == {f"proposal-{i:02}": 6 if i == 11 else 5 for i in range(1, 16)}
    assert all(split_proposal(text).title == text.split("\n")[0] for text in topics.values())
