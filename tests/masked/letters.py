"""Letters of every format that are full of personal data, and what of it must be nowhere."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
from docx import Document as WordDocument

REPLY = "您反映的楼道扶手问题已经收悉，所在楼栋已纳入本年度适老化改造计划，预计九月底前安装完毕。"
KINDS: Mapping[str, tuple[str, Sequence[str]]] = {
    "mobile": ("手机：13871620101。", ["13871620101", "71620101"]),
    "landline": ("联系电话：0755-86620202转8802。", ["86620202", "转8802"]),
    "identity": ("身份证号420106196803170303。", ["420106196803170303", "196803170303"]),
    "card": ("银行卡号：6222 0212 3404 0404 123。", ["0212 3404", "34040404"]),
    "plate": ("车牌粤B05C05。", ["05C05"]),
    "e-mail": ("邮箱zhuyingtai06@example.cn。", ["zhuyingtai06", "huyingtai"]),
    "account": ("微信号：wx_liang_0707。", ["wx_liang_0707", "liang_0707"]),
    "home": ("家住梅林街道下梅林二街18栋8单元1808室。", ["18栋8单元", "1808室"]),
    "writer": ("来信人：祝英台。", ["祝英台", "英台"]),
}
"""Sentences with invented personal data, and what of it must be nowhere. Each file says it all in other places."""
MESSAGE = "".join(sentence for sentence, _ in KINDS.values()) + "祝英台说楼道里没有扶手，老人上下楼不便。"
PIECES = [piece for _, pieces in KINDS.values() for piece in pieces]
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030")
GIVEN_IDS = ("13871620101", "420106196803170303", "L-77")


def as_text(folder: Path) -> None:
    greeting = "关于楼道加装扶手来信的答复\n祝英台女士：\n您好，您的来信收悉。"
    letter = f"{greeting}{MESSAGE}\n{REPLY}\n松澜市民政局\n2024年5月6日"
    (folder / "答复祝英台.txt").write_text(letter, encoding="utf-8")


def as_lines(folder: Path) -> None:
    rows = [
        {"id": given, "title": f"祝英台反映楼道没有扶手，手机13871620101（{n}）", "agency": "松澜市住房局",
         "kind": "来信", "question": MESSAGE, "text": f"祝英台女士：您好。{REPLY}联系人：祝英台。第{n}次答复。"}
        for n, given in enumerate(GIVEN_IDS)
    ]  # fmt: skip
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "来信.jsonl").write_text(text, encoding="utf-8")


def as_table(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("编号", "标题", "来信人", "来信内容", "答复内容", "答复单位"),
        ("0755-86620202", "来信人：祝英台，反映扶手", "祝英台", MESSAGE, REPLY, "市城管局联系人：祝英台"),
    ):
        sheet.append(row)
    book.save(folder / "来信.xlsx")


def as_word(folder: Path) -> None:
    document = WordDocument()
    heading = "一、来信人：祝英台，电话：13871620101"
    for line in ("关于扶手来信的答复", "祝英台女士：", heading, MESSAGE, REPLY, "松澜市卫健委"):
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    (folder / "手机13871620101.docx").write_bytes(stream.getvalue())


def as_page(folder: Path) -> None:
    page = f"<html><body><h1>关于扶手来信的答复</h1><p>祝英台女士：</p><p>{MESSAGE}</p><p>{REPLY}</p></body></html>"
    (folder / "页面.html").write_text(page, encoding="utf-8")


FORMATS: Sequence[Callable[[Path], None]] = (as_text, as_lines, as_table, as_word, as_page)
