"""`dafu serve --check`: what each setting is, where it comes from, and what is wrong."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import DafuError
from dafu import app as dafu
from search_api.web.access.tokens import TokenStore
from search_api.web.settings.model import Settings


def settings_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "dafu.toml"
    path.write_text(text, encoding="utf-8")
    return path


def check(*words: str, environment: Mapping[str, str] | None = None) -> str:
    """What `dafu serve --check` prints. Raises DafuError as it does."""
    done = CliRunner().invoke(dafu, ["serve", "--check", *words], env=environment, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_check_says_what_each_setting_is_and_where_it_comes_from(
    sample_index: Path, tmp_path: Path, tokens: TokenStore
) -> None:
    text = f"""
port = 9000
log_level = "warning"
site_name = "松澜"
access = "tokens"
tokens = "{tmp_path / "users.sqlite"}"
trusted_proxies = ["10.1.2.3", "10.8.0.0/24"]
"""
    file = settings_file(tmp_path, text)
    environment = {"DAFU_SITE_NAME": "松澜市", "DAFU_LOG_LEVEL": "error", "DAFU_SETTINGS": str(file)}
    said = check("--index", str(sample_index), "--port", "0", environment=environment)
    for line in (
        f"index = {sample_index}（命令行参数）",
        "port = 0（命令行参数）",
        "log_level = error（环境变量 DAFU_LOG_LEVEL）",
        "site_name = 松澜市（环境变量 DAFU_SITE_NAME）",
        f"access = tokens（设置文件 {file}）",
        f"trusted_proxies = 10.1.2.3/32,10.8.0.0/24（设置文件 {file}）",
        "host = 127.0.0.1（默认）",
        "feedback = （空）（默认）",
    ):
        assert f"{line}\n" in said
    for field in Settings.model_fields.values():
        assert f"    {field.description}\n" in said
    assert f"索引：{sample_index}，第 1 世代，" in said
    assert f"令牌：{tmp_path / 'users.sqlite'}，0 个" in said
    assert "还没有人能登录：请用 dafu token add 发放令牌" in said
    assert said.endswith("可以启动。\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot = 1", r"设置文件 .*dafu\.toml 里的“prot”不是设置的名称。可以用的名称：index、host、port"),
        ("port = 99999", r"设置 port（设置文件 .*dafu\.toml）的值“99999”不能使用"),
        ("port 1", r"设置文件 .*dafu\.toml 不是 UTF-8 的 TOML"),
        ('access = "nobody"', r"的值“nobody”不能使用。这一项是：怎样知道谁在用"),
        ('trusted_proxies = ["gateway"]', r"的值“gateway”不能使用。这一项是：本站前面的代理"),
        ('trusted_proxies = "0.0.0.0/0"', r"的值“0\.0\.0\.0/0”不能使用"),
        ('trusted_proxies = "10.0.0.5/8"', r"的值“10\.0\.0\.5/8”不能使用"),
        ('user_header = "X User:"', r"的值“X User:”不能使用"),
        ('access = "proxy"', r"没有写明哪些地址是登录网关"),
        ('host = "0.0.0.0"', r"监听地址 0\.0\.0\.0 从别的机器也连得上.*设 access 为 tokens.*或者设 access 为 proxy"),
        (
            'allowed_hosts = "dafu.example.cn:443"',
            r"的值“dafu\.example\.cn:443”不能使用。这一项是：浏览器可以用哪些主机名",
        ),
        ('allowed_hosts = "*"', r"的值“\*”不能使用"),
        ('host = "::"', r"监听地址 :: 从别的机器也连得上"),
        ('index = "nowhere"', r"nowhere"),
    ],
)
def test_check_names_what_is_wrong(sample_index: Path, tmp_path: Path, text: str, sentence: str) -> None:
    index = [] if "index" in text else ["--index", str(sample_index)]
    with pytest.raises(DafuError, match=sentence):
        check(*index, "--settings", str(settings_file(tmp_path, text)))


PLAIN = r"注意：监听地址 0\.0\.0\.0 从别的机器直接连得上，令牌和登录的 Cookie 在网络上是明文（http）"
NO_PROXY = r"注意：access 是 tokens，而 trusted_proxies 是空的"
NO_HOSTS = r"注意：没有写明本站的主机名.*请设置 allowed_hosts"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('access = "tokens"\nhost = "0.0.0.0"', [PLAIN, NO_HOSTS]),
        ('access = "tokens"\nhost = "0.0.0.0"\ntrusted_proxies = "10.1.2.3"', [PLAIN, NO_HOSTS]),
        ('access = "tokens"', [NO_PROXY, NO_HOSTS]),
        ('access = "tokens"\ntrusted_proxies = "127.0.0.1"\nallowed_hosts = "dafu.example.cn"', []),
        ('access = "proxy"\nhost = "0.0.0.0"\ntrusted_proxies = "10.1.2.3"', [NO_HOSTS]),
        ("", []),
    ],
)
def test_check_warns_of_what_can_be_overheard_or_has_any_name(
    sample_index: Path, tmp_path: Path, text: str, sentences: list[str]
) -> None:
    said = check("--index", str(sample_index), "--settings", str(settings_file(tmp_path, text)))
    assert said.endswith("可以启动。\n")
    found = [line for line in said.splitlines() if line.startswith("注意：")]
    assert len(found) == len(sentences)
    assert all(re.match(sentence, line) for sentence, line in zip(sentences, found, strict=True))


def test_a_settings_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match=r"设置文件 .*none\.toml 无法读取"):
        check("--settings", str(tmp_path / "none.toml"))


@pytest.mark.parametrize("words", [["--host", "0.0.0.0"], ["--host", "::"]])
def test_nobody_serves_everybody_by_mistake(sample_index: Path, words: list[str]) -> None:
    with pytest.raises(DafuError, match=r"从别的机器也连得上，而 access 是 open"):
        CliRunner().invoke(dafu, ["serve", "--index", str(sample_index), "--port", "0", *words], catch_exceptions=False)
