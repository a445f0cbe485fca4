"""Maps the names of columns, JSON keys and header tables to the field names of Document.

The one table of names for html, xlsx, csv and jsonl.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache


def _joined(firsts: str, lasts: str) -> str:
    """Every name made of a first and a last word, in the order of the last words: the best of those come first.

    >>> _joined("答复 回复", "单位 部门")
    '答复单位 回复单位 答复部门 回复部门'
    """
    return " ".join(first + last for last in lasts.split() for first in firsts.split())


# What systems call a message, an answer and its handling: their labels are made of these words.
_MESSAGE = (
    "来信 信件 留言 诉求 咨询 投诉 问题 事项 工单 问政 来电 求助 建言 提问 信访 举报 反映 写信 帖子 "
    "网友留言 市民诉求 热线"
)
_ANSWER = "答复 回复 反馈 回信 解答"
_HANDLING = "办结 办理 处理 办复 处置 核查"
_WHO = "群众 市民 网友 网民 听众 诉求人 来信人 当事人 用户"

# Names separated by spaces, the best first: 发文机关 signs, 发布机构 may be the web editor.
NAMES = {
    "doc_id": (
        f"doc_id id 编号 {_joined(_MESSAGE, '编号 单号 ID 流水号')} 答复编号 文档编号 受理编号 工单号 流水号 编码"
    ),
    "title": (
        f"title proposal_title {_joined('ask question letter mail message', 'title subject')} "
        "提案标题 建议标题 提案题目 建议题目 提案名称 建议名称 案名 案由 题目 标题 "
        f"{_joined(_MESSAGE, '标题 主题 题目')} 主题 概况信息 文件名称 信息名称 名称 subject"
    ),
    "text": (
        f"text reply answer {_joined('答复 回复', '内容 正文')} 复文正文 复函正文 答复全文 回复全文 答复意见 回复意见 "
        f"最终回复意见 最终答复意见 {_joined('官方 部门 单位 政府 承办单位 最终', '回复 答复 回应')} "
        f"{_joined('反馈 回信 解答', '内容 意见 正文 全文')} "
        f"{_joined('办理 答复 办复 回复', '复文 复函')} 复文 复文内容 复函内容 "
        f"{_joined('答复 回复 反馈', '情况 信息 详情')} "
        f"{_joined(_HANDLING, '意见 情况 答复 回复 反馈 内容')} 处理结果 办结结果 处置结果 核查结果 "
        f"{_joined('调查 核实 调查核实 调查处理', '情况 结果')} "
        f"{_joined('reply answer handle deal feedback result', 'content text opinion result info desc')} "
        "答复 回复 正文 全文 内容 content body"
    ),
    "question": (
        f"question message {_joined('ask question letter mail message problem', 'content text desc')} "
        f"{_joined(_MESSAGE, '内容 正文 描述 诉求 问题 原文')} 提案内容 反映情况 来电事项 "
        "主要问题 反映的问题 反映的主要问题 "
        f"{_joined('网友 网民 群众 市民 听众 观众', '留言 来信 来电 提问 反映 诉求 咨询')} "
        f"建议内容 提案正文 建议正文 {_joined(_MESSAGE, '详情')} 诉求 问题 来信 留言"
    ),
    "agency": (
        f"agency {_joined('reply answer handle deal', 'dept department unit org agency')} "
        f"{_joined(_ANSWER, '单位 机关 机构 部门')} 发文机关 发文机构 发文单位 制发机关 "
        f"{_joined('承办 主办 办理 责任 处置 受理 处理 办结 主责 主管 牵头', '单位 机关 机构 部门')} "
        "派往单位 承接单位 发布机构 发布单位 发布机关 公开机构 问政单位 上线单位 单位名称 单位 部门"
    ),
    "co_agencies": "co_agencies 会办单位 协办单位 分办单位 协办部门 会办部门 配合单位 协同单位 协办机构",
    "addressees": (
        "addressees 提案人 提案者 领衔提案人 领衔代表 提出人 建议人 委员 代表 提案委员 建议代表 "
        "代表姓名 委员姓名 提案人姓名 领衔人 提案单位 第一提案人 首席提案人 主提案人 第一领衔人 第一提案者"
    ),
    "replied_on": (
        f"replied_on {_joined('reply answer handle deal feedback finish', 'time date at')} "
        f"{_joined(_ANSWER, '日期 时间')} {_joined(_HANDLING, '日期 时间')} "
        "成文日期 印发日期 发文日期 生成日期"
    ),
    "asked_on": f"asked_on {_joined('create ask submit letter mail message question post', 'time date at')} "
    f"{_joined(_MESSAGE, '时间 日期')} "
    f"{_joined('提交 递交 登记 提出 受理 建议 收信', '时间 日期')}",
    "published_on": "published_on 发布日期 发布时间 公开日期 公开时间 添加时间 日期 时间",
    "proposal_number": "proposal_number 提案编号 建议编号 提案号 建议号 提案案号 案号 议案编号",
    "doc_number": "doc_number 发文字号 发文文号 文件编号 公文编号 文号 字号",
    "proposal_kind": (
        "proposal_kind kind 提案类型 提案类别 建议类别 信件类型 信件类别 来信类型 留言类型 诉求类型 工单类型 类型 类别"
    ),
    "role": "role 办理类型 办理方式 办理角色",
    "session": "session 届次 会议届次 会议",
    "outcome": "outcome 答复类别 答复类型 办理类别 办复类别 答复分类 办理结果",
    "source": "source 信息来源 文章来源 来源 稿源",
    "scope": "scope 可见范围 查阅范围 知悉范围",
}

# Other labels in header tables of government sites, known so that they are not taken for prose.
_IGNORED = (
    "索引号 信息索引号 索引 主题分类 体裁分类 组配分类 信息分类 公开分类 分类 主题词 关键词 公文种类 文种 "
    "载体类型 效力状态 有效性 时效性 时效 生效日期 生效时间 实施日期 废止日期 失效日期 失效时间 概述 摘要 概览 简介 "
    f"{_joined('内容 信息 文件', '概述 概览 摘要 简介 提要 导读')} "
    f"作者 编辑 责任编辑 责编 {_joined('浏览 阅读 点击 访问 查看', '次数 量 数 率')} 点击 浏览 人气 热度 关注度 "
    "字体 字号大小 打印 分享 公开方式 公开范围 公开属性 公开形式 公开时限 信息公开类别 公开状态 是否公开 是否保密 "
    f"{_joined(_MESSAGE, '人 者 人姓名 来源 渠道 对象 状态 进度')} 姓名 网友 网名 昵称 收信人 写信对象 发布人 "
    f"状态 {_joined('办理 处理 当前 回复 受理 办结', '状态 进度')} 紧急程度 信件索引号 查询码 查询编号 查询密码 "
    f"满意度 评价 服务评价 满意度评价 回访 回访情况 {_joined('评价 满意', '结果 星级 等级 程度 内容 时间')} "
    f"{_joined(_WHO, '评价 满意度 意见')} {_joined('回访 办理', '结果满意度 满意度 评价')} 回访结果 回访意见 "
    f"{_joined('交办 转办 派单 签收 更新 回访', '时间 日期')} 办结时限 办理时限 打印时间 播出时间 "
    "答复方式 回复方式 是否满意 群众是否满意 是否解决 "
    "采纳情况 领导批示 批示意见 拟办意见 打印人 答复人 回复人 受理人 "
    f"{_joined('交办 派单 转办 批转 分办 流转 坐席', '意见 说明 备注 要求')} "
    f"{_joined('委员 代表 提案人 提案者', '反馈 评价 满意度 意见 反馈意见 评价意见')} 附议人 附议代表 联名人 联名代表"
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


def rank_of(label: str) -> int:
    """How good a known label is for its field; 0 is the best.

    >>> rank_of("答复内容") < rank_of("处理结果")
    True
    """
    return _ranks()[_plain(label)][1]


def label_of(field: str) -> str:
    """What a sentence calls a field; a page's title alone is none of the names.

    >>> label_of("doc_id"), label_of("page_title")
    ('编号', '网页标题')
    """
    return next((name for name in NAMES.get(field, "").split() if not name.isascii()), "网页标题")


def of_page(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that a page or a text may state of itself: who may see a document, and which one it is, are stated by
    the owner of a table or a JSON file alone.

    >>> of_page({"title": "路灯不亮", "scope": "公开", "doc_id": "1"})
    {'title': '路灯不亮'}
    """
    return {field: value for field, value in fields.items() if field not in ("doc_id", "scope")}


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
    if "doc_id" in best and "proposal_number" not in best and _is_of_proposals(names, best):
        best["proposal_number"] = best.pop("doc_id")
    if "text" in best and "question" not in best:
        _, taken = best["text"]
        bodies = [p for p in spare if p != taken and _plain(names[p]) in _BODY]
        if bodies and _plain(names[taken]) not in _BODY:
            best["question"] = (0, bodies[0])
    return {position: field for field, (_, position) in best.items() if field != IGNORED}


def _is_of_proposals(names: Sequence[str], best: Mapping[str, tuple[int, int]]) -> bool:
    """Whether a plain 编号 is that of a proposal: the row names its proposer or its subject as a register does.

    A number alone is no identity there: each year, and each kind of proposal, begins anew at 1.
    """
    _, numbered = best["doc_id"]
    said = [names[best[field][1]] for field in ("title", "addressees") if field in best]
    return _plain(names[numbered]) == "编号" and any(map(_PROPOSAL.search, said))


def guessed(names: Sequence[str]) -> dict[int, str]:
    """Like `columns`; a field that no known name has goes to the first unknown name with the words of such names.

    >>> guessed(["反映事项", "反映详情", "主办部门", "处办结果"])
    {1: 'question', 2: 'agency', 0: 'title', 3: 'text'}
    """
    found = columns(names)
    if not found:
        return found
    for field, pattern in _GUESSES.items():
        if field not in found.values():
            unknown = (i for i, name in enumerate(names) if i not in found and field_of(name) is None)
            at = next((i for i in unknown if len(names[i]) <= _MAX_GUESSED and pattern.search(_plain(names[i]))), None)
            found |= {} if at is None else {at: field}
    return found


_MAX_GUESSED = 12  # characters of a column's name
_GUESSES = {
    "asked_on": re.compile(r"(来|诉求|反映|受理|登记|提交|接).{0,4}(时间|日期)$"),
    "replied_on": re.compile(r"(答|回|办|处|反馈).{0,4}(时间|日期)$"),
    "agency": re.compile(r"(答|回|办|处|责任|承|属).{0,4}(单位|部门|机构)$"),
    "title": re.compile(r"(标题|主题|题目|事项|摘要)$"),
    "question": re.compile(
        r"(诉求|反映|来电|来信|咨询|问题|事项|留言|市民|群众).{0,4}(内容|详情|描述|问题|诉求|情况)$"
    ),
    "text": re.compile(r"(答|回|办|处|反馈|核实|调查).{0,5}(复|果|况|见|馈|容|说明|口径)$"),
}


def gather(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields in (label, value) pairs: the best label with a value wins; fields without a value are absent."""
    filled = [(label, value.strip()) for label, value in pairs if value.strip()]
    places = columns([label for label, _ in filled])
    return {field: filled[position][1] for position, field in places.items()}


_LONGEST_NAME = 100  # characters, a remark in brackets among them; a table's cells may hold whole documents
_PROPOSAL = re.compile("案由|案名|提案|建议(?!内容)|提出人|领衔|委员|代表")
_BODY = frozenset({"内容", "content", "body", "正文", "全文"})


@cache
def _ranks() -> dict[str, tuple[str, int]]:
    ranks = {_plain(name): (IGNORED, 0) for name in _IGNORED.split()}
    for field, names in NAMES.items():
        ranks |= {_plain(name): (field, rank) for rank, name in enumerate(names.split())}
    return ranks


def _plain(label: str) -> str:
    """The label in NFKC and lower case, without spaces, brackets, a remark behind it, colons and asterisks."""
    if len(label) > _LONGEST_NAME:
        return ""
    folded = unicodedata.normalize("NFKC", label).lower()
    folded = re.sub(r"[\s*:_]", "", folded).strip("【】[]〔〕|/-·•")
    return re.sub(r"(?<=.)\(.*\)$", "", folded)
