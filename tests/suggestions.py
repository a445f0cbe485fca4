"""A small archive to suggest from, made up entry by entry."""

from indexer.engine.protocol import DocumentEntry
from search_api.suggest import Suggester, Suggestion

MANY = 10_000
"""More than any archive here has to offer, so that nothing is cut off."""


def entry(number: int, title: str | None, agency: str | None = None, **fields: object) -> DocumentEntry:
    """Document `number`, answered on that day of January 2024 where nothing else is said."""
    replied_on = f"2024-01-{number % 28 + 1:02}"
    given = {"doc_number": None, "proposal_numbers": (), "replied_on": replied_on, **fields}
    named = {"key": number, "doc_id": f"d{number:03}", "title": title, "agency": agency}
    known = {"json_sha256": "", "year": 2024, "kind": "cppcc", "role": "lead"}
    return DocumentEntry(**{**named, **known, **given})  # type: ignore[arg-type]  # made up


def suggester_over(*entries: DocumentEntry) -> Suggester:
    return Suggester(entries)


def titled(*titles: str) -> Suggester:
    return suggester_over(*(entry(number, title) for number, title in enumerate(titles)))


def texts(suggestions: list[Suggestion]) -> list[str]:
    return [suggestion.text for suggestion in suggestions]


NUMBERED = {"doc_number": "福民函〔2020〕43号", "proposal_numbers": ("20200110",)}
ARCHIVE = (
    entry(1, "关于发展社区养老服务的建议", "市民政局", **NUMBERED),
    entry(2, "关于规范社区停车的建议", "市城市管理局", proposal_numbers=("DH0271", "20230118")),
    entry(3, "养老机构怎样申请补贴", "市民政局"),
    entry(4, "关于老旧小区加装电梯的提案", "市住房和建设局", doc_number="福住建函〔2023〕118号"),
    entry(5, "电梯停运多日无人维修", "市住房和建设局"),
    entry(6, "关于重庆路停车难的提案", "市公安局交通警察支队"),
    entry(7, "到银行领取补贴要带什么", "市民政局", replied_on=None),
    entry(8, "关于推广“口袋公园”的提案", "区城市管理局"),
    entry(9, "公积金提取被退回", "市住房公积金管理中心"),
    entry(10, "住房公积金怎样提取", "市住房公积金管理中心"),
    entry(11, "AED设备使用方法", "市卫生健康委员会"),
    entry(12, "小区策略", None),
)
