"""How the Word sheet looks, as Word's own XML: paragraph styles, fonts with their substitutes, settings.

After GB/T 9704-2012 (党政机关公文格式): its fonts and sizes (22 pt is 二号, 16 三号, 14 四号, 12 小四, 10.5 五号), and
22 lines a page where the reply is written. What is quoted is smaller than what is to be written.
"""

from typing import NamedTuple
from xml.sax.saxutils import quoteattr

_SONG, _FANG, _HEI, _KAI, _TITLE = "宋体", "仿宋", "黑体", "楷体", "方正小标宋简体"
_LATIN = "Times New Roman"
_INK, _GREY, _RULE = "000000", "595959", "A6A6A6"
LINK = "1F4E79"

# The same face under the names that Windows, WPS, Founder and Linux systems give it: the first one installed is taken.
_SUBSTITUTES = {
    _SONG: "SimSun,宋体-简,方正书宋_GBK,Noto Serif CJK SC",
    _FANG: "FangSong,仿宋_GB2312,FangSong_GB2312,方正仿宋_GBK,华文仿宋,STFangsong,Noto Serif CJK SC",
    _HEI: "SimHei,方正黑体_GBK,华文黑体,STHeiti,Noto Sans CJK SC",
    _KAI: "KaiTi,楷体_GB2312,KaiTi_GB2312,方正楷体_GBK,华文楷体,STKaiti,Noto Serif CJK SC",
    _TITLE: "方正小标宋_GBK,FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,宋体,SimSun,Noto Serif CJK SC",
}

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


class Look(NamedTuple):
    """A paragraph style. Sizes and distances in points; `first` is the indent of the first line in characters.

    `line` is the exact distance of lines; `level` that of a heading in Word's outline, 0 for none.
    """

    name: str
    face: str
    size: float
    line: float
    before: float = 0
    after: float = 0
    align: str = "both"
    first: int = 0
    left: float = 0
    colour: str = _INK
    bar: bool = False
    underline: bool = False
    keeps_next: bool = False
    level: int = 0
    follower: str = ""


BODY, TITLE, KIND, FACTS, FOOTER = "Normal", "Title", "Subtitle", "答复表头", "footer"
POINT, CONTEXT, NOTHING = "heading 1", "诉求说明", "没有段落"
PASSAGE, SOURCE, NOTE = "答复段落", "段落出处", "段落说明"
LABEL, WRITING = "拟答复", "拟答复正文"

LOOKS = (
    Look(BODY, _FANG, 16, 28.95),
    Look(TITLE, _TITLE, 22, 34, after=6, align="center"),
    Look(KIND, _KAI, 16, 28.95, after=6, align="center"),
    Look(FACTS, _FANG, 12, 20, after=6, align="center", colour=_GREY, underline=True),
    Look(POINT, _HEI, 16, 28.95, before=20, after=6, keeps_next=True, level=1),
    Look(CONTEXT, _FANG, 10.5, 17, after=8, colour=_GREY, keeps_next=True),
    Look(PASSAGE, _FANG, 14, 25, left=14, first=2, bar=True),
    Look(SOURCE, _KAI, 12, 19, before=4, left=14, align="left", keeps_next=True),
    Look(NOTE, _FANG, 10.5, 17, after=12, left=14, align="left", colour=_GREY),
    Look(NOTHING, _KAI, 14, 25, left=14, align="left", colour=_GREY, keeps_next=True),
    Look(LABEL, _HEI, 16, 28.95, before=4, align="left", keeps_next=True, follower=WRITING),
    Look(WRITING, _FANG, 16, 28.95, first=2),
    Look(FOOTER, _SONG, 14, 18, align="center"),
)


def styles_xml() -> str:
    """Everything that the sheet's paragraphs are set in, and nothing else."""
    language = '<w:lang w:val="zh-CN" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    defaults = f"<w:rPrDefault><w:rPr>{_fonts(_FANG)}{language}</w:rPr></w:rPrDefault><w:pPrDefault/>"
    return f"<w:styles {_W}><w:docDefaults>{defaults}</w:docDefaults>{''.join(map(_style, LOOKS))}</w:styles>"


def fonts_xml() -> str:
    """The table in which Word looks up what to take for a font that is not installed."""
    fonts = "".join(
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(others)}/>"
        f'<w:charset w:val="86"/><w:family w:val="{"modern" if name == _HEI else "roman"}"/></w:font>'
        for name, others in _SUBSTITUTES.items()
    )
    return f"<w:fonts {_W}>{fonts}</w:fonts>"


def settings_xml() -> str:
    """Those of a document made by today's Word in Chinese; 15 is the mode that is not called a compatibility mode."""
    mode = 'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"'
    return (
        f'<w:settings {_W}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        f"<w:compat><w:useFELayout/><w:compatSetting {mode}/></w:compat>"
        '<w:themeFontLang w:val="zh-CN" w:eastAsia="zh-CN"/></w:settings>'
    )


def style_id(name: str) -> str:
    """Word's own styles are known by their name without spaces, in capitals: Heading1."""
    return name.title().replace(" ", "")


def _style(look: Look) -> str:
    is_body = look.name == BODY
    kind = 'w:default="1"' if is_body else "" if look.name.isascii() else 'w:customStyle="1"'
    based = "" if is_body else f'<w:basedOn w:val="{style_id(BODY)}"/>'
    follower = f'<w:next w:val="{style_id(look.follower)}"/>' if look.follower else ""
    size = round(look.size * 2)
    return (
        f'<w:style w:type="paragraph" {kind} w:styleId={quoteattr(style_id(look.name))}>'
        f"<w:name w:val={quoteattr(look.name)}/>{based}{follower}<w:qFormat/><w:pPr>{_paragraph(look)}</w:pPr>"
        f'<w:rPr>{_fonts(look.face)}<w:color w:val="{look.colour}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        "</w:style>"
    )


def _paragraph(look: Look) -> str:
    """In the order of Word's schema, without which it calls a file damaged."""
    keeps = "<w:keepNext/><w:keepLines/>" if look.keeps_next else ""
    borders = _border("left", 12, 8) if look.bar else _border("bottom", 6, 10) if look.underline else ""
    outline = f'<w:outlineLvl w:val="{look.level - 1}"/>' if look.level else ""
    return (
        f"{keeps}<w:widowControl/>{borders}"
        f'<w:spacing w:before="{_twips(look.before)}" w:after="{_twips(look.after)}"'
        f' w:line="{_twips(look.line)}" w:lineRule="exact"/>'
        f'<w:ind w:left="{_twips(look.left)}" w:firstLineChars="{look.first * 100}"'
        f' w:firstLine="{_twips(look.first * look.size)}"/>'
        f'<w:jc w:val="{look.align}"/>{outline}'
    )


def _border(side: str, eighths: int, space: int) -> str:
    return f'<w:pBdr><w:{side} w:val="single" w:sz="{eighths}" w:space="{space}" w:color="{_RULE}"/></w:pBdr>'


def _fonts(face: str) -> str:
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:eastAsia="{face}" w:cs="{_LATIN}"/>'


def _twips(points: float) -> int:
    return round(points * 20)
