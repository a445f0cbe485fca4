"""The report: one page that loads nothing, says what was measured, and shows what went wrong."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from dafu import app
from eval.experiment import ModeResult
from eval.reports.pages import plots

DINING = "松澜市民政局:松民函〔2023〕51号"
TOPICS = [
    ("t-1", "长者食堂 关停", "短语", [DINING]),
    ("t-2", "松民函〔2023〕51号", "文号", [DINING]),
    ("t-3", "没有人写过的<script>alert(1)</script>，请打 13000001234", "难题", ["不在档案里"]),
    ("t-4", "月球基地", "none", []),
]


@pytest.fixture(scope="module")
def report(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that `dafu eval run --html` writes."""
    folder = tmp_path_factory.mktemp("report")
    topics = [json.dumps({"query_id": q, "text": text, "category": category}) for q, text, category, _ in TOPICS]
    (folder / "topics.jsonl").write_text("\n".join(topics), encoding="utf-8")
    judgments = [f"{q} 0 {doc_id} 1\n" for q, _, _, wanted in TOPICS for doc_id in wanted]
    (folder / "qrels.txt").write_text("".join(judgments) + f"t-1 0 x 0\nt-4 0 {DINING} 0\n", encoding="utf-8")
    files = ["--topics", str(folder / "topics.jsonl"), "--qrels", str(folder / "qrels.txt")]
    page = folder / "report.html"
    wanted = ["--html", str(page), "--bands", "--split", "number"]
    result = CliRunner().invoke(app, ["eval", "run", "--index", str(sample_index), *files, *wanted])
    assert result.exit_code == 0, result.output
    return page


def test_the_page_asks_nothing_of_anybody_and_says_nothing_of_the_machine(report: Path) -> None:
    html = report.read_text(encoding="utf-8")
    assert not re.findall(r"https?:|//\w|\bsrc=|@import|url\(|<script|<iframe|<object", html)
    assert re.findall(r'<link[^>]*href="([^"]*)"', html) == ["data:,"]
    assert str(report.parent) not in html
    assert "13000001234" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_only_one_mode_makes_a_report_too(sample_index: Path, report: Path, tmp_path: Path) -> None:
    files = [f"--{name}={report.parent / file}" for name, file in (("topics", "topics.jsonl"), ("qrels", "qrels.txt"))]
    arguments = ["--modes", "vector", "--html", str(tmp_path / "one.html")]
    assert CliRunner().invoke(app, ["eval", "run", f"--index={sample_index}", *files, *arguments]).exit_code == 0
    html = (tmp_path / "one.html").read_text(encoding="utf-8")
    assert "混合与词语相比" not in html
    assert "答得最差的题（向量）" in html
    assert "没有足够接近的答复" not in html


@pytest.fixture
def page(report: Path, browser: Browser) -> Iterator[Page]:
    """The report in a browser; at the end it has asked for nothing but itself and complained of nothing."""
    asked: list[str] = []
    complaints: list[str] = []
    page = browser.new_page(locale="zh-CN")
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(report.as_uri())
    yield page
    page.close()
    assert [url for url in asked if url != "data:,"] == [report.as_uri()]
    assert complaints == []


def test_every_mode_and_category_is_shown_with_its_figures(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("检索评测报告")
    summary = page.locator("table.summary tbody tr")
    expect(summary).to_have_count(3)
    # The look-up is right, the hard topic wrong and the third somewhere between: a mean of 1/3 to 2/3.
    for row in summary.all():
        assert 1 / 3 - 1e-3 <= float(row.locator("td span").first.inner_text()) <= 2 / 3 + 1e-3
    expect(page.locator(".categories tr.category")).to_have_text(
        [re.compile("短语"), re.compile("文号"), re.compile("难题")]
    )
    expect(page.get_by_text("另有 1 题没有评判或没有相关的答复，不计入。")).to_be_visible()
    expect(page.locator(".latency .bar")).to_have_count(3)
    expect(page.get_by_role("img", name="前 k 份答复中的查全率").locator("path.line")).to_have_count(3)
    expect(page.get_by_role("img", name="各查全率下的查准率").locator("path.line")).to_have_count(3)


def test_bands_are_shown_by_part(page: Page) -> None:
    bands = page.locator("table.bands")
    expect(bands.locator("tr.category")).to_have_text(["全部4 题", "开发集2 题", "测试集2 题"])
    expect(bands.locator("tbody").first.locator("th[scope=row]")).to_have_text(["高度相关", "相关", "可参考"])
    # The look-up is of the test part, alone there with a topic that no letter answers.
    expect(bands.locator("tbody").nth(2).locator("tr", has_text="高度相关").locator("td").first).to_have_text("1")
    told = page.locator("table.nothing tbody tr")
    expect(told.filter(has_text="文号")).to_have_text(re.compile("应无.*0/1（0%）.*—.*0/1（0%）"))
    expect(told.filter(has_text="none")).to_have_text(re.compile("应有.*([01]/1（(?:10)?0%）).*—.*\\1"))


def test_a_missed_topic_shows_what_was_wanted_and_what_was_found(page: Page) -> None:
    missed = page.locator(".missed > li").first
    expect(missed.locator(".query")).to_contain_text("没有人写过的<script>alert(1)</script>，请打 130********")
    wanted, found = missed.locator(".sides > div").all()
    expect(wanted.locator(".rank")).to_have_text("—")
    expect(wanted).to_contain_text("不在档案里")
    expect(found.locator(".rank")).to_have_text(["1", "2", "3"])
    expect(found.locator("li").first).to_contain_text(re.compile(r"\d{4}年\d+月\d+日|〔\d{4}〕"))


@pytest.mark.parametrize("width", [360, 820, 1200])
def test_nothing_stands_beyond_the_edge(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    beyond = "n => n.map(e => e.scrollWidth - e.clientWidth).filter(over => over > 0).length"
    assert page.locator(".scroll").evaluate_all(beyond) == 0


def timed(*took: float) -> ModeResult:
    return ModeResult("lexical", {}, {}, took)


def test_axes_and_paths_by_hand() -> None:
    axis = plots.Axis(1, 100, 0, 200, (1, 10, 100), logarithmic=True)
    assert [axis(tick) for tick in axis.ticks] == [0, 100, 200]
    assert plots.box_of(timed(*range(101))) == plots.Box(5, 25, 50, 75, 95)
    scale = plots.latency_axis([plots.box_of(timed(37.0)), plots.box_of(timed(2.0))])
    assert scale.ticks == (0, 10, 20, 30, 40)
    plot = plots.delta_plot([0.75, 0.0, -0.5, -0.5])
    assert plot.lines["wins"] == [(0, 0), (0, 0.75), (1, 0.75), (1, 0), (4, 0)]
    assert plot.lines["losses"] == [(0, 0), (0, 0), (2, 0), (2, -0.5), (4, -0.5), (4, 0)]
    # Zero is half-way between the edges of the drawing.
    assert plot.path("wins").startswith("M44.0 102.0L44.0 36.0L140.0 36.0")


def test_recall_and_precision_plots_take_their_points_from_the_run() -> None:
    run = {"q": {"x": 3.0, "a": 2.0}}
    drawn = ModeResult("lexical", run, {}, (1.0,))
    recall = plots.recall_plot([drawn], {"q": {"a": 1, "b": 1}}, ["q"])
    assert recall.lines["lexical"] == [(k, 0.0 if k == 1 else 0.5) for k in (1, 2, 3, 5, 10, 20, 50, 100)]
    precision = plots.precision_plot([drawn], {"q": {"a": 1, "b": 1}}, ["q"])
    assert precision.lines["lexical"] == [(i / 10, 0.5 if i <= 5 else 0.0) for i in range(11)]
    assert [precision.y.low, precision.y.high] == pytest.approx([0, 0.6])
    assert precision.y.ticks == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
