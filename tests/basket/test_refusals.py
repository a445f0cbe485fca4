"""Baskets, addresses and files that are refused, each with a sentence."""

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from search_api.desk.basket import MAX_PICKS
from search_api.web.rendering.baskets import MAX_BASKET, MAX_FILE
from tests.basket.baskets import JSON_ONLY


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/basket?p=没有段号", "地址里的“p=没有段号”无法识别"),
        ("/basket?ask=没有序号", "应为 序号:诉求"),
        ("/basket?none=一", "没有先例的诉求的序号"),
        (f"/basket?{'p=::a%231&' * (MAX_PICKS + 1)}", f"一个材料篮最多 {MAX_PICKS} 条段落，这里有 501 条"),
        (f"/basket?{'ask=1:a&' * 61}p=a%231", "一个材料篮最多 60 条诉求"),
        ("/basket/export", "没有可以导出的段落"),
        ("/basket/export?title=只有标题", "没有可以导出的段落"),
        ("/basket/export?p=走了%231", "没有可以导出的段落"),
        ("/basket/export?format=exe&p=a%231", "可以导出 docx、draft、md、json"),
    ],
)
def test_a_wrong_address_is_a_sentence(client: TestClient, path: str, sentence: str) -> None:
    for accept in ("text/html", "application/json"):
        answer = client.get(path, headers={"accept": accept})
        assert answer.status_code == 400
        assert sentence in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "内容不是材料篮"),
        ("[1]", "内容不是材料篮"),
        ('{"title": "\\ud800"}', "内容不是材料篮"),
        ('{"version": 2}', "“version”这一项不对"),
        ('{"picks": [{"passage_id": "a#1", "band": "很近"}]}', "“picks.0.band”这一项不对"),
        (json.dumps({"picks": [{"passage_id": "a#1"}] * 501}), "最多 500 条段落，这里有 501 条"),
    ],
)
def test_a_damaged_basket_is_a_sentence(client: TestClient, body: str, sentence: str) -> None:
    contents = client.post("/basket/contents", content=body, headers=JSON_ONLY)
    exported = client.post("/basket/export", data={"basket": body, "format": "md"}, headers=JSON_ONLY)
    for answer in (contents, exported):
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert sentence in answer.json()["detail"]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "没有选中文件"),
        (b"PK\x03\x04", "这不是从材料篮导出的 JSON 文件"),
        (b'{"picks": []}', "这不是从材料篮导出的 JSON 文件"),
    ],
)
def test_a_wrong_file_is_a_sentence(client: TestClient, file: bytes, sentence: str) -> None:
    answer = client.post("/basket", files={"file": ("a.json", file)}, headers=JSON_ONLY)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert sentence in answer.json()["detail"]
    assert client.post("/basket").status_code == 400


def test_too_much_is_refused_while_it_is_read(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:  # a body that does not say how long it is
        for _ in range(MAX_BASKET // 1000 + 1):
            yield b" " * 1000

    answers = [
        client.post("/basket/contents", content=pieces(), headers=JSON_ONLY),
        client.post("/basket/export", data={"basket": " " * MAX_BASKET}, headers=JSON_ONLY),
        client.post("/basket", files={"file": ("a.json", b" " * MAX_FILE)}, headers=JSON_ONLY),
    ]
    assert [answer.status_code for answer in answers] == [413, 413, 413]
    assert [answer.json()["detail"].partition("MB")[0] for answer in answers] == [
        "发来的材料超过上限 1 ", "发来的材料超过上限 1 ", "发来的材料超过上限 4 ",
    ]  # fmt: skip
    assert client.post("/basket/contents", content=b" " * (MAX_BASKET + 1)).text.count("材料太大") > 0
