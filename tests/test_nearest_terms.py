"""The terms offered in place of a query that found nothing."""

import pytest

from search_api.suggest import Suggester
from tests.suggestions import ARCHIVE, titled

SUGGESTER = Suggester(ARCHIVE)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("养劳", ["养老"]),  # read the same
        ("社区养劳补助", ["养老", "社区"]),  # as read and as written; 补贴 shares one character
        ("店梯", ["电梯"]),
        ("电题", ["电梯"]),
        ("提车", []),  # 提案, 提取 and 停车 share a character, and mean something else
        ("住房公基金", ["公积金"]),  # read so
        ("公积管", ["公积金"]),  # one edit
        ("公积金额", ["公积金"]),
        ("公管建金", []),  # two
        ("养老", []),  # it found nothing itself
        ("电梯停车", ["停车", "电梯"]),
        ("yanglao", ["养老"]),
        ("dt", ["电梯"]),
        ("无人机", []),
        ("xyz", []),
        ("?", []),
        ("", []),
    ],
)
def test_nearest_terms(query: str, expected: list[str]) -> None:
    assert SUGGESTER.nearest_terms(query) == expected


def test_what_the_archive_writes_so_is_no_slip() -> None:
    suggester = titled("公园改造", "公园路灯", "公元纪念", "公元年号")
    assert suggester.nearest_terms("公园停业") == ["公园"]  # 公元 is read the same, and shares but one character
    assert suggester.nearest_terms("公圆停业") == ["公元", "公园"]
