"""Rules of the pages: marking, excerpts, addresses, and the form of a search."""

from datetime import date

from starlette.datastructures import QueryParams

from indexer.engine.filters import Filter
from search_api.web.rendering.forms import SearchForm
from search_api.web.rendering.marking import clipped, excerpt, marked
from search_api.web.urls import DocumentAddress


def test_marked_escapes_everything_but_its_own_marks() -> None:
    assert str(marked('<i><b>&"c', [(3, 6)])) == "&lt;i&gt;<mark>&lt;b&gt;</mark>&amp;&#34;c"
    assert str(marked("无", [])) == "无"
    assert clipped([(0, 3), (5, 9)], 2, 6) == [(0, 1), (3, 4)]


def test_an_excerpt_holds_the_marks_and_begins_a_sentence() -> None:
    text = "甲" * 200 + "。乙乙电梯补贴乙。" + "丙" * 200
    shown = str(excerpt(text, [(203, 207)], 40))
    assert shown.startswith("…乙乙<mark>电梯补贴</mark>")
    assert shown.endswith("丙…")
    assert str(excerpt("短文", [(0, 1)])) == "<mark>短</mark>文"


def test_no_id_can_climb_out_of_its_address() -> None:
    assert DocumentAddress("/dafu")("a/../b#c?d") == "/dafu/documents/a%2F..%2Fb%23c%3Fd"
    assert DocumentAddress("")("局", "00c0ffee", "q=x&page=2") == (
        "/documents/%E5%B1%80?q=x&page=2&passage=00c0ffee#p00c0ffee"
    )


def test_a_form_and_its_address_are_one() -> None:
    form = SearchForm.read(QueryParams("q= 电梯 补贴 &since=2020-01-01&year=2023&year=2021&year=2023&page=3&passage=7"))
    assert (form.q, form.offset, form.chosen) == ("电梯 补贴", 20, {"year": ("2023", "2021")})
    asked = "q=%E7%94%B5%E6%A2%AF+%E8%A1%A5%E8%B4%B4&since=2020-01-01"
    assert form.address() == f"{asked}&year=2023&year=2021&page=3"
    assert SearchForm.read(QueryParams(form.address())) == form
    assert form.toggled("year", "2021") == f"{asked}&year=2023"
    assert form.toggled("year", "2019") == f"{asked}&year=2023&year=2021&year=2019"
    assert form.parsed().wanted == Filter(dates=((date(2020, 1, 1), date.max),))
    assert form.parsed().chosen == form.chosen
