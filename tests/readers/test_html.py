"""Web pages: the letter or the message and its reply is told from the site around it."""

import time
from pathlib import Path

import pytest

from corpus.readers import read
from corpus.types import Block, RawDocument
from tests.readers.reading import only, save, texts

BODY = (
    "<p>　　张立勤委员：</p>"
    "<p>&emsp;&emsp;您提出的《建设虚拟养老院的建议》（第2024121号）收悉。经研究，现答复如下：</p>"
    "<p><strong>一、基本情况。</strong>我局高度重视，组织相关科室\n深入研究，梳理我区已开展的工作。</p>"
    "<p style='text-align:right'>福田区民政局<br>2024年9月20日</p>"
)
BODY_TEXTS = [
    "张立勤委员：",
    "您提出的《建设虚拟养老院的建议》（第2024121号）收悉。经研究，现答复如下：",
    "一、基本情况。我局高度重视，组织相关科室深入研究，梳理我区已开展的工作。",
    "福田区民政局",
    "2024年9月20日",
]
HEADING = "福田区民政局关于第2024121号提案的答复"


@pytest.mark.parametrize(
    "container",
    [
        "<div id='zoom'>{}</div>",
        "<div class='TRS_Editor big'>{}</div>",
        "<td class='content'>{}</td>",
        "<div>{}</div>",
        "{}",
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_a_letter_page_gives_the_letter_and_not_the_site(tmp_path: Path, container: str, codec: str) -> None:
    page = (
        f"<html><head><meta charset={codec}><title>{HEADING}-提案办理-福田政府在线</title>"
        "<style>p{margin: 0}</style></head><body>"
        "<div class='nav-top'><a>首页</a><a>政务公开</a></div><script>var a='脚本。';</script>"
        f"{container.format(BODY)}"
        "<div class='page-footer'>版权所有。主办单位：福田区人民政府</div></body></html>"
    )
    found = only(tmp_path, "a.html", page.encode(codec))
    assert texts(found) == [HEADING, *BODY_TEXTS]
    assert found.fields == {"page_title": HEADING}
    assert found.blocks[0].level == 1
    assert found.blocks[3] == Block(BODY_TEXTS[2], lead=7, whole=True)
    assert not found.blocks[4].whole


def test_a_header_table_becomes_fields_and_leaves_the_blocks(tmp_path: Path) -> None:
    page = (
        f"<html><body><h1>{HEADING[:6]}<br>{HEADING[6:]}</h1><div class=content>"
        "<table><tr><td>索 引 号：</td><td>0071-2024</td><td>发布机构</td><td>区政府办</td></tr>"
        "<tr><td>发文机关</td><td>福田区民政局</td><td>文　　号：</td>"
        "<td>福民函〔2024〕49号</td></tr></table><p>发布日期：2024-09-25 10:30 来源：福田政府在线 浏览次数：3</p>"
        f"{BODY}<table><tr><td>单位</td><td>金额</td></tr><tr><td>颐养院</td><td>5万元</td></tr></table></div></body></html>"
    )
    found = only(tmp_path, "a.html", page)
    assert found.fields == {
        "agency": "福田区民政局",
        "doc_number": "福民函〔2024〕49号",
        "published_on": "2024-09-25 10:30",
        "source": "福田政府在线",
    }
    assert texts(found) == [HEADING, *BODY_TEXTS, "单位\t金额", "颐养院\t5万元"]


QUESTION, REPLY = ["您好。", "问题：我们小区没有电梯。"], ["王先生：", "您好！来信收悉。", "联系电话：82910000"]
MESSAGE_PAGES = {
    "table": "<table><tr><th>信件标题</th><td>{title}</td></tr>"
    "<tr><th>来信人</th><td>王**</td><th>来信时间</th><td>{asked}</td></tr>"
    "<tr><th>来信内容</th><td>{question}</td></tr>"
    "<tr><th>答复单位</th><td>{agency}</td><th>答复时间</th><td>{replied}</td></tr>"
    "<tr><th>答复内容</th><td>{reply}</td></tr></table>",
    "list": "<dl><dt>标题：</dt><dd>{title}</dd><dt>留言时间：</dt><dd>{asked}</dd>"
    "<dt>留言内容：</dt><dd>{question}</dd><dt>回复内容：</dt><dd>{reply}</dd>"
    "<dt>回复单位：</dt><dd>{agency}</dd><dt>回复时间：</dt><dd>{replied}</dd></dl>",
    "lines": "<ul><li>标题：{title}</li><li>写信时间：{asked} 办理单位：{agency} 办结时间：{replied}</li></ul>"
    "<h3>来信内容</h3><div>{question}</div><h3>答复内容</h3><div>{reply}<p>【打印】【关闭】</p></div>",
    "bare": "<p>标题：{title}</p><p>写信时间：{asked}</p><div><p>内容：</p>{question}</div><p>答复：{first}</p>{rest}"
    "<p>答复单位：{agency}　答复时间：{replied}</p>",
}


@pytest.mark.parametrize("layout", MESSAGE_PAGES)
def test_a_message_page_gives_the_reply_as_blocks_and_the_message_as_a_field(tmp_path: Path, layout: str) -> None:
    question, reply = ([f"<p>{line}</p>" for line in lines] for lines in (QUESTION, REPLY))
    main = MESSAGE_PAGES[layout].format(
        title="加装电梯", asked="2023-03-01", agency="市住建局", replied="2023-03-08",
        question="".join(question), reply="".join(reply), first=REPLY[0], rest="".join(reply[1:]),
    )  # fmt: skip
    page = f"<title>信件详情_市长信箱</title><body><p>首页</p><div>{main}</div><p>打印本页</p>"
    found = only(tmp_path, "a.htm", page)
    assert texts(found) == REPLY
    assert found.fields == {
        "title": "加装电梯",
        "asked_on": "2023-03-01",
        "agency": "市住建局",
        "replied_on": "2023-03-08",
        "question": "\n".join(QUESTION),
        "page_title": "信件详情",
    }


def test_readability_tells_the_letter_from_unnamed_columns_and_its_edges_stay(tmp_path: Path) -> None:
    body = "您的提案收悉，经研究，现答复如下。<br>我局高度重视，逐项落实，成效明显。"
    letter = f"<p>张委员：</p><p>{body}</p><p>福田区民政局</p>"
    page = (
        f"<div><div>天气 晴</div><div>通知公告</div></div><div><div>{letter}</div></div><div><div>友情链接</div></div>"
    )
    expected = ["张委员：", "您的提案收悉，经研究，现答复如下。", "我局高度重视，逐项落实，成效明显。", "福田区民政局"]
    assert texts(only(tmp_path, "a.html", page)) == expected


def test_a_heading_inside_the_letter_stands_once(tmp_path: Path) -> None:
    page = f"<title>{HEADING}_某网</title><div id=zoom><h2>{HEADING[:6]}<br>{HEADING[6:]}</h2>{BODY}</div>"
    assert texts(only(tmp_path, "a.html", page)) == [HEADING[:6], HEADING[6:], *BODY_TEXTS]


def test_a_labelled_line_of_the_letter_itself_stays_in_it(tmp_path: Path) -> None:
    found = only(tmp_path, "a.html", f"<div id=zoom><p>提案编号：2024121</p><p>发布日期：2024-09-25</p>{BODY}</div>")
    assert found.fields == {"proposal_number": "2024121", "published_on": "2024-09-25"}
    assert texts(found) == ["提案编号：2024121", *BODY_TEXTS]


def test_a_page_without_any_known_structure_keeps_all_its_text(tmp_path: Path) -> None:
    found = only(tmp_path, "a.html", "您好，反映的问题收悉。<br>经查属实。<div>感谢来信</div>")
    assert texts(found) == ["您好，反映的问题收悉。", "经查属实。", "感谢来信"]


def test_lines_with_indents_are_whole_paragraphs(tmp_path: Path) -> None:
    found = only(tmp_path, "a.html", "<p>　　第一段。<br>　　第二段。</p><p>断开<br>的行。</p>")
    assert [(block.text, block.whole) for block in found.blocks] == [
        ("第一段。", True), ("第二段。", True), ("断开", False), ("的行。", False),
    ]  # fmt: skip


@pytest.mark.parametrize("depth", [20_000, 100_000])
@pytest.mark.parametrize("tag", ["div", "ul><li", "span", "table><tr><td"])
def test_deep_nesting_neither_crashes_nor_takes_long(tmp_path: Path, tag: str, depth: int) -> None:
    started = time.process_time()
    assert texts(only(tmp_path, "a.html", f"<{tag}>" * depth + "<p>您好，来信收悉。</p>")) == ["您好，来信收悉。"]
    assert time.process_time() - started < 10


LIST = [
    ["序号", "工单编号", "事项标题", "反映内容", "受理时间", "责任单位", "最终回复意见", "回复时间"],
    ["1", "LY18", "渡轮停航", "春节停航吗？", "2024-02-03", "市港航中心", "除夕末班十五点半。", "2024-02-04"],
    ["2", "LY19", "路面塌陷", "有个坑。", "2024-02-05", "市养护中心", "已回填并恢复通行。", "2024-02-06"],
    ["3", "LY20", "没有答复", "有个坑。", "2024-02-05", "市养护中心", "", ""],
]


def test_a_page_that_lists_replies_gives_a_document_a_row(tmp_path: Path) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in LIST)
    path = save(
        tmp_path, "a.html", f"<html><body><table><tr><td colspan=8>导出表</td></tr>{rows}</table></body></html>"
    )
    found = [raw for raw in read(path, "a.html") if isinstance(raw, RawDocument)]
    assert [raw.fields["title"] for raw in found] == ["渡轮停航", "路面塌陷"]
    assert found[0].fields["agency"] == "市港航中心"
    assert [block.text for block in found[1].blocks] == ["已回填并恢复通行。"]
    assert len({raw.source.locator for raw in found}) == 2


def test_a_table_in_a_letter_is_no_list_of_replies(tmp_path: Path) -> None:
    table = "<table><tr><td>单位</td><td>时间</td><td>内容</td></tr><tr><td>甲</td><td>乙</td><td>丙</td></tr></table>"
    path = save(tmp_path, "a.html", f"<html><body><p>您好。</p>{table}</body></html>")
    assert len(list(read(path, "a.html"))) == 1


def test_what_a_reply_labels_is_said_by_it(tmp_path: Path) -> None:
    reply = "<p>答复内容：</p><p>经查属实。</p><p>处理结果：已换灯。</p><p>反映问题：另一处也换。</p>"
    reply += "<p>答复时间：2024-05-01</p>"
    page = f"<html><body><div><p>来信内容：路灯不亮。</p><div class=reply>{reply}</div></div></body></html>"
    found = only(tmp_path, "a.html", page)
    assert [block.text for block in found.blocks] == ["经查属实。", "处理结果：已换灯。", "反映问题：另一处也换。"]
    assert found.fields["replied_on"] == "2024-05-01"
