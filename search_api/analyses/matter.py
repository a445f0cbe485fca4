"""What is a title about, once the words that stand in titles on anything are taken out of it?"""

import re

from corpus.language.shingles import shingles

OF_NO_MATTER = (
    "关于|加强|推进|建设|进一步|完善|我市|提案|建议|答复|问题|工作|加快|办理|情况|复函|规范|管理|政策|提升|提高|发展|治理|服务|城市|社区|实施|落实|支持|推动"
    r"|优化|解决|工程|机制|体系|市民|居民|群众|公共|力度|促进|深化|全面|切实|重点|难题|改革|全市|扩大|建立|健全|缓解|[^\u4e00-\u9fff]|[的和与及在为对]"
)
"""A pattern of those words, and of what is no Chinese character."""


def pairs_left(of_no_matter: re.Pattern[str], title: str) -> set[str]:
    """The pairs of neighbouring characters of what the pattern leaves."""
    return shingles(of_no_matter.sub(" ", title).split(), 2)
