"""Settings and the server: where they come from, and what is wrong as a sentence."""

from pathlib import Path

import pytest

from corpus.errors import DafuError
from search_api.web import server
from search_api.web.settings.model import Settings
from search_api.web.settings.sources import load_settings


def test_settings_come_from_arguments_then_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAFU_PORT", "9001")
    monkeypatch.setenv("DAFU_SITE_NAME", "松澜市答复库")
    loaded = load_settings(index=Path("档案"), host=None)
    assert (loaded.index, loaded.host, loaded.port) == (Path("档案"), "127.0.0.1", 9001)
    assert loaded.site_name == "松澜市答复库"
    assert load_settings(port=9002).port == 9002
    assert all(field.description for field in Settings.model_fields.values())


def test_a_wrong_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAFU_PORT", "八千")
    with pytest.raises(DafuError, match=r"设置 port（环境变量 DAFU_PORT）的值“八千”不能使用"):
        load_settings()


def test_a_taken_port_is_a_sentence(web_index: Path) -> None:
    with (
        server.listening("127.0.0.1", 0) as taken,
        pytest.raises(DafuError, match=r"无法在 127\.0\.0\.1:\d+ 上监听.*--port"),
    ):
        server.serve(Settings(index=web_index, port=taken.getsockname()[1]))
