"""What every answer to a hostile request must hold to: its headers, and its page's elements."""

import json
import re
from urllib.parse import urlsplit

from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser

SCHEMES = {"", "http", "https", "mailto"}
ACTIVE = {"iframe", "frame", "object", "embed", "applet", "base", "math", "style", "img", "marquee", "portal"}


def check_headers(answer: Response) -> None:
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert not [name for name, value in headers.items() if re.search(r"[\r\n\0]", name + value)]
    assert "hacked" not in headers.get("set-cookie", "")


def check_page(html: str) -> None:
    """Nothing but our own markup in it: a stranger's would be an element or an attribute that we never write."""
    tree = LexborHTMLParser(html)
    for node in tree.css("*"):
        assert node.tag not in ACTIVE, node.html
        for name, value in node.attributes.items():
            assert not name.startswith("on"), node.html
            if name in ("href", "src", "action", "formaction", "data-api", "data-address"):
                plain = re.sub(r"[\x00-\x20\u2028\u2029]", "", value or "")
                assert urlsplit(plain).scheme.lower() in SCHEMES, node.html
                assert not plain.startswith("//"), node.html
    for script in tree.css("script"):
        if script.attributes.get("type") == "application/json":
            json.loads(script.text())
        else:
            assert re.fullmatch(r"/(static/\w+|embed)\.js", script.attributes.get("src") or ""), script.html
            assert not script.text()
