"""Settings of the server: from arguments, else from environment variables DAFU_*, else the defaults below."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from corpus.errors import DafuError

_PREFIX = "DAFU_"
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::(?P<port>\d{1,5}))?")
_USUAL_PORTS = {"http": "80", "https": "443"}


def _origin(text: str) -> str:
    """As a browser sends it: HTTPS://OA.example.cn:443/ is https://oa.example.cn."""
    plain = text.strip().rstrip("/").lower()
    match = _ORIGIN.fullmatch(plain)
    if not match or int(match["port"] or 0) > 65535:
        raise ValueError("not scheme://host[:port]")
    usual = match["port"] == _USUAL_PORTS[match["scheme"]]
    return plain.rpartition(":")[0] if usual else plain


def _split(value: object) -> object:
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _none_if_empty(value: object) -> object:
    return value or None


class Settings(BaseSettings):
    """Read when built, never at import. A field `x` is the variable DAFU_X."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    index: Path = Field(default=Path("index"), description="索引文件夹，由 dafu index 建立")
    host: str = Field(default="127.0.0.1", min_length=1, description="监听的地址；0.0.0.0 表示本机所有网卡")
    port: int = Field(default=8000, ge=0, le=65535, description="监听的端口；0 表示任选一个空闲端口")
    root_path: str = Field(
        default="",
        pattern=r"^(/[^/?#\s]+)*$",
        description="反向代理把本站放在哪个路径下，例如 /dafu（代理转发时去掉这一段）；独占一个域名时留空",
    )
    site_name: str = Field(default="答复", min_length=1, max_length=20, description="网页左上角和标题里的站名")
    embed_origins: Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)] = (
        Field(
            default=(),
            description="哪些网页可以嵌入检索框，写成 协议://主机[:端口]，用逗号分隔，例如 http://oa.example.gov.cn；"
            "不能写 *，否则从内网打开的任何网页都能读走档案；留空则都不可以",
        )
    )
    feedback: Annotated[Literal["off"] | Path | None, BeforeValidator(_none_if_empty)] = Field(
        default=None,
        description="“有用、没用”的评价记到哪个文件；留空则记到索引文件夹里的 feedback.jsonl，off 表示不收评价",
    )
    show_originals: bool | None = Field(
        default=None,
        description="是否提供原始文件：true 或 false。原始文件里的个人信息没有遮盖；"
        "留空则只提供给在服务器本机上打开的浏览器",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="日志的详细程度；任何级别都不记录查询文字"
    )


def load_settings(index: Path | None = None, host: str | None = None, port: int | None = None) -> Settings:
    """The arguments that are given, over the environment. Raises DafuError for a value that cannot be used."""
    given = {"index": index, "host": host, "port": port}
    try:
        return Settings.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0])
        raise DafuError(
            f"设置 {name}（环境变量 {_PREFIX}{name.upper()}）的值“{fault['input']}”不能使用。"
            f"这一项是：{Settings.model_fields[name].description}。"
        ) from error
