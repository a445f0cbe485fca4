"""Addresses inside the site, whichever path a proxy shows the site under."""

from urllib.parse import quote

from starlette.requests import HTTPConnection


def root_of(request: HTTPConnection) -> str:
    """The path under which a proxy shows the site; empty if it has a host of its own."""
    return str(request.scope.get("app_root_path", request.scope.get("root_path", "")))


def path_of(request: HTTPConnection) -> str:
    """The path inside the site, decoded: without what a proxy puts before it."""
    return str(request.scope["path"]).removeprefix(root_of(request))


class DocumentAddress:
    """The address of a document's page; ids hold Chinese, brackets, colons and slashes.

    >>> DocumentAddress("")("区民政局:福民函〔2020〕43号", "612f9e4d")
    '/documents/%E5%8C%BA%E6%B0%91%E6%94%BF%E5%B1%80%3A%E7%A6%8F%E6%B0%91%E5%87%BD%E3%80%942020%E3%80%9543%E5%8F%B7?passage=612f9e4d#p612f9e4d'
    """

    def __init__(self, root: str) -> None:
        self._root = root

    def __call__(self, doc_id: str, passage: str | None = None, search: str = "") -> str:
        """`search` is the address of the results page from which the link leads, taken along for the way back."""
        asked = "&".join(filter(None, [search, f"passage={passage}" if passage else ""]))
        address = f"{self._root}/documents/{quote(doc_id, safe='')}"
        return address + (f"?{asked}" if asked else "") + (f"#p{passage}" if passage else "")
