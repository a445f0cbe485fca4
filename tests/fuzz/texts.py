"""Texts put together of what letters, proposals and queries consist of, and of what they should not hold."""

import string

from hypothesis import strategies as st

NUMBERING = """
一、 二、 十一、 （一） (二) 1. 2． 3、 （1） 4) ① ⑳ ㈠ ⒈ 一是 二是 其三， 第一， 首先， 其次 最后 第二部分 A.
一、1. - * ● —— > #
"""
HEADS = """
关于 对 提案 建议 议案 答复 复函 的答复 第 号 第20230112号 届 次会议 五届六次会议 市十四届人大四次会议 文件
福民函〔2020〕43号 〔2020〕 [2020] 《 》 “ ” （ ） 【 】 《关于增设长者食堂的提案》 （第12号） 提案号：12 案由：
标题： 内容： 编号： 网友留言： 答复内容：
"""
PEOPLE = """
陈岚委员： 尊敬的 各位代表： 张三、李四委员： 您好！ 你好 民盟区委会： 提案人：沈牧云 联系人：周小平 联系人： 承办人
经办人 联系电话：86601234 电话： 手机 13000001234 0755-86601234 转 分机 a.b@x.cn @ QQ：123456 微信 身份证
44030119900101123X 622202 京A12345 来信人：张建国 我叫 住址 3栋2单元401室 张**
"""
PROSE = """
您提出的 收悉。 现答复如下： 经研究， 全市现有长者食堂六十八家 下一步，我局将努力。 高度重视 存在以下问题：
为此，建议： 希望 能否 ？ 请 应当 加强检查 完善规划 不足 修好路灯 2.5公里 第三十一条 一、二级医院
会同市财政局、区卫健局 长期以来 感谢您的关心。 特此答复。 此致 敬礼 以上建议，请予研究。 附件： 抄送： 来源： 打印
首页> 上一篇： http://x.cn/a file://a 1/2 第1页 —3— 版权所有
"""
SIGNED = """
松澜市民政局 市教育局 市财政局 （代章） 2023年6月18日 二〇二一年六月十八日 2021.6.18 2025年月日 ２０２３年６月１８日
办理类别：A A类 （B） 解决程度 局 委员会 办公室
"""
MARKUP = """
** __ `` <p> </p> <br> <td> <b> <script> &nbsp; &#0; &#xD800; | \\ ~~ [a](b) ![a](b) " ' ${x} {{7*7}} %s
"""
QUERY = """
单位:民政局 单位： 年份:2020..2025 年份:2025..2020 日期:2023-01..2023-06 日期:2023-02-30 日期:.. 编号:20200110
文号:福民函〔2020〕43号 类型:政协 办理:会办 未知:值 -养老 - -单位:x "长者食堂" "" " “电梯” ：： : 年份:至 日期:0000
yanglao yang'lao
"""
CHINESE = "养老服务街道食堂补贴今年新建的一了和问题"
# Full width, combining, ligatures that NFKC spreads, bidi marks, joiners, private use, unassigned, astral characters.
ODD = (
    "１２３ＡＢ：；．（）〇○㈱㎡ﬁ㍿ﷺ①⑴éé⼀⽼𠀀😀👨\u200d👩\u200b\u200e\u202e\u2066\u2069\ufeff\u00ad\u3000\u00a0\u2028\u2029"
    "\u0085\x00\x01\x0b\x0c\x1b\x1c\x7f\x9f\t\r\ue000\ufffd\ufffe\uffff\U000e0001\U0010ffff٣১Ⅻ½²ǅİıß"
)
SURROGATES = "\ud800\udc00\udfff"

_WORDS = [w for group in (NUMBERING, HEADS, PEOPLE, PROSE, SIGNED, MARKUP) for w in group.split()]
_WHOLE = st.sampled_from(_WORDS)
_ENDS = st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r", "\n　　", "\n \n", "\u2028", "\x0c", " ", "　"])
_ANY = st.characters(exclude_categories=["Cs"])


def words_of(*groups: str) -> st.SearchStrategy[str]:
    """One word of the groups."""
    return st.sampled_from([word for group in groups for word in group.split()])


pieces = st.one_of(
    _WHOLE,
    _WHOLE,
    st.text(CHINESE, min_size=1, max_size=30),
    st.sampled_from([*ODD, *string.punctuation, *"，。；：！？、“”《》（）〔〕—…", *string.digits]),
    _ANY,
)
"""A few characters."""

lines = st.lists(pieces, max_size=8).map("".join)
"""What stands between two line ends, mostly."""

_letters = st.builds(
    lambda *parts: "".join(line + end for part in parts for line, end in part),
    *(
        st.lists(st.tuples(st.one_of(words_of(group), lines), _ENDS), max_size=most)
        for group, most in ((HEADS, 3), (PEOPLE, 2), (PROSE, 3), (f"{NUMBERING} {PROSE}", 8), (SIGNED, 3), (PEOPLE, 2))
    ),
)
_repetitive = st.builds(
    lambda before, unit, times, after: before + (unit * times)[:8000] + after,
    lines,
    st.lists(st.one_of(pieces, _ENDS), min_size=1, max_size=3).map("".join),
    st.sampled_from([3, 17, 60, 400, 3000]),
    lines,
)
texts = st.one_of(
    _letters,
    _letters,
    _repetitive,
    st.lists(st.one_of(pieces, _ENDS), max_size=60).map("".join),
    st.lists(st.tuples(lines, _ENDS).map("".join), max_size=20).map("".join),
    st.text(_ANY, max_size=200),
)
"""Anything that a text may be, letters above all. No lone surrogates: no reader lets them through."""

queries = st.one_of(
    st.lists(st.one_of(words_of(QUERY), pieces, st.sampled_from([" ", "　", "\t"])), max_size=10).map("".join),
    st.lists(words_of(QUERY) | st.sampled_from(SURROGATES), max_size=5).map(" ".join),
    texts,
)
