"""Documents that share with a query no more than the genre's courtesies are no hits."""

from pathlib import Path

import pytest

from indexer.engine.protocol import Mode
from search_api.searcher import Searcher
from tests.conftest import make_index
from tests.letters import letter

COURTESY = (
    "感谢您对我市工作的关心和支持，我局高度重视，立即组织相关科室进行了认真研究。"
    "下一步将切实增强群众获得感、幸福感、安全感，取得了明显成效。欢迎您一如既往监督和支持我们的工作。"
)

MATTER = {
    "电动自行车集中充电": "小区内新建电动自行车充电桩三百个，充电费每度一元二角，禁止飞线充电。",
    "电瓶车充电设施": "物业要为电瓶车配建充电设施，楼道内不得充电，消防部门每月检查电动自行车。",
    "电动车进楼": "电梯加装识别装置，电动自行车不得进楼，楼下设充电棚，配烟感和喷淋。",
    "充电桩收费": "电动自行车充电桩收费应明码标价，电费与服务费分列，市场监管部门抽查充电站。",
    "电动自行车停放": "划定电动自行车停放区，区内设充电柜和换电柜，换电一次三元。",
    "飞线充电": "整治飞线充电八百起，电动自行车火灾下降四成，增设充电端口两千个。",
}
OTHERS = {
    "校服采购": "校服由家长委员会选定款式，面料送检，价格公示三日。",
    "柑橘品种": "柑橘改种早熟品种两千亩，果农每亩得苗木款三百元。",
    "古塔修缮": "明代古塔塔身倾斜，文物部门已编制修缮方案，周边不得打桩。",
    "公园长椅": "沿湖增设长椅四十张，遮阳棚六处，夜间照明到十点。",
    "渡口班船": "渡口班船增至每日六班，枯水期改走下游码头。",
    "图书馆座位": "图书馆自习座位实行预约，迟到二十分钟自动释放。",
}

PASTED = (
    "尊敬的领导，您好！\n长期以来，感谢您对我市工作的关心和支持，相关部门高度重视，认真研究，取得了明显成效，群众的获得感、"
    "幸福感、安全感切实增强。\n当前，住户把电动自行车推进楼道充电，从窗口拉线飞线充电，火灾多发。一些小区没有充电桩，"
    "有的充电桩收费高、坏了没人修。建议：\n一、在小区空地建设电动自行车充电棚和换电柜；\n二、充电收费明码标价；\n"
    "三、禁止电动自行车进电梯上楼。\n恳请领导重视，希望继续关心和支持我们的工作，盼复。\n此致\n敬礼\n"
)


def write_archive(folder: Path) -> None:
    folder.mkdir()
    for number, (subject, body) in enumerate({**MATTER, **OTHERS}.items(), start=20230301):
        courtesy = COURTESY if subject in OTHERS else ""
        text = letter(
            heading=f"松澜市城管局关于市政协十届二次会议第{number}号提案的答复",
            opening=f"您提出的《关于{subject}的提案》（第{number}号）收悉。现将有关情况答复如下：",
            body=f"一、基本情况\n{courtesy}{body}\n二、下一步工作\n{courtesy}{body}",
            closing=f"{courtesy}特此答复。\n松澜市城管局\n2023年6月18日",
        )
        (folder / f"{subject}.txt").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("courtesy")
    write_archive(folder / "letters")
    make_index(folder / "letters", folder / "index")
    return Searcher(folder / "index")


def subjects(searcher: Searcher, query: str, mode: Mode = "hybrid") -> list[str]:
    """The subjects of the first ten hits, best first."""
    return [
        (hit.title or "").removeprefix("关于").removesuffix("的提案")
        for hit in searcher.search(query, 10, mode=mode).hits
    ]


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "vector"])
@pytest.mark.parametrize(
    "query",
    [
        "感谢您对我市工作的关心和支持，我局高度重视，电动自行车充电",
        "电动自行车充电桩收费，希望继续关心和支持，切实增强群众获得感，收悉，现将有关情况答复如下",
        PASTED,
        PASTED * 10,
    ],
    ids=["before", "after", "pasted", "pasted ten times"],
)
def test_none_that_shares_courtesies_alone_is_among_the_first_ten(searcher: Searcher, query: str, mode: Mode) -> None:
    found = subjects(searcher, query, mode)
    assert not set(found) & set(OTHERS)
    assert len(set(found) & set(MATTER)) >= 3


@pytest.mark.parametrize(
    "query", ["感谢您对我市工作的关心和支持，我局高度重视，电动自行车充电", PASTED], ids=["line", "pasted"]
)
def test_all_that_share_the_matter_stand_above_all_others(searcher: Searcher, query: str) -> None:
    names = {entry.doc_id: (entry.title or "")[2:-3] for entry in searcher.snapshot.engine.entries()}
    ranked = [names[doc_id] for doc_id, _ in searcher.rank(query, 12)]
    assert set(ranked[:6]) == set(MATTER)


def test_courtesies_change_nothing(searcher: Searcher) -> None:
    plain = searcher.rank("电动自行车充电", 12)
    for polite in ("感谢您对我市工作的关心和支持，电动自行车充电", "尊敬的领导，您好！电动自行车充电。此致敬礼"):
        found = searcher.rank(polite, 12)
        assert [doc_id for doc_id, _ in found] == [doc_id for doc_id, _ in plain]
        assert [score for _, score in found] == pytest.approx([score for _, score in plain], rel=1e-6)


def test_courtesies_alone_are_asked_for_as_they_stand(searcher: Searcher) -> None:
    found = subjects(searcher, "高度重视")
    assert found
    assert set(found) <= set(OTHERS)
