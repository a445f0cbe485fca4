"""Settings of the server: from arguments, else from environment variables DAFU_*, else the defaults below."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import DafuError

_PREFIX = "DAFU_"


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
