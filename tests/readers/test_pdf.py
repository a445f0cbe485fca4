"""PDF documents: their lines, and those that have no text to give."""

from pathlib import Path

import pytest

from corpus.errors import ReadError
from tests.readers.files import pdf
from tests.readers.reading import every, only


def test_a_pdf_gives_its_lines_and_a_blank_between_pages(tmp_path: Path) -> None:
    found = only(tmp_path, "a.pdf", pdf([["关于⽼年⼈的答复", "您提出的"], ["— 2 —", "建议》收悉。"]]))
    assert [block.text for block in found.blocks] == ["关于老年人的答复", "您提出的", "", "— 2 —", "建议》收悉。"]
    assert not any(block.whole for block in found.blocks)
    assert found.source.media_type == "application/pdf"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pdf([[], []]), "实际 2 页都没有文字，是没有文字层的扫描件。请先做文字识别（OCR）"),
        (pdf([["您好"]], encrypted=True), "实际需要密码才能打开。请去掉密码"),
        (pdf([["\ue5e5\ue5e6\ue5e7\ue5e8"]]), "文字层是乱码"),
    ],
)
def test_a_pdf_that_has_no_text_to_give(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        every(tmp_path, "a.pdf", content)
