"""Mails, archives and saved pages: each part is a file of its own, with its own name in its place and its messages."""

import struct
import zipfile
import zlib
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest

from corpus.documents import read_documents
from corpus.errors import ReadError
from corpus.sources import find_files
from corpus.types import Document
from tests.letters import letter
from tests.readers.files import OFFICE
from tests.readers.reading import documents, every, faults, only, save, texts

DOC = (OFFICE / "letter.doc").read_bytes()


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return buffer.getvalue()


def mail(text: str, *attached: tuple[str, bytes], subject: str = "回复：关于增设食堂的答复") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, "office@example.cn"
    message["Date"] = "Tue, 18 Jun 2024 09:30:00 +0800"
    message.set_content(text)
    for name, content in attached:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def test_each_file_of_a_zip_is_a_file_of_its_own(tmp_path: Path) -> None:
    content = zipped(
        ("2024年/", b""),
        ("2024年/答复.txt", letter().encode()),
        ("2024年/旧答复.doc", DOC),
        ("2024年/~$旧答复.doc", b"x"),
        ("__MACOSX/答复.txt", b"x"),
        ("照片.jpeg2", b"x"),
        ("坏.docx", b"PK\x03\x04"),
        ("../../外面.txt", letter().encode()),
    )
    found = every(tmp_path, "来件.zip", content)
    names = ["来件.zip/2024年/答复.txt", "来件.zip/2024年/旧答复.doc", "来件.zip/外面.txt"]
    assert [d.source.path for d in documents(found)] == names
    assert [fault.split("：")[0] for fault in faults(found)] == ["来件.zip/照片.jpeg2", "来件.zip/坏.docx"]


def test_documents_of_parts_have_ids_of_their_own_places(tmp_path: Path) -> None:
    text = "本局已于今年完成全部改造工作，特此告知各位居民。\n"
    path = save(tmp_path, "来件.zip", zipped(("甲.txt", text.encode()), ("乙.txt", (text * 2).encode())))
    found = list(read_documents(path, "民政/来件.zip"))
    assert [d.doc_id for d in found if isinstance(d, Document)] == ["民政/来件.zip/甲.txt", "民政/来件.zip/乙.txt"]


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_names_in_a_zip_that_are_not_marked_as_unicode(tmp_path: Path, codec: str) -> None:
    name = "关于食堂的答复.txt".encode(codec)
    content = zipped(("x" * len(name), letter().encode())).replace(b"x" * len(name), name)
    assert only(tmp_path, "a.zip", content).source.path == "a.zip/关于食堂的答复.txt"


def test_a_zip_in_a_zip_and_locked_or_damaged_files_cost_only_themselves(tmp_path: Path) -> None:
    text = letter().encode()
    inner = zipped(("内.txt", text))
    content = bytearray(zipped(("甲.txt", text), ("层.zip", inner), ("乙.txt", text), method=zipfile.ZIP_STORED))
    content[content.index(text) + 5] ^= 1  # of the first file: its checksum is wrong
    found = every(tmp_path, "a.zip", bytes(content))
    assert [d.source.path for d in documents(found)] == ["a.zip/乙.txt"]
    assert [fault.split("，")[0] for fault in faults(found)] == [
        "a.zip/甲.txt：期望完整的压缩包",
        "a.zip/层.zip：期望压缩包和邮件只有一层",
    ]
    locked = bytearray(zipped(("甲.txt", text)))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert "这一件加了密码" in faults(every(tmp_path, "b.zip", bytes(locked)))[0]


def test_a_zip_that_unpacks_to_too_much(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="期望解压后不超过 200 MB、不超过原大小 200 倍"):
        every(tmp_path, "a.zip", zipped(("a.txt", b"0" * 10_000_000)))


def test_a_mail_and_its_attachments(tmp_path: Path) -> None:
    message = mail(
        "各位同事：\n附件是我局的答复，请查收并归档保存。",
        ("答复.doc", DOC),
        ("来件.zip", zipped(("乙.txt", letter().encode()))),
    )
    message.add_attachment(b"x", maintype="image", subtype="png", disposition="inline", filename="标志.png")
    body, word, packed = every(tmp_path, "a.eml", message.as_bytes())
    assert [d.source.path for d in documents([body, word, packed])] == [
        "a.eml", "a.eml/答复.doc", "a.eml/来件.zip/乙.txt",
    ]  # fmt: skip
    assert texts(documents([body])[0]) == ["关于增设食堂的答复", "各位同事：", "附件是我局的答复，请查收并归档保存。"]
    assert documents([body])[0].fields == {"published_on": "2024-06-18"}


def test_a_mail_that_says_nothing_is_its_attachments(tmp_path: Path) -> None:
    assert only(tmp_path, "a.eml", mail("见附件", ("答复.doc", DOC)).as_bytes()).source.path == "a.eml/答复.doc"
    with pytest.raises(ReadError, match=r"a\.eml：期望有正文或附件的邮件，实际两样都没有"):
        every(tmp_path, "a.eml", mail("").as_bytes())


def test_a_mail_of_a_program_that_writes_gbk(tmp_path: Path) -> None:
    """Names and text in raw GBK, the text as html, as Foxmail once sent it."""
    content = (
        "Subject: =?gb2312?B?ufjT2sqzzMO1xLTwuLQ=?=\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html; charset="gb2312"\n\n'
        "<p>您提出的建议收悉。</p><p>社区食堂年内开张，朱镕基路也有一处。</p>\n--b\n"
        'Content-Type: text/plain; name="答复.txt"\nContent-Disposition: attachment; filename="答复.txt"\n\n'
        f"{letter()}\n--b--\n"
    ).encode("gb18030")
    body, attached = documents(every(tmp_path, "a.eml", content))
    assert texts(body)[1:] == ["您提出的建议收悉。", "社区食堂年内开张，朱镕基路也有一处。"]
    assert attached.source.path == "a.eml/答复.txt"
    assert texts(attached)


def rar(*names: str) -> bytes:
    """A RAR of version 3 with stored files of one byte (its technical note, "RAR archive format")."""

    def block(kind: int, flags: int, rest: bytes, after: bytes = b"") -> bytes:
        body = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body + after

    files = b""
    for name in (name.encode("gb18030") for name in names):
        fields = struct.pack("<IIBIIBBHI", 1, 1, 0, zlib.crc32(b"x"), 0, 20, 0x30, len(name), 0x20)
        files += block(0x74, 0x8000, fields + name, b"x")
    return b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6)) + files


def test_of_a_rar_the_names_are_said(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^a\.rar：.*里面有 2 个文件：甲\.doc、乙\.doc。请解压后放入文件夹"):
        every(tmp_path, "a.rar", rar("甲.doc", "乙.doc"))
    with pytest.raises(ReadError, match="期望 RAR 压缩包，实际内容不是"):
        every(tmp_path, "b.rar", b"abc")


FRAMESET = (
    '<html><head><title>答复</title></head><frameset cols="20%,*"><frame src="{}">'
    "<noframes>不支持框架。</noframes></frameset></html>"
)
PAGE = (
    "<html><head><meta charset=gb2312><title>内页</title></head>"
    "<body><p>您好，来信收悉。</p><p>已办结。</p></body></html>"
)


def test_a_saved_page_has_its_frames_and_its_folder_is_no_source(tmp_path: Path) -> None:
    folder = tmp_path / "答复_files"
    folder.mkdir()
    (folder / "main.htm").write_bytes(PAGE.encode("gb18030"))
    (folder / "share.js").write_text("x")
    save(tmp_path, "main.htm", PAGE)
    assert texts(only(tmp_path, "答复.html", FRAMESET.format("%E7%AD%94%E5%A4%8D_files/main.htm?x=1"))) == [
        "答复", "您好，来信收悉。", "已办结。",
    ]  # fmt: skip
    framed = '<body><p>首页</p><iframe src="答复_files/main.htm"></iframe></body>'
    assert texts(only(tmp_path, "答复.html", framed)) == ["首页", "您好，来信收悉。", "已办结。"]
    found = find_files([tmp_path])
    assert ([file.relative for file in found.files], found.skipped) == (["main.htm", "答复.html"], [])
    outside = '<body><p>本页没有正文</p><iframe src="答复_files/../main.htm"></iframe></body>'
    assert texts(only(tmp_path, "答复.html", outside)) == ["本页没有正文"]


def test_a_page_with_text_of_its_own_is_read_without_its_frames(tmp_path: Path) -> None:
    own = '<body><p>您好，来信收悉。</p><iframe srcdoc="<p>分享到。</p>"></iframe></body>'
    assert texts(only(tmp_path, "a.html", own)) == ["您好，来信收悉。"]
    written = '<body><p>首页</p><iframe srcdoc="&lt;p>您好，来信收悉。"></iframe></body>'
    assert texts(only(tmp_path, "a.html", written)) == ["首页", "您好，来信收悉。"]


def test_frames_that_show_each_other_end(tmp_path: Path) -> None:
    folder = tmp_path / "a_files"
    folder.mkdir()
    (folder / "b.htm").write_text('<p>您好。</p><iframe src="a_files/b.htm"></iframe>')
    assert 1 <= len(texts(only(tmp_path, "a.html", '<body><iframe src="a_files/b.htm"></iframe></body>'))) < 10


def test_a_page_saved_as_one_file(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "答复"
    message.set_content(FRAMESET.format("http://example.cn/main.htm"), subtype="html")
    message.make_related()
    message.add_related(
        PAGE.encode("gb18030"),
        maintype="text",
        subtype="html",
        headers=["Content-Location: http://example.cn/main.htm"],
    )
    found = only(tmp_path, "a.mht", message.as_bytes())
    assert (texts(found), found.source.media_type) == (["答复", "您好，来信收悉。", "已办结。"], "text/html")


def test_what_a_page_hides_is_left_out_unless_it_is_the_text(tmp_path: Path) -> None:
    unseen = '<p style="color:red; DISPLAY : none">水印</p><div hidden>暗</div><p style="visibility:hidden">空</p>'
    page = f"<p>您好，来信收悉。</p>{unseen}"
    assert texts(only(tmp_path, "a.html", page)) == ["您好，来信收悉。"]
    nested = "<p>您好，来信收悉。</p>" * 3 + "<div hidden>暗<p hidden>暗<b hidden>暗</b></p></div>"
    assert texts(only(tmp_path, "a.html", nested)) == ["您好，来信收悉。"] * 3
    tab = '<p>首页</p><div id="tab2" style="display:none"><p>您好，来信收悉。现已办结。</p></div>'
    assert texts(only(tmp_path, "a.html", tab)) == ["首页", "您好，来信收悉。现已办结。"]
