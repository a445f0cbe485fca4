"""`dafu serve --check`: lists the settings that the server would run with, and says whether it could."""

from collections.abc import Iterator
from datetime import UTC, datetime

from corpus.errors import DafuError
from indexer.snapshot import open_index
from search_api.desk.draft import DRAFT
from search_api.desk.sheet import open_template
from search_api.web.access.tokens import TokenStore
from search_api.web.settings.model import Settings
from search_api.web.settings.places import tokens_place
from search_api.web.settings.sources import Layer, contradictions, origin_of, settings_of, warnings


def check(layers: tuple[Layer, ...]) -> tuple[str, list[str]]:
    """Lists every setting with its value, where that comes from and what it means; and why the server could not answer.
    Raises DafuError for a value that cannot be used."""
    settings = settings_of(layers)
    said, faults = list(_settings(settings, layers)), list(contradictions(settings))
    for look in (_index, _sheet_template, _draft_template, _tokens):
        try:
            said.extend(look(settings))
        except DafuError as error:
            faults.append(str(error))
    said.extend(f"注意：{sentence}" for sentence in warnings(settings))
    return "\n".join(said), faults


def _settings(settings: Settings, layers: tuple[Layer, ...]) -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield f"{name} = {_written(getattr(settings, name))}（{origin_of(name, layers).place_of(name)}）"
        yield f"    {field.description}"
    yield ""


def _index(settings: Settings) -> Iterator[str]:
    manifest = open_index(settings.index, checked=True).manifest
    yield f"索引：{settings.index}，第 {manifest.generation} 世代，{manifest.documents} 份答复。"


def _draft_template(settings: Settings) -> Iterator[str]:
    open_template(settings.draft_template, DRAFT)
    if settings.draft_template:
        yield f"答复草稿的 Word 模板：{settings.draft_template}，需要的样式都有。"


def _sheet_template(settings: Settings) -> Iterator[str]:
    open_template(settings.sheet_template)
    if settings.sheet_template:
        yield f"Word 模板：{settings.sheet_template}，需要的样式都有。"


def _tokens(settings: Settings) -> Iterator[str]:
    if settings.access != "tokens":
        return
    store, now = TokenStore(tokens_place(settings, settings.index)), datetime.now(UTC)
    tokens = store.tokens()
    expired = sum(token.has_expired(now) for token in tokens)
    yield f"令牌：{store.path}，{len(tokens)} 个，其中 {expired} 个已过期。"
    if len(tokens) == expired:
        yield "还没有人能登录：请用 dafu token add 发放令牌，服务不必停。"


def _written(value: object) -> str:
    """The value as an environment variable would hold it."""
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    if isinstance(value, bool):
        value = str(value).lower()
    return str(value) if value not in (None, "") else "（空）"
