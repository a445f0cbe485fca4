"""Lines that answer nothing: signatures, thanks, labelled facts about the letter, furniture of websites."""

import re
from typing import Literal

from corpus.language.agencies import bureaus_in_line
from corpus.language.dates import is_date_line
from corpus.language.formulas import is_thanks

LineKind = Literal["thanks", "signature", "label", "furniture"]

# No word begins another: a line of buttons must be read in one way alone.
_BUTTON = (
    "打印|关闭|收藏|分享|复制|纠错|返回|下载|朗读|顶部|我要纠错|举报|点赞|转发|评论|我要评价|提交(?:评价)?|我也说两句|申请再次办理|写留言"
    "|发表评论|快速回复|发新帖|赞|在看|重置"
)
_AND = "本页|此页|本文|窗口|页面|首页|列表|正文|扫一扫|链接|到"
_BETWEEN = r"[\s|/·【】\[\]（）()]"
# What a board shows below a reply: how content the resident is. Alone, each may be a button.
_CONTENT = "(非常|很|基本|比较|不|尚)?满意|一般|未评价|暂无评价"
_RATED = rf"({_CONTENT})\s*+([（(]?\d+[)）]?)?"
_COMMENTS = (
    r"(网友|网民|用户|全部|最新|热门|精彩)?(评论|跟帖|点评|回帖)(列表|区)?\s*+[（(]?\s*+\d*\s*+[条)）]{0,2}[：:]?"
)
_COUNT = (
    r"(点赞|收藏|评论|转发|阅读|浏览|点击|人气|热度|关注|围观|赞|在看|回复|查看|有用|没用)(?:量|数|次数)?"
    r"\s*[：:]?\s*\d{1,7}(?:\.\d)?\s?[万kwKW]?\+?"
)
_GRADE = "(办理|解决|服务|处理|回复|答复|办结)?(态度|速度|程度|质量|效率|效果|时效)(评分|得分)?"
_POINTS = r"([（(]?\d(\.\d)?\s*(分|星)?[)）]?)"
_FURNITURE = re.compile(
    r"(【|\[)?\s*(字体|字号)\s*[：:【\[（(]?.{0,24}"
    rf"|{_BETWEEN}*({_BUTTON})({_BETWEEN}*({_BUTTON}|{_AND}))*{_BETWEEN}*"
    r"|分享(到|至)?\s*[：:].{0,40}|扫一扫.{0,30}|.{0,6}(上|下)一(篇|条|个|则)\s*[：:].*|(上|下)一(篇|条)"
    r"|(您?(现在|当前|目前)?所?在?的?位置\s*[：:]?|首页\s*[>＞»/]).{0,80}"
    r"|(浏览|阅读|点击|访问)(次数|量|数)?\s*[：:]?\s*\d*\s*次?"
    r"|.{0,40}(版权所有|网站标识码|ICP备|公网安备|网站地图|许可证(编号|号)?[：:]).{0,80}"
    r"|(主办|承办|技术支持|运行维护|维护)(单位)?\s*[：:].{0,30}(政府|公司|中心|网)(办公室)?(\s.{0,60})?"
    r"|(无障碍|适老模式|适老化|长者模式|长者版|老年模式|关怀版|手机版|电脑版|简体|繁体|English|登录|注册|搜索)"
    r"(\s*(?:[|·]\s*)?(无障碍(浏览)?|适老模式|长者模式|关怀版|手机版|简体|繁体|English|登录|注册))*"
    r"|(今天是|现在是)\s*[：:]?.{0,30}|欢迎(访问|光临|来到|您访问).{0,40}|.{0,16}更多\s*[>＞»]+|[>＞»]+\s*更多"
    rf"|(您?对(本次|此次|该)?.{{0,8}}(答复|回复|办理|处理|服务).{{0,8}}满意.{{0,4}}[？?：:]?|(办理|服务|您的|回复)评价)?[○●□☆★\s]*"
    rf"{_RATED}([○●□\s]*{_RATED})*|.{{0,60}}[★☆]{{2,5}}.{{0,60}}"
    rf"|您?对(本次|此次|该)?.{{0,8}}(答复|回复|办理|处理|服务).{{0,8}}满意.{{0,4}}[？?]?|\d+\s*人(觉得|认为).{{1,8}}"
    rf"|{_COUNT}(?:{_BETWEEN}+(?:{_COUNT}|(?:{_BUTTON})(?!到))){{0,6}}+({_BETWEEN}*分享到\s*[：:].{{0,40}})?"
    r"|.{0,60}(Powered by|Copyright|©).{0,80}|点击.{0,6}(蓝字|关注)[^。]{0,12}|预览时标签不可点|收录于[^。]{0,30}"
    r"|满意度(调查|评价)|友情链接\s*[：:]?.{0,80}"
    r"|(长按|扫描|微信扫)[^。]{0,20}(二维码|关注|公众号|小程序)[^。]{0,12}"
    r"|本(站|页面|网).{0,4}(声明|由)[^。]{0,60}|.{0,16}\s制作维护"
    r"|转载.{0,12}(请|须|需).{0,60}|((相关|推荐|热门|最新|延伸|更多)(稿件|链接|阅读|新闻|信息|文章|信件|附件|文件|推荐|问题|问政|留言|问答|咨询)"
    rf"|{_COMMENTS}"
    r"|往期(回顾|推荐|精选)|猜你喜欢|喜欢此内容的人还喜欢)\s*([：:].{0,60})?"
    r"|(责任编辑|编辑|责编|审核|校对|初审|复审|终审|录入|供稿|撰稿|摄影|编审)\s*[：:|｜/丨].{0,30}"
    r"|(分享|点赞|在看|收藏|关注|转发|[、，]){3,}[^。]{0,10}|.{0,12}对(您|你)有(帮助|用)吗.{0,24}"
    r"|(邮编|邮政编码)\s*[：:]\s*\d{6}"
    r"|[【\[（(]?(编者按|编者注|编者的话|编者语|编前|编前话|小编按|导读|导语|核心提示|开栏语|开栏的话)[】\])）]?\s*[：:].{0,400}"
    rf"|({_GRADE}\s*+([：:]\s*+)?{_POINTS}{_BETWEEN}*+)++|{_GRADE}[：:]?"
    r"|(您|你)?(需要|请)(先)?登录(后)?.{0,12}(回帖|回复|评论|发帖|留言|点评|评价).{0,20}|只看该作者|倒序浏览|使用道具"
)
_RELATED = ("相关", "推荐", "热门", "最新", "延伸", "更多", "往期", "猜你", "喜欢此")
_TAIL_LABEL = re.compile(
    rf"[^。：:]{{2,8}}[：:]\s*({_CONTENT})\s*$|"
    r"[（(【]?\s*(联\s*系\s*(人|电话|方式|单位|地址|部门|处室|科室)|(咨询|举报|监督|投诉|服务|办公)电话|分管领导|[此本以]\s*[页下]\s*无\s*正文|承\s*办\s*(人|单位|处室|科室)|经\s*办\s*人|电\s*话|"
    r"传\s*真|手\s*机|邮\s*箱|电子邮|地\s*址"
    r"|抄\s*送|主\s*送|附\s*[件：:]|(?:领\s*导)?签\s*发|办理(类别|结果|情况类别)|办复(类别|结果)|答复类别|"
    r"公开(属性|方式|类别|形式|选项)|校\s*对|共印|印发|主题词"
    r"|信息公开|解决程度|沟通|单位名称|单位([（(].{1,4}[)）])?\s*[：:]|(落款)?日\s*期\s*[：:]|答复(单位|日期|时间)|回复(单位|日期|时间|部门)|(信息)?来源|发布(时间|"
    r"日期|单位|机构)|更新时间|网站编辑|此件|主办单位|责任单位)"
)


def is_furniture(line: str) -> bool:
    """Whether a line is of the website and not of the document.

    >>> is_furniture("【打印】 【关闭窗口】"), is_furniture("今年新建食堂十二家。")
    (True, False)
    """
    return bool(_FURNITURE.fullmatch(line))


def begins_comments(line: str) -> bool:
    """Whether a line stands above what others wrote below a reply.

    >>> begins_comments("网友评论（2）"), begins_comments("评论会")
    (True, False)
    """
    return bool(re.fullmatch(_COMMENTS, line))


def begins_related_pages(line: str) -> bool:
    """Whether a line stands above a website's list of other pages, which are not the document's.

    >>> begins_related_pages("相关链接："), begins_related_pages("相关工作")
    (True, False)
    """
    return is_furniture(line) and line.strip("【】[] ").startswith(_RELATED)


def is_tail_label(line: str) -> bool:
    """Whether a line labels a fact about the letter, as below a signature (联系人：…, 抄送：…)."""
    return bool(_TAIL_LABEL.match(line))


def signs(line: str) -> bool:
    """Whether a line is a date, the name of a bureau, or both."""
    if is_date_line(line) or bureaus_in_line(line):
        return True
    name = before_date(line)
    return name != line and bool(bureaus_in_line(name)) and is_date_line(line[len(name) :].strip())


def before_date(line: str) -> str:
    """A signature line up to the date, if one follows the name.

    >>> before_date("松澜市民政局  2023年6月18日")
    '松澜市民政局'
    """
    return re.split(r"(?<!\s)\s*(?=(?:19|20|[二２一１][九９〇○零０])[\d〇○零一二三四五六七八九０-９]{2}\s*年)", line)[0]


def line_kind(line: str) -> LineKind | None:
    """What a line is that answers nothing; None for any other.

    >>> [line_kind(line) for line in ("松澜市民政局", "联系人：周小平", "感谢您的关心！", "今年新建食堂十二家。")]
    ['signature', 'label', 'thanks', None]
    """
    if is_furniture(line):
        return "furniture"
    if signs(line):
        return "signature"
    if is_tail_label(line):
        return "label"
    return "thanks" if is_thanks(line) else None
