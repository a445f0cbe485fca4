"""Where a bureau sits, as far as its name says: the district or county at its front, or the level above it."""

import re

CITY = "市级"
PROVINCE = "省级"

# A district's name stops at 区, 县 or 旗; 社区, 园区, 小区 and their like are no districts. 城市管理局 names no city.
_PLACE = re.compile(
    r"(?P<province>[^省市区县局委厅]{2,8}(?:省|自治区))?"
    r"(?P<city>[^省市区县]{0,12}?(?:(?<!城)市|自治州|盟))?"
    r"(?P<district>[^省市区县局委厅办部]{1,8}?(?:(?<![社园小景校辖片军院治])区|县|旗))?"
)


def district_of(agency: str) -> str | None:
    """None where the name says nothing.

    >>> [district_of(agency) for agency in ("松澜市青龙区民政局", "云岫县交通运输局", "松澜市民政局", "民政局")]
    ['青龙区', '云岫县', '市级', None]
    """
    place = _PLACE.match("".join(agency.split()))
    if place is None or not place[0]:
        return None
    return place["district"] or (CITY if place["city"] else PROVINCE)
