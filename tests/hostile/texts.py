"""Texts, names and addresses written to do harm, and the documents that carry them."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

MARKUP = (
    "\"'><script>window.hacked=1</script></title></textarea></script><!--><img src=x onerror=window.hacked=1>"
    "<svg onload=window.hacked=1><a href=javascript:window.hacked=1>点</a><base href=//evil.example>"
)
TEMPLATE = "{{7*7}}{% set x = 1 %}${7*7}#{7*7}%(x)s{0}"
ODD = "\u202e反\u2066\u2028\u2029\ufeff]]>&lt;&#60;\\u003c"
EVIL = f"{MARKUP}{TEMPLATE}{ODD}"
ILLEGAL = "\x00\x01\x0b\x1f\x7f\ufffe\uffff"  # in XML
HALF = "\ud800"  # of a pair: in no encoding
FILE_NAME = "坏\n\r名\"';=\u202e<img src=x onerror=window.hacked=1>{{7*7}}.txt"
SCRIPT = "javascript:window.hacked=1"
IDS = [f"编号{MARKUP}", "a\r\nSet-Cookie: hacked=1", "../../../etc/shadow", SCRIPT, "b/original", f"c{TEMPLATE}#1"]


def rows() -> Iterator[dict[str, str]]:
    for number, doc_id in enumerate(IDS):
        body = (
            f"一、{EVIL}情况\n长者食堂第{number}家{EVIL}已经建成，惠及老年人。根据《{SCRIPT}{MARKUP}》（{SCRIPT}）办理。\n"
            f"二、下一步{MARKUP}工作\n我局将继续建设长者食堂，方便老年人就餐{EVIL}。"
        )
        yield {
            "id": doc_id + ILLEGAL + HALF,
            "title": f"关于长者食堂{number}{EVIL}的提案{ILLEGAL}{HALF}",
            "agency": f"松澜市{MARKUP}民政局",
            "doc_number": f"松民函〔2023〕{number}号{MARKUP}",
            "proposal_number": f"2023{number}{MARKUP}",
            "question": f"请问长者食堂{EVIL}什么时候开？{ILLEGAL}",
            "addressees": f"陈{MARKUP}委员",
            "co_agencies": f"财政局{MARKUP}",
            "replied_on": f"2023-0{number + 1}-05",
            "text": f"{MARKUP}：\n您的提案收悉。现答复如下：\n{body}\n感谢您的关心。\n松澜市民政局\n"
            f'（联系人：周{MARKUP}，联系电话：86601234，邮箱：a@b.cn"onload=x）{ILLEGAL}',
        }


def addresses(doc_ids: list[str]) -> list[str]:
    """Every page, with whatever an address can carry into it."""
    letters = [f"/documents/{quote(doc_id, safe='')}" for doc_id in doc_ids]
    asked = [
        urlencode({"q": q}) for q in ("长者食堂", EVIL, f"长者食堂 {MARKUP}", f'"{MARKUP}"', f"单位:{MARKUP}", SCRIPT)
    ]
    asked += [
        urlencode({"q": "食堂", name: MARKUP}) for name in ("agency", "district", "year", "kind", "role", "outcome")
    ]
    asked += [urlencode({"q": "食堂", name: MARKUP}) for name in ("since", "until", "sort", "page", "x")]
    asked += [urlencode({"q": "食堂", "agency": f"松澜市{MARKUP}民政局", "since": "2020-01-01"})]
    basket = [("title", EVIL), ("number", MARKUP), ("ask", f"1:{EVIL}"), ("ask", "2:食堂"), ("none", "2")]
    basket += [("p", f"1:1:{doc_id}#1") for doc_id in doc_ids] + [("p", f"::{MARKUP}#1")]
    return [
        "/", "/match", "/basket", "/status", "/docs", "/embed", "/login", f"/{quote(MARKUP)}",
        *(f"/?{a}" for a in asked), *letters, *(f"{a}?passage=1&{asked[1]}" for a in letters),
        *(f"{a}?version={quote(MARKUP)}" for a in letters[:1]), f"/documents/{quote(MARKUP, safe='')}",
        f"/basket?{urlencode(basket)}", f"/basket?{urlencode({'p': EVIL})}", f"/basket?{urlencode({'ask': EVIL})}",
    ]  # fmt: skip
