"""Maps the names of columns, JSON keys and header tables to the field names of Document.

The one table of names for html, xlsx, csv and jsonl.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

# Names separated by spaces, the best first: 发文机关 signs, 发布机构 may be the web editor.
NAMES = {
    "doc_id": "doc_id id 编号 信件编号 来信编号 答复编号 文档编号 留言编号 受理编号 流水号 编码",
    "title": (
        "title proposal_title 提案标题 建议标题 提案题目 建议题目 提案名称 建议名称 案名 案由 题目 标题 信件标题 "
        "来信标题 留言标题 信件主题 来信主题 留言主题 主题 文件名称 信息名称 名称 subject"
    ),
    "text": (
        "text reply answer 答复内容 回复内容 答复正文 回复正文 复文正文 复函正文 答复全文 回复全文 答复意见 回复意见 "
        "办理答复 答复情况 回复情况 办理回复 处理结果 办理情况 回信内容 回复信息 答复信息 答复 回复 正文 全文 "
        "内容 content body"
    ),
    "question": (
        "question message 来信内容 留言内容 信件内容 咨询内容 诉求内容 投诉内容 写信内容 问题内容 提案内容 "
        "建议内容 提案正文 建议正文 来信正文 留言详情 来信详情 诉求 问题 来信 留言 问题描述"
    ),
    "agency": (
        "agency 答复单位 回复单位 答复机关 回复机关 答复部门 回复部门 发文机关 发文机构 发文单位 制发机关 承办单位 "
        "主办单位 办理单位 受理单位 承办部门 办理部门 处理单位 处理部门 主办部门 发布机构 发布单位 发布机关 "
        "公开机构 回信单位 单位 部门"
    ),
    "co_agencies": "co_agencies 会办单位 协办单位 分办单位",
    "addressees": "addressees 提案人 提案者 领衔提案人 领衔代表 提出人 建议人 委员 代表 提案委员 建议代表",
    "replied_on": (
        "replied_on 答复日期 答复时间 回复日期 回复时间 办结时间 办结日期 办复时间 办复日期 回信时间 处理时间 "
        "成文日期 印发日期 发文日期 生成日期"
    ),
    "asked_on": (
        "asked_on 来信时间 来信日期 写信时间 写信日期 留言时间 留言日期 提交时间 提交日期 咨询时间 提问时间 "
        "投诉时间 提出日期 提出时间 受理时间"
    ),
    "published_on": "published_on 发布日期 发布时间 公开日期 公开时间",
    "proposal_number": "proposal_number 提案编号 建议编号 提案号 建议号 提案案号 案号 议案编号",
    "doc_number": "doc_number 发文字号 发文文号 文件编号 公文编号 文号 字号",
    "proposal_kind": "proposal_kind kind 提案类型 提案类别 建议类别 信件类型 信件类别 来信类型 留言类型 类型 类别",
    "role": "role 办理类型 办理方式 办理角色",
    "session": "session 届次 会议届次 会议",
    "outcome": "outcome 答复类别 答复类型 办理类别 办复类别 答复分类 办理结果",
    "scope": "scope 可见范围 查阅范围 知悉范围",
}

# Other labels in header tables of government sites, known so that they are not taken for prose.
_IGNORED = (
    "索引号 信息索引号 索引 主题分类 体裁分类 组配分类 信息分类 公开分类 分类 主题词 关键词 公文种类 文种 "
    "载体类型 效力状态 有效性 时效性 时效 生效日期 生效时间 实施日期 废止日期 失效日期 失效时间 内容概述 概述 摘要 "
    "信息来源 文章来源 来源 稿源 作者 编辑 责任编辑 责编 浏览次数 浏览量 阅读次数 阅读量 点击数 点击量 点击率 "
    "访问量 字体 字号大小 打印 分享 公开方式 公开范围 公开属性 公开形式 公开时限 信息公开类别 来信人 写信人 "
    "留言人 姓名 网友 状态 办理状态 处理状态 信件状态 当前状态 是否公开 满意度 评价 服务评价 查询码 "
    "查询编号 收信人 来信人姓名"
)

IGNORED = ""
"""The field of a label that is known but not kept."""


def field_of(label: str) -> str | None:
    """The field that a published label names, IGNORED for a known label without a field, None for an unknown one.

    >>> field_of("【发文字号】："), field_of(" 答 复 内 容 (全文)"), field_of("索引号"), field_of("金额")
    ('doc_number', 'text', '', None)
    """
    ranked = _ranks().get(_plain(label))
    return ranked[0] if ranked else None


def columns(names: Sequence[str]) -> dict[int, str]:
    """The field at each position of a row of names. If several names mean the same field, the best one has it.

    A plain 内容 beside a column of replies is the question.
    """
    best: dict[str, tuple[int, int]] = {}
    spare: list[int] = []
    for position, name in enumerate(names):
        if ranked := _ranks().get(_plain(name)):
            field, rank = ranked
            held = best.get(field)
            best[field] = min(held, (rank, position)) if held else (rank, position)
            if field == "text":
                spare.append(position)
    if "text" in best and "question" not in best:
        _, taken = best["text"]
        bodies = [p for p in spare if p != taken and _plain(names[p]) in _BODY]
        if bodies and _plain(names[taken]) not in _BODY:
            best["question"] = (0, bodies[0])
    return {position: field for field, (_, position) in best.items() if field != IGNORED}


def gather(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields in (label, value) pairs: the best label with a value wins; fields without a value are absent."""
    filled = [(label, value.strip()) for label, value in pairs if value.strip()]
    places = columns([label for label, _ in filled])
    return {field: filled[position][1] for position, field in places.items()}


_MAX_LABEL_LENGTH = 100  # characters, a remark in brackets among them; a table's cells may hold whole documents
_BODY = frozenset({"内容", "content", "body", "正文", "全文"})


@cache
def _ranks() -> dict[str, tuple[str, int]]:
    ranks = {_plain(name): (IGNORED, 0) for name in _IGNORED.split()}
    for field, names in NAMES.items():
        ranks |= {_plain(name): (field, rank) for rank, name in enumerate(names.split())}
    return ranks


def _plain(label: str) -> str:
    """The label in NFKC and lower case, without spaces, brackets, a remark behind it, colons and asterisks."""
    if len(label) > _MAX_LABEL_LENGTH:
        return ""
    folded = unicodedata.normalize("NFKC", label).lower()
    folded = re.sub(r"[\s*:]", "", folded).strip("【】[]〔〕|/-·•")
    return re.sub(r"(?<=.)\(.*\)$", "", folded)
