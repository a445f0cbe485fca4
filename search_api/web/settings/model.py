"""The settings of the server. `sources` says where their values come from."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict

from search_api.web.settings.networks import Network, network_of

PREFIX = "DAFU_"
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::(?P<port>\d{1,5}))?")
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_USUAL_PORTS = {"http": "80", "https": "443"}


def _origin(text: str) -> str:
    """The origin as a browser sends it: HTTPS://OA.example.cn:443/ is https://oa.example.cn."""
    plain = text.strip().rstrip("/").lower()
    match = _ORIGIN.fullmatch(plain)
    if not match or int(match["port"] or 0) > 65535:
        raise ValueError("not scheme://host[:port]")
    usual = match["port"] == _USUAL_PORTS[match["scheme"]]
    return plain.rpartition(":")[0] if usual else plain


def _host(text: str) -> str:
    """A host as `urlsplit` reads it out of a header: without port and brackets, in small letters."""
    plain = text.strip().lower().removeprefix("[").removesuffix("]")
    if not _HOST.fullmatch(plain):
        raise ValueError("no host, or one with a port")
    return plain


def _split(value: object) -> object:
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _none_if_empty(value: object) -> object:
    return value or None


def _none_if_blank(value: object) -> object:
    return None if value == "" else value


def _header(name: str) -> str:
    return name.strip().lower()


_Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$"), AfterValidator(_header)]


class Settings(BaseSettings):
    """Read when built, never at import. A field `x` is the variable DAFU_X, and x in the file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    index: Path = Field(default=Path("index"), description="索引文件夹，由 dafu index 建立")
    host: str = Field(default="127.0.0.1", min_length=1, description="监听的地址；0.0.0.0 表示本机所有网卡")
    port: int = Field(default=8000, ge=0, le=65535, description="监听的端口；0 表示任选一个空闲端口")
    allowed_hosts: Annotated[tuple[Annotated[str, AfterValidator(_host)], ...], NoDecode, BeforeValidator(_split)] = (
        Field(
            default=(),
            description="浏览器可以用哪些主机名或地址打开本站，不带端口，用逗号分隔，例如 dafu.example.cn,10.1.2.3；"
            "别的名称答 421（/healthz、/readyz 除外）；留空则不限，但 access 为 open 时总是只限本机",
        )
    )
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
        description="“有用、没用”的评价记到哪个数据库文件；留空则记到索引文件夹里的 users.sqlite，off 表示不收评价。"
        "写的是旧的 .jsonl 文件时，其中的评价转入旁边同名的 .sqlite",
    )
    sheet_template: Annotated[Path | None, BeforeValidator(_none_if_empty)] = Field(
        default=None,
        description="导出的 Word 用哪个文件（docx）作模板：取它的样式、页面设置、页眉和页脚，不取正文；留空则用自带的",
    )
    draft_template: Annotated[Path | None, BeforeValidator(_none_if_empty)] = Field(
        default=None,
        description="起草的答复用哪个文件（docx）作模板：要有自带模板里的那些样式，不取正文；留空则用自带的",
    )
    access: Literal["open", "tokens", "proxy"] = Field(
        default="open",
        description="怎样知道谁在用：open 不问，只供在服务器本机上使用；tokens 要令牌，由 dafu token add 发放；"
        "proxy 由单位的登录网关在请求头里说明",
    )
    tokens: Annotated[Path | None, BeforeValidator(_none_if_empty)] = Field(
        default=None,
        description="令牌存在哪个数据库文件；留空则是索引文件夹里的 users.sqlite。令牌只存散列值。"
        "写的是旧的 .json 文件时，其中的令牌转入旁边同名的 .sqlite",
    )
    session_idle_minutes: float = Field(
        default=30.0, gt=0, description="access 为 tokens 时，网页多少分钟不用就要重新登录"
    )
    session_hours: float = Field(
        default=12.0, gt=0, description="access 为 tokens 时，网页登录以后最多多少小时就要重新登录，一直在用也一样"
    )
    trusted_proxies: Annotated[
        tuple[Annotated[Network, BeforeValidator(network_of)], ...], NoDecode, BeforeValidator(_split)
    ] = Field(
        default=(),
        description="本站前面的代理或登录网关的地址，用逗号分隔，可以写成网段，例如 10.1.2.3,10.8.0.0/24；"
        "只有从这些地址来的请求头 X-Forwarded-*、用户、范围和权利才算数",
    )
    user_header: _Header = Field(
        default="x-dafu-user", description="登录网关用哪个请求头说明用户是谁（名字用百分号编码的 UTF-8）"
    )
    scopes_header: _Header = Field(
        default="x-dafu-scopes",
        description="登录网关用哪个请求头说明用户能看哪些范围，用逗号分隔，百分号编码的 UTF-8；"
        "* 表示全部，不带则只看公开的",
    )
    rights_header: _Header = Field(
        default="x-dafu-rights",
        description="登录网关用哪个请求头说明用户的权利：originals 看原文件，admin 看服务器状态，用逗号分隔",
    )
    contacts: Literal["masked", "shown"] = Field(
        default="masked",
        description="答复落款处印的联系人（姓名、电话、邮箱），用户看到的是：masked 遮盖；"
        "shown 在答复页和接口的全文里显示。来信人等居民的个人信息总是遮盖，提案人、代表委员和署名的单位、领导总是显示",
    )
    concurrent_searches: int = Field(
        default=8,
        ge=1,
        le=24,  # with the matches fewer than the server's 40 threads, of which files and /readyz need some
        description="同时办几件检索（包括打开网页）；再来的排队",
    )
    concurrent_matches: int = Field(default=2, ge=1, le=8, description="同时对照几份提案；再来的排队")
    waiting_requests: int = Field(
        default=32, ge=0, description="检索、对照、上传各有几件可以排队，每件最多等 5 秒；再多就立刻答 503"
    )
    user_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="每人最多占同时检索、对照、上传的件数和排队的几成，超过就答 429，别人照常办；"
        "登录网关给所有人写同一个用户名时设为 1；access 为 open 时不限",
    )
    search_seconds: float = Field(default=10.0, gt=0, description="一次检索最多用几秒，超过就停止并答 504")
    match_seconds: float = Field(default=60.0, gt=0, description="对照一份提案最多用几秒，超过就停止并答 504")
    requests_per_second: Annotated[float | None, BeforeValidator(_none_if_blank)] = Field(
        default=None,
        ge=0,
        description="每人平均每秒最多几次请求，对照提案一次算 5 次，超过就答 429；0 表示不限；"
        "留空则 access 为 open 时不限，其他情况下为 10",
    )
    request_burst: int = Field(default=40, ge=1, description="每人一下子最多几次请求，之后才按每秒的次数算")
    audit: Annotated[Literal["off"] | Path | None, BeforeValidator(_none_if_empty)] = Field(
        default=None,
        description="审计记录（谁在何时检索、打开、导出了什么）写到哪个文件夹；"
        "留空则写到索引文件夹里的 audit，off 表示不记",
    )
    audit_queries: bool = Field(
        default=True, description="审计是否记下查询文字（个人信息已遮盖）：true 或 false；false 时只记字数"
    )
    audit_megabytes: int = Field(default=20, ge=1, le=1024, description="审计文件写满多少 MB 就换一个新文件")
    audit_files: int = Field(default=50, ge=1, description="最多保留多少个写满的审计文件，再多就删去最早的")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="日志的详细程度；任何级别都不记录查询文字"
    )


def environment() -> dict[str, Any]:
    """The values of environment variables by the names of the fields."""
    return EnvSettingsSource(Settings)()
