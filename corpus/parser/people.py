"""Finds the people and bureaus of a document: addressees, bureaus that were consulted, contacts."""

import re
import unicodedata
from collections.abc import Sequence

from corpus.language.agencies import SUFFIX, bureaus_in_list, compact, is_bureau, is_proposer
from corpus.parser.layout import Layout
from corpus.parser.salutation import TITLE
from corpus.privacy import OFFICE_LINE, find_contacts
from corpus.privacy.surnames import COMPOUND
from corpus.types import Contact, ReplyRole

_TITLES = re.compile(rf"(?:等.{{0,6}}(?:位|名|个|人)?)?(?:{TITLE})们?(?:您|你)?们?好?[！!]?$")
_NEAR = 60  # characters of an opening in which the person written to may be named in brackets
_LONE_NAME = re.compile(r"[（(]([\u4e00-\u9fff·]{2,4})(?:委员|代表|同志)?[)）]")
_AND_OTHERS = re.compile(r"[（(]\s*等?[^（）()]{0,8}[)）]|等\s*[\d〇一二三四五六七八九十]{0,4}\s*[位名人个]?$")
_SURNAME = re.compile(r"([\u4e00-\u9fff]{1,2})(?:委员|代表|副?主席|副?主委|会长|院长|主任|教授|同志)们?")
_NOBODY = re.compile(
    r"各(?:位|有关|相关).*|.*(?:你们|您|你好).*|(?:政协|人大)?(?:委员|代表)们?|(?:来信|来访|上访)?(?:领导|同志|同学|人员)们?|.*网友.*|.*的"
    r"|.{0,4}(?:群众|居民|来信人|写信人|市民|村民|业主|家长|网民|朋友|读者|用户)们?|.*全体.*|来信|来访"
)
_BUREAU = re.compile(rf"[\u4e00-\u9fff]{{1,24}}(?:{SUFFIX}|街道(?!办)|社区(?![居服治管工党矫卫养]))")
_ASKED = re.compile(
    r"(?:(?<![市县区州])综合(?!行政|执法|管理|服务|治理|交通)|结合|汇总|吸收|采纳|会同|(?<![未没])征求了?|(?<!未)征询|听取了?|联合(?!会)|商请|会商"
    r"|(?<![会协磋工招客厂网电通])商(?!务|业|贸|标|户|品|场|家|圈|会|店|用|超|城|铺|住|洽|量|机|行|事|定|榷|谈|讨|议|誉|铺)|"
    r"(?<!参)与|(?<=我[局委办厅])(?:和|同))(?P<clause>[\u4e00-\u9fff、]{3,120})"
)
_UNITS, _MATTER = "(?:部门|单位)?", "(?=的|了|意见|情况|材料|如下|[，。])"
_GAVE = re.compile(
    rf"(?<=[，。；])(?P<clause>[\u4e00-\u9fff、]{{3,120}}?)等?{_UNITS}(?:会办|协办|参与|(?:提供|反馈){_MATTER})"
)
_TOLD = re.compile(
    rf"(?<=[，。；])(?:现?[将就据]|根据|依据)(?P<clause>[\u4e00-\u9fff、]{{3,120}}?)等?{_UNITS}(?:提供|反馈|回复|答复){_MATTER}"
)
_JOINED = re.compile(rf"(?<=[，。；])(?P<clause>[\u4e00-\u9fff、]{{3,120}}?{SUFFIX})参加(?=[，。；])")
_SHARED = re.compile(r"主办[、，](?P<clause>[\u4e00-\u9fff、]{3,120}?)(?:会办|协办)")
_LABELLED = re.compile(r"(?:会办|协办)(?:单位)?[：:]\s*(?P<clause>[\u4e00-\u9fff、]{3,120})")
_NONE = re.compile(r"无|没有|暂无|[/／\\—\-–]+")  # in a column: nobody
_NO_NAME = re.compile(
    r"^(?:我|本|贵|你|您|该|与|由|经|现|此件|综合|结合|会同|有关|相关|各有|各部|各单)|由|涉及|我[局委办厅]|部分"
)
_NO_OFFICE = re.compile("(?:学校|大学|学院|(?:家长|业主|专家)(?:代表)?委员会)$")
_CONTACT_LABEL = re.compile(
    r"联\s*系\s*(?:人|单位|电话|方式)|承\s*办\s*人|经\s*办\s*人|咨询电话|电\s*话|邮\s*箱|电子邮件"
)
_YOUR_PROPOSAL = re.compile("贵(?:会|党派|总?支部?|社|联|团体)[^。局]{0,30}(?:提出|提交)")
_OPINION = re.compile(
    r"会办意见|协办意见|供(你|贵|您)(单位|局|委|办|中心|部门)|供.{0,6}(综合|汇总|统一)答复|请(你|贵)(单位|局|"
    r"委|办)(汇总|综合|统一)"
)


def stated_co_agencies(fields: dict[str, str]) -> tuple[str, ...]:
    """The bureaus named in a column 会办单位 or 协办单位, and all but the first in one of those who answer."""
    named = re.split(r"[、，,;；\s|]+", fields.get("co_agencies", ""))
    also = bureaus_in_list(fields.get("agency", ""))[1:]
    return tuple(name for name in dict.fromkeys((*also, *named)) if name and not _NONE.fullmatch(name))


def addressees(salutation: str | None) -> tuple[str, ...]:
    """The names and bodies in a salutation, without titles; empty if it names nobody, like 各位代表.

    >>> addressees("尊敬的张三、李四光委员"), addressees("各位代表"), addressees("民盟区委会")
    (('张三', '李四光'), (), ('民盟区委会',))
    """
    if not salutation:
        return ()
    named = re.sub(r"(?:您|你)们?好[！!，,。：:]*$", "", salutation.strip())
    plain = _AND_OTHERS.sub("", re.sub(r"^(尊敬的|致(?!公党))", "", named))
    plain = re.sub(
        r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?:\s+[\u4e00-\u9fff](?![\u4e00-\u9fff]))+(?=[、，,\s]|$)"
        r"|(?<![\u4e00-\u9fff])[\u4e00-\u9fff]\s+[\u4e00-\u9fff](?=[、，,委代同先女\s]|$)",
        lambda spaced: compact(spaced[0]),
        plain,
    )
    names = []
    for part in re.split(
        r"[、，,；;\s]+|(?<=[室委会组团部支])并转?(?=[\u4e00-\u9fff]{2,4}(?:委员|代表))|(?<=[委员代表])和(?=[\u4e00-\u9fff]{2,4}(?:委员|代表))",
        plain,
    ):
        whole = re.sub(r"^尊敬的", "", (part or "").strip()).strip("“”\"'（）() ")
        whole = re.sub(
            r"^(?:(?:全国|省|市|区|县)?(?:政协委员|人大代表)|信访人|来信人|投诉人|申请人)(?=[\u4e00-\u9fff]{2})",
            "",
            whole,
        )
        name = _AND_OTHERS.sub("", _TITLES.sub("", whole))
        if len(name) == 1 or name in COMPOUND.split("|"):  # 周女士: a surname alone is nobody's name
            name = whole
        if name and not _NOBODY.fullmatch(whole) and not _NOBODY.fullmatch(name):
            names.append(name)
    return tuple(dict.fromkeys(names))


def with_full_names(names: tuple[str, ...], layout: Layout, fields: dict[str, str]) -> tuple[str, ...]:
    """The names; a surname with a title (柏代表) is the person of that surname in the head or in the heading."""
    sent = [paragraph.text for paragraph in layout.closing if re.match(r"\s*主\s*送", paragraph.text)]
    told = [*_LONE_NAME.findall(layout.opening[:_NEAR]), *addressees(fields.get("addressees"))]
    told += [name for line in sent for name in addressees(re.split("[：:]", line)[-1])]
    return tuple(_full_name(name, told, layout.heading or "") for name in names)


def _full_name(name: str, told: Sequence[str], heading: str) -> str:
    titled = _SURNAME.fullmatch(name)
    if titled is None:
        return name
    there = re.findall(rf"{titled[1]}[\u4e00-\u9fff]{{1,2}}?(?=(?:等\w{{0,3}})?(?:委员|代表|同志))", heading)
    return next((full for full in (*told, *there) if full.startswith(titled[1]) and full != name), name)


def role(layout: Layout, fields: dict[str, str]) -> ReplyRole:
    """`opinion` if a bureau writes to the bureau that will answer (会办意见), else `lead`."""
    if stated := fields.get("role"):
        return "opinion" if re.search("会办|协办|opinion", stated) else "lead"
    addressed = [compact(n) for n in addressees(layout.salutation)]
    to_bureau = bool(addressed) and all(is_bureau(n) for n in addressed)
    proposes = any(is_proposer(n) for n in addressed) or bool(_YOUR_PROPOSAL.search(layout.opening))
    text = f"{layout.heading or ''}\n{layout.opening}"
    asked = bool(_OPINION.search(text)) and not proposes
    named_person = bool(re.search(r"委员$|代表$", layout.salutation or ""))
    return "opinion" if (to_bureau and not proposes) or (asked and not named_person) else "lead"


def consulted(layout: Layout) -> tuple[str, ...]:
    """The bureaus that were consulted according to the opening, as written (区卫健, 科工, 金融局)."""
    opening = re.split(r"(?<=如下)", layout.opening)[0] if "如下" in layout.opening else layout.opening.split("\n")[0]
    found = [
        name
        for pattern in (_ASKED, _GAVE, _TOLD, _JOINED, _SHARED)
        for m in pattern.finditer(opening)
        for name in _bureaus(m["clause"])
    ]
    last = "\n".join(paragraph.text for paragraph in (*layout.body[-1:], *layout.closing))
    found += [name for m in _LABELLED.finditer(last) for name in _bureaus(m["clause"])]
    return tuple(dict.fromkeys(found))


def _bureaus(clause: str) -> list[str]:
    """The list of bureaus that a clause begins with; empty unless its last name ends like a bureau's."""
    *first, last = clause.split("、")
    match = _BUREAU.match(last)
    if match is None or _NO_OFFICE.search(match[0]) or not all(2 <= len(name) <= 24 for name in first):
        return []
    names = [*first, *_two_joined(match[0])]
    return [] if _NO_NAME.search(names[0]) else names


def _two_joined(names: str) -> list[str]:
    """The names in a pair like 市统计局和各区教育局; a single one like 住房和城乡建设局 stays whole."""
    parts = re.split(r"(?<=[局委办府会厅队行])(?:和|及|与|以及)", names)
    return parts if all(_BUREAU.fullmatch(part) for part in parts) else [names]


def contact(layout: Layout) -> Contact | None:
    """Names, telephone numbers and mail addresses of the contact lines in head, last paragraph and closing."""
    found: dict[str, list[str]] = {"name": [], "phone": [], "email": []}
    for paragraph in (*layout.head, *layout.body[-1:], *layout.closing):
        if _CONTACT_LABEL.search(paragraph.text):
            for start, end, found_as in find_contacts(paragraph.text):
                kind = "phone" if found_as == OFFICE_LINE else found_as
                value = unicodedata.normalize("NFKC", paragraph.text[start:end])
                found.setdefault(kind, []).append(value.replace(" ", "") if kind == "name" else value)
    names, phones, emails = (tuple(dict.fromkeys(found[kind])) for kind in ("name", "phone", "email"))
    return Contact(names=names, phones=phones, emails=emails) if names or phones or emails else None
