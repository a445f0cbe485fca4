"""Tells a reply from the other papers of an office that lie beside replies: minutes, notices, rules, empty forms."""

import re

from corpus.parser.layout import Layout

# What a paper calls itself at the end of its heading, before （征求意见稿） or （第3期）.
_OTHER_PAPER = re.compile(
    r"(纪要|会议记录|议程|通知书?|通报|公告|通告|公示|启事|简报|新闻稿|请示|邀请函|名单|台账|(实施|工作|活动)方案|工作(计划|要点|总结)"
    r"|(?<!情况)综述|侧记|纪实|掠影|巡礼|专访|通讯|速写|特写|花絮|观后感|实施细则|(管理|暂行)办法|管理规定|(签到|登记|反馈|评价|评议|意见|审批|汇总|统计|一览|明细|情况)表)"
    r"\s*([（(][^（）()]{1,20}[)）])?$"
)
_REPLY = re.compile(r"((答复|回复|函复|答理)(意见|书)?|函|办理情况的?报告)\s*([（(].{1,20}[)）])?$")
_ANSWERS = re.compile(
    r"收悉|已收到|(答复|回复|函复|函告|反馈)如下|[您你]们?(好|.{0,40}?(提出|反映|提交|来信|来电|咨询|所提))|感谢[您你]|尊敬的"
    r"|经(核实|核查|调查|了解|查)|(委员|代表|先生|女士|同志|市民|网友|居民)们?[：:]\s*$",
    re.MULTILINE,
)
_BLANK = re.compile(r"[_＿]{3}|[（(]\s{2,}[)）]|□|年\s+月\s+日|[：:]\s*$", re.MULTILINE)
_NEWS = re.compile(
    r"^\s*(?:[（(【]?本报(?:讯|记者)|.{0,40}(?:记者|通讯员)[：:\s　]+[\u4e00-\u9fff]{2,4})", re.MULTILINE
)
_HEAD, _MAX_HEADING, _OPENING, _MAX_FORM = 8, 60, 800, 800  # lines, and characters


def is_reply(layout: Layout, fields: dict[str, str]) -> bool:
    """Whether a document answers somebody. In doubt it does: not so only what calls itself something else and addresses
    nobody, and a form without a sentence.

    `fields` are those that stand outside of its prose: a row with a question is the answer to it.
    """
    if fields.get("question") or fields.get("proposal_number"):
        return True
    lines = [line.strip() for line in layout.text.split("\n")[:_HEAD]]
    heads = [layout.heading or "", fields.get("page_title", ""), fields.get("title", ""), *lines]
    heads = [head for head in heads if 0 < len(head) <= _MAX_HEADING and "。" not in head]
    others = [head for head in heads if _OTHER_PAPER.search(head) or _NEWS.search(head)]
    if _ANSWERS.search(layout.text[:_OPENING]) or any(_REPLY.search(h) for h in heads if h not in others):
        return True
    is_form = "。" not in layout.text and len(layout.text) <= _MAX_FORM and len(_BLANK.findall(layout.text)) > 1
    return not others and not is_form
