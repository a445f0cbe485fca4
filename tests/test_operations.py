"""What an administrator copies from ops/: it is correct, and with nginx in front nobody can say who they are."""

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from socket import create_server
from typing import NamedTuple
from urllib.parse import quote

import httpx2
import pytest

from indexer.build.update import BuildOptions, build
from search_api.web.settings.sources import contradictions, load_settings
from tests.conftest import make_index, silent, write_letters
from tests.letters import letter

OPS = Path(__file__).resolve().parents[1] / "ops"
SCOPED = "松澜市海事局关于市政协十届二次会议第20239999号提案的答复"
USERS = ("张三", "李四", "管理员")  # the last two as nginx.conf has them, the first has nothing but a password

needs_nginx = pytest.mark.skipif(not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"), reason="no nginx")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_systemd_knows_every_line_of_the_units(tmp_path: Path) -> None:
    units = [Path(shutil.copy(path, tmp_path)) for path in (OPS / "systemd").iterdir()]
    assert units
    for unit in units:  # the program is not installed here
        unit.write_text(unit.read_text("utf-8").replace("/usr/local/dafu/current/bin/dafu", "/bin/true"), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True)
    mine = [line for line in done.stderr.splitlines() if any(unit.name in line for unit in units)]
    assert (done.returncode, mine) == (0, [])


def test_the_settings_file_can_be_used(tmp_path: Path) -> None:
    text = (OPS / "dafu.toml").read_text("utf-8")
    assert not list(contradictions(load_settings(file=OPS / "dafu.toml")))
    # What stands there as an alternative can be used, too.
    chosen = tmp_path / "dafu.toml"
    alternatives = re.sub(r'^access = "proxy"\n', "", re.sub(r"(?m)^# (?=\w+ = )", "", text), flags=re.MULTILINE)
    chosen.write_text(alternatives, "utf-8")
    settings = load_settings(file=chosen)
    assert (settings.access, settings.root_path) == ("tokens", "/dafu")


class Site(NamedTuple):
    """`behind` is nginx, `direct` the server itself; `logs` are those of nginx."""

    behind: httpx2.Client
    direct: httpx2.Client
    http_port: int
    logs: tuple[Path, ...]


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three open letters, and one for 民政."""
    folder = tmp_path_factory.mktemp("operations")
    write_letters(folder / "letters")
    make_index(folder / "letters", folder / "index")
    (folder / "scoped").mkdir()
    opening = "您提出的《关于码头夜间照明的提案》（第20239999号）收悉。现答复如下："
    text = letter(SCOPED, opening, "一、基本情况\n码头夜间照明已全部修复。", "松澜市海事局\n2024年6月18日")
    (folder / "scoped" / "码头.txt").write_text(text, "utf-8")
    build([folder / "scoped"], folder / "index", BuildOptions(scope="民政"), silent)
    return folder / "index"


@pytest.fixture(scope="module", params=["", "/dafu"], ids=["on its own host", "under a path"])
def site(request: pytest.FixtureRequest, index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`dafu serve` with ops/dafu.toml, behind nginx with ops/nginx.conf; only ports and folders are others."""
    folder, under = tmp_path_factory.mktemp("nginx"), str(request.param)
    port, http_port, https_port = free_port(), free_port(), free_port()
    (folder / "tls").mkdir()
    files = [f"-{kind}out={folder}/tls/dafu.{end}" for kind, end in (("key", "key"), ("", "crt"))]
    key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=dafu.example.cn"]
    key += ["-addext", "subjectAltName=IP:127.0.0.1", *(part for f in files for part in f.split("="))]
    subprocess.run(key, check=True, capture_output=True)
    hashed = subprocess.run(["openssl", "passwd", "-6", "secret"], check=True, capture_output=True, text=True).stdout
    (folder / "dafu.users").write_text("".join(f"{user}:{hashed}" for user in USERS), "utf-8")
    (folder / "dafu.conf").write_text(configured(folder, under, port, http_port, https_port), "utf-8")
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; daemon off; {'user root;' if os.geteuid() == 0 else ''}\n"
        f"events {{}} http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"include {folder}/dafu.conf; }}"
    )
    (folder / "dafu.log").touch(mode=0o666)  # whichever user nginx runs as
    known = {"DAFU_ROOT_PATH": under, "DAFU_ALLOWED_HOSTS": "127.0.0.1"}
    environment = {**os.environ, **known, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    serve = [sys.executable, "-m", "dafu", "serve", "--settings", str(OPS / "dafu.toml")]
    nginx = ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    subprocess.run([*nginx, "-t"], check=True, env=environment)
    verify = ssl.create_default_context(cafile=str(folder / "tls" / "dafu.crt"))
    direct = httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
    behind = httpx2.Client(
        base_url=f"https://127.0.0.1:{https_port}{under}", trust_env=False, timeout=60, verify=verify
    )
    with (
        subprocess.Popen([*serve, "--index", str(index), "--port", str(port)], env=environment) as server,
        subprocess.Popen(nginx, env=environment) as proxy,
        direct,
        behind,
    ):
        try:
            answers(direct)
            yield Site(behind, direct, http_port, (folder / "dafu.log", folder / "dafu-error.log"))
        finally:
            proxy.terminate()
            server.terminate()


def configured(folder: Path, under: str, port: int, http_port: int, https_port: int) -> str:
    """ops/nginx.conf for this machine; under a path as its comment says."""
    text = (OPS / "nginx.conf").read_text("utf-8")
    replaced = {
        "/etc/nginx": str(folder),
        "/var/log/nginx": str(folder),
        "127.0.0.1:8000": f"127.0.0.1:{port}",
        "listen 80;": f"listen 127.0.0.1:{http_port};",
        "listen 443": f"listen 127.0.0.1:{https_port}",
        **({"location / {\n        proxy_pass http://dafu;\n    }": ""} if under else {}),
        **({"# location /dafu/ {\n    #     proxy_pass http://dafu/;\n    # }": PATH_LOCATION} if under else {}),
    }
    for found, wanted in replaced.items():
        assert found in text
        text = text.replace(found, wanted)
    return text


PATH_LOCATION = "location /dafu/ {\n        proxy_pass http://dafu/;\n    }"


def answers(client: httpx2.Client) -> None:
    """Waits until it does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            client.get("/healthz").raise_for_status()
            return
        except httpx2.TransportError:
            time.sleep(0.1)
    pytest.fail("dafu serve does not answer")


SPOOFED = {
    "X-Dafu-User": quote("管理员"),
    "X-Dafu-Scopes": "*",
    "X-Dafu-Rights": "admin,originals",
    "X_Dafu_Rights": "admin",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Host": "evil.example.cn",
    "Forwarded": "for=127.0.0.1",
}


def ids_found(site: Site, user: str) -> list[str]:
    answer = site.behind.get("/api/v1/search", params={"q": "码头夜间照明"}, auth=(user, "secret"), headers=SPOOFED)
    answer.raise_for_status()
    return [hit["title"] for hit in answer.json()["hits"] if "码头" in hit["title"]]


@needs_nginx
class TestBehindNginx:
    def test_without_a_password_nobody_is_anybody(self, site: Site) -> None:
        answer = site.behind.get("/api/v1/search?q=食堂", headers=SPOOFED)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")

    @pytest.mark.parametrize(("user", "sees"), [("张三", False), ("李四", True), ("管理员", True)])
    def test_scopes_are_those_that_nginx_says(self, site: Site, user: str, sees: bool) -> None:
        assert bool(ids_found(site, user)) is sees

    def test_originals_are_for_whom_nginx_says(self, site: Site) -> None:
        found = site.behind.get("/api/v1/search?q=长者食堂", auth=("管理员", "secret")).json()["hits"][0]["doc_id"]
        path = f"/documents/{quote(found)}/original"
        codes = [site.behind.get(path, auth=(user, "secret"), headers=SPOOFED).status_code for user in USERS]
        assert codes == [403, 403, 200]

    def test_metrics_are_for_prometheus(self, site: Site) -> None:
        host = str(site.behind.base_url).removesuffix("/").removesuffix("/dafu")
        assert "dafu_index_documents 4.0" in site.behind.get(f"{host}/metrics").text

    def test_pages_link_to_where_they_are_read(self, site: Site) -> None:
        address = str(site.behind.base_url).rstrip("/")
        page = site.behind.get("/", auth=("张三", "secret"), headers=SPOOFED)
        assert f'href="{site.behind.base_url.path.rstrip("/")}/static/style.css' in page.text
        assert f"{address}/?q=" in site.behind.get("/opensearch.xml", auth=("张三", "secret"), headers=SPOOFED).text

    def test_a_pasted_text_of_the_greatest_length_comes_through(self, site: Site) -> None:
        address = site.behind.base_url  # httpx2 takes no address as long as that
        connection = HTTPSConnection(address.host, address.port, context=ssl._create_unverified_context())
        asked = f"{address.path.rstrip('/')}/api/v1/search?q={quote('助餐点补贴' * 10_000)}"
        known = b64encode("张三:secret".encode()).decode("ascii")
        connection.request("GET", asked, headers={"Authorization": f"Basic {known}"})
        answer = connection.getresponse()
        assert (len(asked) > 450_000, answer.status) == (True, 200), answer.read()[:300]
        connection.close()

    def test_a_form_of_the_own_page_is_taken_and_another_sites_is_not(self, site: Site) -> None:
        own = str(site.behind.base_url).removesuffix("/").removesuffix("/dafu")
        codes = [
            site.behind.post(
                "/api/v1/match",
                json={"text": "建议增加长者食堂。"},
                auth=("张三", "secret"),
                headers={"Origin": origin},
            ).status_code
            for origin in (own, "https://evil.example.cn")
        ]
        assert codes == [200, 403]

    def test_files_up_to_the_limit_reach_the_server_which_says_what_is_wrong(self, site: Site) -> None:
        files = {"file": ("提案.txt", b"x" * (10 << 20), "text/plain")}
        answer = site.behind.post("/api/v1/match", files=files, auth=("张三", "secret"))
        assert answer.headers["Content-Type"].startswith("application/problem+json")

    def test_progress_is_not_held_back(self, site: Site) -> None:
        text = "关于养老服务的提案\n" + "".join(f"{n}、建议增加长者食堂，提高每餐补贴。\n" for n in "一二三四五六")
        asked = {"Accept": "application/x-ndjson"}
        with site.behind.stream(
            "POST", "/api/v1/match", json={"text": text}, auth=("张三", "secret"), headers=asked
        ) as answer:
            lines = list(answer.iter_lines())
        assert lines[0].startswith('{"done": ')
        assert "X-Accel-Buffering" not in answer.headers  # nginx took it as meant for itself

    def test_plain_http_leads_to_tls(self, site: Site) -> None:
        answer = httpx2.get(f"http://127.0.0.1:{site.http_port}/match?x=1", trust_env=False)
        assert (answer.status_code, answer.headers["Location"]) == (301, "https://dafu.example.cn/match?x=1")
        evil = httpx2.get(f"http://127.0.0.1:{site.http_port}/match", trust_env=False, headers={"Host": "evil.example"})
        assert evil.headers["Location"] == "https://dafu.example.cn/match"

    def test_every_answer_says_once_that_the_site_is_on_tls(self, site: Site) -> None:
        for path, user in (("/", "张三"), ("/", ""), ("/static/style.css", "张三")):
            answer = site.behind.get(path, auth=(user, "secret") if user else None)
            assert answer.headers.get_list("Strict-Transport-Security") == ["max-age=31536000"], (path, user)

    def test_the_log_does_not_say_what_was_asked(self, site: Site) -> None:
        asked, source = "查询的秘密", f"{site.behind.base_url}?q={quote('来源的秘密')}"
        headers = {"Referer": source}
        for auth in (("张三", "secret"), None):
            site.behind.get("/", params={"q": asked}, auth=auth, headers=headers)
        site.behind.post("/match", content=b"x" * (12 << 20), auth=("张三", "secret"), params={"q": asked})  # too large
        httpx2.get(f"http://127.0.0.1:{site.http_port}/", params={"q": asked}, headers=headers, trust_env=False)
        log, errors = (path.read_text("utf-8") if path.exists() else "" for path in site.logs)
        assert [line.split(" ")[5] for line in log.splitlines()[-4:]] == ["200", "401", "413", "301"]
        for secret in ("秘密", quote("秘密"), quote("秘密").replace("%", "\\x"), "q="):
            assert secret not in log + errors

    def test_another_name_in_a_header_leads_nowhere(self, site: Site) -> None:
        answer = site.behind.get("/api/v1/search?q=食堂", auth=("张三", "secret"), headers={"Host": "evil.example"})
        assert (answer.status_code, answer.json()["type"]) == (421, "urn:dafu:problem:wrong-host")

    def test_who_asks_the_server_itself_without_headers_is_nobody(self, site: Site) -> None:
        assert site.direct.get("/api/v1/search?q=食堂").status_code == 401
