"""Names of organisations: bureaus that sign and are consulted, with their districts, and bodies that propose."""

import re

SUFFIX = (
    r"(?:局|委员会|委(?!员|托|会)|办公室|办事处|(?<![会协承主经])办(?!理|法|事|公|学)|厅|署|政府(?!性)|支队|总队|大队"
    r"|中心(?!城)|联合会|残联|妇联(?!合)|科协(?![同作议助调])|侨联(?!合)|文联(?!合)|台联(?!合)|工商联(?!合)|社科联(?!合)|贸促会|红十字会|总会|工会|分局|联社"
    r"|总社|供销社|管委会|常委会|居委会|村委会|指挥部|法院|检察院|研究院|医院|卫生院|学院|大学|学校|党校|馆|协会|学会"
    r"|公司|集团|银行|海关|监狱|派出所|管理[处所]|服务站|气象台|电视台|报社|[支分]行|(?<![大干全内外局])部(?!门|分|署))"
)
"""What the name of an office ends with, for use inside other patterns."""

# Bodies that hand in proposals: the parties, the people's organisations, the committees of a congress or conference.
_PROPOSER = re.compile(
    r"民革|民盟|民建|民进|农工(民主)?党|致公党|九三学社|台盟|工商联|知联会|侨联|妇联|科协|文联|台联|无党派|党派|界别"
    r"|支部|支社|总支|基层委员会|专委会|专门委员会|联络组|活动组|代表团|代表小组|代表组|小组$|政协|人大"
)
_LINE = re.compile(rf"[\u4e00-\u9fff]{{2,40}}?{SUFFIX}([（(](代章|盖章|公章|印章|章)[)）])?")
_SHORT = re.compile(rf"[\u4e00-\u9fff·（）()]{{1,24}}{SUFFIX}")

# What a form writes behind the name of each bureau: how it takes part.
_HOW = re.compile(
    r"\s*[（(](?:主办|牵头|会办|协办|分办|承办|主责|配合|独办|单独办理)(?:单位|部门)?[)）]?$|^(?:主办|牵头)[：:]"
)
_MIN_NAME = 3  # characters: a shorter word (某局) is the name of no bureau

CITY = "市级"
PROVINCE = "省级"

# A district's name ends with 区, 县 or 旗; 社区, 园区 and 小区 are no districts, and 城市管理局 names no city.
_PLACE = re.compile(
    r"(?P<province>[^省市区县局委厅]{2,8}(?:省|自治区))?"
    r"(?P<city>[^省市区县]{0,12}?(?:(?<!城)市|自治州|盟))?"
    r"(?P<district>[^省市区县局委厅办部]{1,8}?(?:(?<![社园小景校辖片军院治])区|县|旗))?"
)


def is_bureau_name(text: str) -> bool:
    """Whether a line is one bureau's name and nothing else; it may be spaced out ("深 圳 市 民 政 局")."""
    return bool(_LINE.fullmatch(_unbracketed(compact(text))))


def bureaus_in_line(text: str) -> list[str]:
    """The bureaus in a signature line, in which several may stand side by side; empty for any other line.

    >>> bureaus_in_line("松澜市教育局  松澜市残疾人联合会"), bureaus_in_line("感谢您的支持")
    (['松澜市教育局', '松澜市残疾人联合会'], [])
    """
    parts = [p for p in re.split(r"\s{2,}|[、，,\t\u3000]+", text.strip()) if p]
    if len(parts) > 1 and all(is_bureau_name(p) and len(compact(p)) >= 4 for p in parts):
        return [_without_seal(compact(p)) for p in parts]
    spaced = re.split(r"(?<=[局委会办厅署府队])\s+(?=[\u4e00-\u9fff]{3})", text.strip())
    if len(spaced) > 1 and all(is_bureau_name(p) and len(p) >= 4 for p in spaced):
        return [_without_seal(compact(p)) for p in spaced]
    return [_without_seal(compact(text))] if is_bureau_name(text) else []


def bureaus_in_list(value: str) -> list[str]:
    """The bureaus in a value that names several: 县水利局（主办）、县住建局. A value that is no such list is one name.

    >>> bureaus_in_list("县水利局（主办）、县住建局"), bureaus_in_list("县政府办 综合科")
    (['县水利局', '县住建局'], ['县政府办综合科'])
    """
    closed = re.sub(r"\s+(?=[（(])", "", value.strip(" 、，,;；|\n"))
    parts = [_HOW.sub("", part) for part in re.split(r"[、，,;；|\s]+", closed)]
    if len(parts) > 1 and all(len(part) >= _MIN_NAME and is_bureau_name(part) for part in parts):
        return list(dict.fromkeys(parts))
    return [name] if (name := _HOW.sub("", compact(value))) else []


def is_short_for(short: str, full: str) -> bool:
    """Whether a name is a short form of another: its characters stand in it in their order, the last at the end.

    >>> is_short_for("县住建局", "汶集县住房和城乡建设局"), is_short_for("县财政局", "汶集县住房和城乡建设局")
    (True, False)
    """
    rest = iter(full)
    return short != full and len(short) >= _MIN_NAME and short[-1] == full[-1:] and all(char in rest for char in short)


def is_bureau(name: str) -> bool:
    """Whether a full or short name (市民政局, 卫健委) is a bureau's."""
    return bool(_SHORT.fullmatch(name)) and not is_proposer(name)


def is_proposer(name: str) -> bool:
    """Whether a name is that of a body that hands in proposals: a party, a people's organisation, a committee."""
    return bool(_PROPOSER.search(name))


def district_of(agency: str) -> str | None:
    """The district or county at the front of a bureau's name, or the level above it; None where the name says nothing.

    >>> [district_of(agency) for agency in ("松澜市青龙区民政局", "云岫县交通运输局", "松澜市民政局", "民政局")]
    ['青龙区', '云岫县', '市级', None]
    """
    place = _PLACE.match("".join(agency.split()))
    if place is None or not place[0]:
        return None
    return place["district"] or (CITY if place["city"] else PROVINCE)


def without_place(agency: str) -> tuple[str, str]:
    """The place at the front of a bureau's name, and the rest.

    >>> without_place("松澜市民政局"), without_place("云岫县交通运输局"), without_place("民政局")
    (('松澜市', '民政局'), ('云岫县', '交通运输局'), ('', '民政局'))
    """
    name = compact(agency)
    place = _PLACE.match(name)
    end = place.end() if place else 0
    return name[:end], name[end:]


def compact(text: str) -> str:
    """The text without white space; names are often printed with spaces between their characters."""
    return re.sub(r"\s+", "", text)


def _unbracketed(name: str) -> str:
    return re.sub(r"^[（(](.{3,40})[)）]$", r"\1", name)


def _without_seal(name: str) -> str:
    return re.sub(r"[（(](代章|盖章|公章|印章|章)[)）]$", "", _unbracketed(name))
