"""The Word template of the sheet: the packaged one, a bureau's own, and what is told of one that cannot be used."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.shared import Mm, Pt
from starlette.testclient import TestClient
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app as dafu
from search_api.desk.sheet import open_template, to_docx
from search_api.desk.sheet.template import Style
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.sheets import lines_of, passage, point, sheet

HEADER = "松澜市人民政府办公室"
CHOSEN = "松澜市民政局:松民函〔2025〕58号"
MISSING = r"缺少段落样式 段落说明：应有 Title、Subtitle、.*样式的名称不要改"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A bureau's template: its header, a larger title, a wider margin, and a text that says what it is for."""
    document = open_template()
    document.sections[0].header.paragraphs[0].text = HEADER
    document.sections[0].left_margin = Mm(40)
    document.styles["Title"].font.size = Pt(26)
    document.add_paragraph("本文件是模板，请勿删除。")
    document.add_table(1, 1)
    return saved(document, tmp_path / "模板.docx")


def saved(document: Document, path: Path) -> Path:
    document.save(str(path))
    return path


def without_a_style(document: Document) -> None:
    document.styles["段落说明"].delete()


def with_a_style_of_characters(document: Document) -> None:
    without_a_style(document)
    document.styles.add_style("段落说明", WD_STYLE_TYPE.CHARACTER)


def test_the_packaged_template_has_every_style_and_no_text() -> None:
    document = open_template()
    assert {style.name for style in document.styles} == {"Normal", "Footer", *Style}
    assert (document.paragraphs, document.tables) == ([], [])
    footer = document.sections[0].footer.paragraphs[0]
    assert (footer.text, 'w:instr=" PAGE "' in footer._p.xml) == ("—  —", True)


def test_a_template_gives_its_header_page_and_styles_and_not_its_text(own: Path) -> None:
    made = sheet(point(passage()))
    written = to_docx(made, own)
    document = docx.Document(BytesIO(written))
    assert lines_of(written) == lines_of(to_docx(made))
    assert document.tables == []
    assert document.sections[0].header.paragraphs[0].text == HEADER
    assert document.sections[0].left_margin == pytest.approx(
        Mm(40), abs=400
    )  # in EMU; Word keeps twentieths of a point
    assert document.paragraphs[0].style is not None
    assert document.paragraphs[0].style.font.size == Pt(26)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, r"Word 模板 .*模板\.docx 无法读取（.+）。请检查设置 sheet_template：它应指向一个 docx 文件"),
        (b"%PDF-1.7", r"Word 模板 .*模板\.docx 不能使用：期望完好的 Word 文档（\.docx）.*BadZipFile"),
        (b"", r"不能使用：期望完好的 Word 文档"),
    ],
)
def test_a_file_that_is_no_docx_is_refused(tmp_path: Path, data: bytes | None, expected: str) -> None:
    if data is not None:
        (tmp_path / "模板.docx").write_bytes(data)
    with pytest.raises(DafuError, match=expected):
        to_docx(sheet(), tmp_path / "模板.docx")


def test_a_word_template_file_is_refused_with_advice(own: Path) -> None:
    """A dotx has the same parts under another content type, which python-docx takes for no document."""
    with ZipFile(own) as source, ZipFile(own.with_suffix(".dotx"), "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"document.main+xml", b"template.main+xml"))
    with pytest.raises(DafuError, match=r"不能使用：期望完好的 Word 文档.*应指向一个 docx 文件"):
        open_template(own.with_suffix(".dotx"))


@pytest.mark.parametrize("spoil", [without_a_style, with_a_style_of_characters])
def test_a_template_that_lacks_a_style_is_refused(tmp_path: Path, spoil: Callable[[Document], None]) -> None:
    document = open_template()
    spoil(document)
    with pytest.raises(DafuError, match=MISSING):
        open_template(saved(document, tmp_path / "模板.docx"))


# The setting


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    document = open_template()
    without_a_style(document)
    return saved(document, tmp_path / "缺样式.docx")


def serve(*words: str, template: Path) -> str:
    environment = {"DAFU_SHEET_TEMPLATE": str(template)}
    return CliRunner().invoke(dafu, ["serve", *words], env=environment, catch_exceptions=False).output


def test_the_server_is_not_started_with_a_template_that_lacks_a_style(sample_index: Path, spoilt: Path) -> None:
    for words in (["--check"], ["--port", "0"]):
        with pytest.raises(DafuError, match=MISSING):
            serve("--index", str(sample_index), *words, template=spoilt)


def test_check_names_the_template(sample_index: Path, own: Path) -> None:
    said = serve("--index", str(sample_index), "--check", template=own)
    assert f"sheet_template = {own}（环境变量 DAFU_SHEET_TEMPLATE）" in said
    assert f"Word 模板：{own}，需要的样式都有。" in said


def test_the_basket_is_exported_in_the_template(sample_index: Path, own: Path) -> None:
    with TestClient(create_app(sample_index, Settings(index=sample_index, sheet_template=own))) as client:
        page = client.get(f"/documents/{CHOSEN}").text
        named = re.search(r'data-passage="([^"]+)"', page)
        assert named
        answer = client.get("/basket/export", params={"format": "docx", "p": named[1]})
    assert answer.status_code == 200
    assert docx.Document(BytesIO(answer.content)).sections[0].header.paragraphs[0].text == HEADER


def test_match_writes_the_sheet_in_the_template(sample_index: Path, own: Path, spoilt: Path) -> None:
    proposal, out = own.with_name("提案.txt"), own.with_name("答复参考.docx")
    proposal.write_text("关于长者食堂的提案\n建议：\n一、多建长者食堂。\n二、给老人送餐上门。", encoding="utf-8")
    words = ["match", str(proposal), "--index", str(sample_index), "--docx", str(out)]
    with pytest.raises(DafuError, match=MISSING):
        CliRunner().invoke(dafu, words, env={"DAFU_SHEET_TEMPLATE": str(spoilt)}, catch_exceptions=False)
    assert not out.exists()
    done = CliRunner().invoke(dafu, words, env={"DAFU_SHEET_TEMPLATE": str(own)}, catch_exceptions=False)
    assert done.exit_code == 0
    assert docx.Document(str(out)).sections[0].header.paragraphs[0].text == HEADER
