"""A small archive whose letters can be told apart, and what an index of it answers."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexer.build.generation import Generation
from indexer.paths import IndexPaths
from search_api.searcher import Searcher
from tests.letters import letter

_SUBJECTS = {
    "长者食堂": "全市现有长者食堂六十八家，每餐补贴两元，失能老人送餐上门",
    "加装电梯": "加装电梯财政补贴每台十五万元，住房公积金可以提取，低层住户意见须协商",
    "共享停车": "机关单位夜间开放停车泊位六百四十个，包月一百五十元，超时滞留须加价",
    "垃圾分类": "生活垃圾分类投放点三千二百处，厨余垃圾日处理能力四百吨，督导员全部到岗",
    "学位供给": "新建改扩建学校十二所，新增公办学位一万八千个，积分入学办法已经公布",
    "公交线路": "新开微循环公交线路九条，与地铁站接驳，早晚高峰发车间隔缩短到六分钟",
    "口袋公园": "利用边角地建成口袋公园四十五个，配套健身器材和无障碍坡道，由街道管护",
    "家庭医生": "家庭医生签约服务覆盖重点人群七十四万人，随访血压血糖，费用由医保支付",
}

QUERIES = ("长者食堂补贴", "加装电梯怎么分摊", "停车泊位夜间开放", "厨余垃圾", "公办学位不够", "我局将会同有关部门")


def write_letter(folder: Path, number: int, *, told: str = "") -> Path:
    """Letter number 0, 1, 2, ..., each about one of the subjects; `told` is said besides."""
    subject, body = list(_SUBJECTS.items())[number % len(_SUBJECTS)]
    text = letter(
        heading=f"松澜市民政局关于市政协十届二次会议第{20230100 + number}号提案的答复",
        opening=f"您提出的《关于{subject}第{number}件事的提案》收悉。现答复如下：",
        body=f"一、基本情况\n{body}，第{number}批已经完成。{told}\n二、下一步工作\n我局将会同有关部门在年底前推进{subject}。",
        closing=f"感谢您的关心。\n松澜市民政局\n2023年6月{number % 28 + 1}日",
    )
    path = folder / f"{number:03}.txt"
    path.write_text(text, encoding="utf-8")
    return path


def write_archive(folder: Path, letters: int = 24) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(letters):
        write_letter(folder, number)
    return folder


def change(folder: Path) -> None:
    """One letter changed, one gone, two new."""
    write_letter(folder, 3, told="另有说明见附件。")
    (folder / "005.txt").unlink()
    for number in (100, 101):
        write_letter(folder, number)


def answers(index: Path) -> dict[str, Any]:
    """What the live generation answers. Raises DafuError where none does."""
    searcher = Searcher(index)
    try:
        return answers_of(searcher)
    finally:
        searcher.snapshot.close()


def answers_of(searcher: Searcher) -> dict[str, Any]:
    """Every letter's version, its text by way of the archive, and the hits of each query with scores and passages."""
    generation = searcher.snapshot
    letters = {entry.doc_id: generation.document(entry).text for entry in generation.engine.entries()}
    found = {}
    for query in QUERIES:
        result = searcher.search(query, 50)
        found[query] = [(h.doc_id, round(h.score, 4), h.band, tuple(p.text for p in h.passages)) for h in result.hits]
    return {"letters": letters, "found": found, "encoder": generation.encoder.fingerprint}


def leftovers(index: Path) -> list[str]:
    """What a run that was killed has left behind, beside finished generations."""
    paths = IndexPaths(index)
    half = [p for p in index.rglob("*") if ".tmp" in p.name or p in (paths.building, paths.calibrating)]
    live = int(paths.current.read_text())
    above = [p for p in paths.generations.iterdir() if p.name.isdecimal() and int(p.name) > live]
    partial = [p for p in paths.generations.iterdir() if p.name.isdecimal() and not (p / "manifest.json").is_file()]
    return sorted(str(p.relative_to(index)) for p in {*half, *above, *partial})


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def live_number(index: Path) -> int:
    found = Generation.open_current(index)
    try:
        return found.number
    finally:
        found.close()
