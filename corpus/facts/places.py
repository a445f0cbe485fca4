"""The places that a text speaks of: districts, streets, and 全市 or 我区 against the document's agency."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.language.agencies import CITY, PROVINCE, district_of, without_place
from corpus.types import Document

_HAN = "[\u4e00-\u9fff]"
_OWN = r"(?<!占)(?P<own>(?:全|我|本)(?P<level>[省市区县]))"
_GROUP = r"(?P<group>(?:主城|中心城)?[四五六七八两三]个?[区县]|其他区县|区县)"
_LISTED = rf"(?:{_HAN}{{2}}、)+{_HAN}{{2}}[两三四][区县]"  # 石桥、云岫两县
_DISTRICT = rf"{_HAN}{{2}}(?<![社园小片城地校景辖郊各该县市全我本个四两新老主库片厂矿类])[区县]"
_STREET = rf"(?:{_HAN}{{2}}路(?=街道)|{_HAN}{{2}})(?:高新区|(?<![个名各条到区家的等在])街道|(?<![乡城村集小建])镇)"
_CITY_NAME = rf"(?:(?![全占我本各该扩城股超门夜上都入菜]){_HAN}){{2}}市"
_CITY = rf"{_CITY_NAME}(?![场民政区值级直容长委属内外面])"
_PLACE = re.compile(rf"{_OWN}|{_GROUP}|(?P<named>{_LISTED}|{_DISTRICT}|{_STREET}|{_CITY})")
_OF_AN_OFFICE = re.compile(rf"{_HAN}{{0,12}}?(?:局|委员会|委|办事处|政府|中心|法院|医院|学校|财政)(?!的)")
_CITY_NAMED = re.compile(rf"(?<!{_HAN})({_CITY_NAME})(?!场)(?={_HAN}{{2}})")


@dataclass(frozen=True)
class Place:
    """text[start:end] names a place; `whole` where it is what the sentence is about (全市) and not one of a list."""

    start: int
    end: int
    name: str
    whole: bool


@dataclass(frozen=True)
class Home:
    """Where a document's agency is at home: its own place, and its city where the text names that."""

    own: str | None
    city: str | None


def home_of(document: Document) -> Home:
    """The place that a document speaks of where it names none.

    A district's agency says 全市 of the city that its own text names.
    """
    agency = document.agency or ""
    front = without_place(agency)[0]
    district = district_of(agency)
    cities = [match[1] for match in _CITY_NAMED.finditer(document.text)]
    city = max(dict.fromkeys(cities), key=cities.count, default=None)
    if district in (CITY, PROVINCE):
        return Home(front, front)
    return Home(district or (city if city and city in agency else None), city)


def places(text: str, home: Home) -> Iterator[Place]:
    """The places that a text names, in reading order; an office's place (梧桐区教育局) is none.

    >>> [p.name for p in places("全市41家，其中梧桐区9家", Home("松澜市", "松澜市"))]
    ['松澜市', '梧桐区']
    """
    for match in _PLACE.finditer(text):
        if match["own"]:
            own = home.city if match["level"] == "市" else home.own
            yield Place(match.start(), match.end(), own or match[0], whole=True)
        elif match["group"]:
            yield Place(match.start(), match.end(), match["group"], whole=True)
        elif not _OF_AN_OFFICE.match(text, match.end()):
            yield Place(match.start(), match.end(), match["named"], whole=False)
