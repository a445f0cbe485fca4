"""Reads settings from arguments, else environment variables DAFU_*, else one TOML file, else the defaults."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from corpus.errors import DafuError
from search_api.web.settings.model import PREFIX, Settings, environment
from search_api.web.settings.networks import listens_to_others


@dataclass(frozen=True)
class Layer:
    """One place that settings come from; `values` by the names of the fields. `name` as administrators know it."""

    name: str
    values: Mapping[str, object]

    def place_of(self, field: str) -> str:
        return f"{self.name} {PREFIX}{field.upper()}" if self.name == _ENVIRONMENT else self.name


_ENVIRONMENT = "环境变量"
DEFAULTS = Layer("默认", {})


def layers(
    index: Path | None = None, host: str | None = None, port: int | None = None, file: Path | None = None
) -> tuple[Layer, ...]:
    """The places of settings; the first that has one wins. Raises DafuError for a file that cannot be used."""
    given = {"index": index, "host": host, "port": port}
    arguments = Layer("命令行参数", {name: value for name, value in given.items() if value is not None})
    variables = Layer(_ENVIRONMENT, environment())
    read = (Layer(f"设置文件 {file}", _read(file)),) if file else ()
    return (arguments, variables, *read)


def origin_of(field: str, found: tuple[Layer, ...]) -> Layer:
    """The layer that a setting's value comes from."""
    return next((layer for layer in found if field in layer.values), DEFAULTS)


def load_settings(
    index: Path | None = None, host: str | None = None, port: int | None = None, file: Path | None = None
) -> Settings:
    """Raises DafuError for a value that cannot be used."""
    return settings_of(layers(index, host, port, file))


def settings_of(found: tuple[Layer, ...]) -> Settings:
    """Raises DafuError as `load_settings`."""
    values = {name: value for layer in reversed(found) for name, value in layer.values.items()}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0])
        raise DafuError(
            f"设置 {name}（{origin_of(name, found).place_of(name)}）的值“{fault['input']}”不能使用。"
            f"这一项是：{Settings.model_fields[name].description}。"
        ) from error


def contradictions(settings: Settings) -> Iterator[str]:
    """Sentences about settings that do not go together."""
    if settings.access == "open" and listens_to_others(settings.host):
        yield (
            f"监听地址 {settings.host} 从别的机器也连得上，而 access 是 open：任何人不经确认就能看到全部答复和原文件。"
            "请任选一种办法：设 access 为 tokens，再用 dafu token add 给每人发一个令牌；"
            "或者设 access 为 proxy，并在 trusted_proxies 里写明登录网关的地址。只在本机使用则监听 127.0.0.1。"
        )
    if settings.access == "proxy" and not settings.trusted_proxies:
        yield "access 是 proxy，却没有写明哪些地址是登录网关，一个请求也不能答。请设置 trusted_proxies，例如 10.1.2.3。"


def warnings(settings: Settings) -> Iterator[str]:
    """Sentences about settings with which the server can run, and somebody should know what that means."""
    if settings.access == "tokens" and listens_to_others(settings.host):
        yield (
            f"监听地址 {settings.host} 从别的机器直接连得上，令牌和登录的 Cookie 在网络上是明文（http），"
            "同一网络上的人看得到。请在前面放一个 https 代理（见 ops/nginx.conf），本站改为监听 127.0.0.1，"
            "并把代理的地址写进 trusted_proxies。"
        )
    elif settings.access == "tokens" and not settings.trusted_proxies:
        yield (
            "access 是 tokens，而 trusted_proxies 是空的：前面如果有 https 代理，请把它的地址写进去，"
            "登录的 Cookie 才会只在 https 上传送；没有代理就只能在服务器本机上使用。"
        )
    if settings.access != "open" and not settings.allowed_hosts:
        yield "没有写明本站的主机名，用什么名称都能打开。请设置 allowed_hosts，例如 dafu.example.gov.cn。"


def _read(file: Path) -> dict[str, Any]:
    """Raises DafuError."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise DafuError(f"设置文件 {file} 无法读取（{error.strerror}）。请检查路径和权限。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DafuError(
            f'设置文件 {file} 不是 UTF-8 的 TOML（{error}）。每行应为 名称 = 值，文字加引号，例如 host = "127.0.0.1"。'
        ) from error
    for name in found:
        if name not in Settings.model_fields:
            known = "、".join(Settings.model_fields)
            raise DafuError(f"设置文件 {file} 里的“{name}”不是设置的名称。可以用的名称：{known}。")
    return found
