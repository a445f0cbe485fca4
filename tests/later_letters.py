"""Letters that are later than the sample archive's on a lift's subsidy: what each does to the city's answer of 2025."""

from pathlib import Path

from tests.letters import letter

ASK = "老楼加装一部电梯，财政现在补多少钱"
BEFORE = "松澜市住房和城乡建设局:松建函〔2025〕51号"
"""每台补助由15万元提高到20万元."""

LIFTS = "既有住宅加装电梯财政补助"

_HEADING = "{agency}关于市政协十届五次会议第{number}号提案的答复\n{doc_number}"
_OPENING = "您提出的《关于{title}的提案》（第{number}号）收悉。经研究，现答复如下："

REVOKES = (
    "一、财政支持\n（一）补助标准。《松澜市既有住宅加装电梯补助资金管理办法》（松府办规〔2024〕11号）自2026年1月1日起停止执行，"
    "每台20万元的补助不再发放，市级、区县原来各自承担的部分相应取消；单元内住有80岁以上老人或者一、二级肢体残疾人的，"
    "另行增加的2万元一并取消。"
)
REPEATS = "一、关于加装电梯补助标准的建议\n我局对加装电梯补助标准的意见与2025年答复一致，每台补助不变，这里不再重复。"
ELSEWHERE = (
    "一、关于加装电梯补助标准的建议\n我区加装电梯在市级补助之外，区财政自2026年1月1日起对每台再补助2万元，"
    "由区住房和建设局受理。"
)
ANOTHER_GROUP = (
    "一、关于残疾人辅助器具补贴的建议\n肢体残疾人购买轮椅、助行器的补贴，由每人1000元调整为1500元，"
    "自2026年1月1日起执行，凭残疾人证到街道申领。"
)


def write(folder: Path, agency: str, body: str, title: str, number: int = 20260171) -> str:
    """Writes a letter of 20 March 2026; its doc_id."""
    folder.mkdir(parents=True, exist_ok=True)
    doc_number = f"松函〔2026〕{number % 1000}号"
    text = letter(
        heading=_HEADING.format(agency=agency, number=number, doc_number=doc_number),
        opening=_OPENING.format(title=title, number=number),
        body=body,
        closing=f"感谢您的关心。\n{agency}\n2026年3月20日",
    )
    (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return f"{agency}:{doc_number}"
