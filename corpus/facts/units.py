"""Measure words: what a number counts or measures, and what makes it no quantity (3年, 12号, 17路)."""

import re

_UNITS = [
    "个百分点",
    "人次",
    "户次",
    "家次",
    "件次",
    "辆次",
    "台次",
    "场次",
    "架次",
    "车次",
    "床日",
    "平方公里",
    "平方千米",
    "平方米",
    "立方米",
    "公里",
    "千米",
    "厘米",
    "毫米",
    "公顷",
    "公斤",
    "千克",
    "毫克",
    "微克",
    "岁",
    "千瓦时",
    "千瓦",
    "兆瓦",
    "千伏",
    "分贝",
    "美元",
    "港元",
    "车位",
    "床位",
    "学位",
    "个",
    "家",
    "处",
    "所",
    "台",
    "套",
    "部",
    "件",
    "起",
    "宗",
    "例",
    "名",
    "人",
    "位",
    "户",
    "间",
    "座",
    "栋",
    "幢",
    "张",
    "条",
    "段",
    "项",
    "份",
    "单",
    "笔",
    "次",
    "场",
    "批",
    "班",
    "对",
    "支",
    "株",
    "棵",
    "只",
    "头",
    "艘",
    "组",
    "种",
    "门",
    "盏",
    "块",
    "面",
    "册",
    "枚",
    "餐",
    "桶",
    "杆",
    "篇",
    "元",
    "亩",
    "吨",
    "米",
    "克",
    "升",
    "度",
    "盘",
    "幅",
    "片",
    "道",
    "粒",
    "颗",
    "本",
    "瓶",
    "架",
    "列",
    "辆",
]
_NOT_COUNTED = (
    "个(?:多|半)?(?:月|工作日|自然日|小时|学期|学年|星期|季度|半天|年度|晚上|早上)|人(?:民|大|均)|"
    "次(?:日|年|月|会议)|家庭|户籍|位于|本(?:市|区|县|局|年)|"
    "件(?:中|里)所|道路|条例|条(?:第|规定)|项(?:第|规定)|台(?:账|风)|份额|面(?:向|对|积)|单(?:位|价|独)|只(?:有|是)|"
    "对(?:于|此|口)|支(?:持|付|出)|部(?:门|分)|度(?:的|假)|门(?:诊|口)|头(?:部)|所(?:有|属|在)|段(?:时)|处(?:理|于)|升(?:级|高)|"
    "组(?:织)|名(?:单|额)|批(?:准|次)|场(?:所|地)"
)
UNIT = rf"(?!{_NOT_COUNTED})(?:{'|'.join(sorted(dict.fromkeys(_UNITS), key=len, reverse=True))})"
"""A unit, for use inside other patterns."""

MONEY = "元"
SHARE = "%"
_SAME = {"千米": "公里", "千克": "公斤", "平方千米": "平方公里"}
PERSONS = re.compile("人|名|位")


def canonical(unit: str) -> str:
    """One name for units that are one: 千米 is 公里."""
    return _SAME.get(unit, unit)


def countable(unit: str) -> str:
    """What a series goes by: people are counted in 人, 名 and 位 alike, while 家 and 处 are two things."""
    return "人" if PERSONS.fullmatch(unit) else canonical(unit)
