"""The outcome class in the forms in which letters print it."""

import pytest

from tests.letters import parsed

FORMS = (
    ("（B2类）", "B"),
    ("A1", "A"),
    ("B 类", "B"),
    ("〔已解决〕", "A"),
    ("办理类别：C1", "C"),
    ("解决程度：正在解决", "B"),
    ("答复类别：列入计划解决", "B"),
    ("办理结果：☑已解决　□正在解决　□列入计划", "A"),
    ("办理结果：已解决 √　列入计划", "A"),
    ("□A类　■B类　□C类", "B"),
    ("A类（　）　B类（√）　C类（　）", "B"),
    ("办理结果：已解决问题3个", None),
    ("办理结果：□已解决　□正在解决", None),
)


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize(("line", "outcome"), FORMS)
def test_outcome(line: str, outcome: str | None, below: bool) -> None:
    head = "云岫县民政局关于县政协九届二次会议第12号提案的答复"
    body = (
        "秦梦溪委员：\n您提出的《关于增设助餐点的提案》收悉。现答复如下：\n"
        "今年增设助餐点十二处。\n云岫县民政局\n2024年6月3日"
    )
    text = f"{head}\n{body}\n{line}" if below else f"{head}\n{line}\n{body}"
    assert parsed(text).outcome == outcome
