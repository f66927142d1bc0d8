"""The way to a server: certificates, proxies, and what is said where it is not open."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from baogao.errors import BaogaoError, EndpointError, NoReplyError, UsageError
from baogao.llm import EndpointSettings, ModelClient, Question, load_settings
from baogao.llm.messages import Message
from baogao.llm.transport import proxies, proxy_of
from llm.certificates import make_authority, make_certificate, openssl, secured_server
from llm.fake_server import FakeServer, Step, completion, failure, fake_server

QUESTION = Question((Message("user", "多少？"),), max_tokens=50)
_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*_VARIABLES, *map(str.lower, _VARIABLES), "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def ask(url: str, **told: Any) -> str:
    """The reply to a question, asked once."""

    async def run() -> str:
        async with ModelClient(load_settings(base_url=url, model="small", max_attempts=1, **told)) as client:
            return (await client.ask(QUESTION)).text

    return asyncio.run(run())


def error_of(url: str, **told: Any) -> BaogaoError:
    """What asking comes to."""
    with pytest.raises(BaogaoError) as caught:
        ask(url, **told)
    return caught.value


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, and certificates that are good, expired and of another host."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificates, is not there")
    folder = tmp_path_factory.mktemp("certificates")
    make_authority(folder)
    make_certificate(folder, "good")
    make_certificate(folder, "expired", days=-1)
    make_certificate(folder, "another", "DNS:models.example")
    (folder / "hashed").mkdir()
    openssl(folder, "x509", "-in", "authority.pem", "-out", "hashed/one.pem")
    openssl(folder, "rehash", "hashed")
    return folder


def secured(certificates: Path, name: str) -> Any:
    """A server with a certificate."""
    return secured_server(lambda seen: completion("5"), certificates / f"{name}.pem")


def of(server: FakeServer) -> str:
    """The server's URL, as it should be asked."""
    return server.url.replace("http:", "https:")


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "ca_file"])
def test_an_authority_of_ones_own(certificates: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A private authority is trusted on loopback, too, by each way to name it."""
    told: dict[str, Any] = {}
    if name == "ca_file":
        told["ca_file"] = certificates / "authority.pem"
    else:
        monkeypatch.setenv(name, str(certificates / ("hashed" if name == "SSL_CERT_DIR" else "authority.pem")))
    with secured(certificates, "good") as server:
        assert ask(of(server), **told) == "5"


def test_an_authority_that_nobody_knows(certificates: Path) -> None:
    """The error says what to set, and no question is sent."""
    with secured(certificates, "good") as server:
        error = error_of(of(server))
        assert isinstance(error, EndpointError)
        assert "signed by nobody that is trusted here" in str(error)
        assert "with ca_file in [endpoint] or SSL_CERT_FILE" in str(error)
        assert f"{of(server)}/chat/completions" in str(error)
        assert not server.seen


@pytest.mark.parametrize(
    ("certificate", "words"),
    [("expired", "is not valid today (certificate has expired)"), ("another", "is not for this host (IP address mis")],
)
def test_a_certificate_that_does_not_hold(certificates: Path, certificate: str, words: str) -> None:
    """One that has expired or names another host is said to be so; no file of authorities helps."""
    with secured(certificates, certificate) as server:
        error = error_of(of(server), ca_file=certificates / "authority.pem")
    assert isinstance(error, EndpointError)
    assert words in str(error)
    assert "no ca_file mends that" in str(error)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "ca_file"])
def test_certificates_that_are_not_there(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A file or folder that is missing is one line that names who wanted it."""
    told = {"ca_file": Path("nowhere.pem")} if name == "ca_file" else {}
    if not told:
        monkeypatch.setenv(name, "nowhere")
    with pytest.raises(UsageError, match=rf"{name}: (cannot read nowhere: No such|there is no such file)"):
        ask("https://127.0.0.1:1/v1", **told)


def test_a_file_that_holds_no_certificate(tmp_path: Path) -> None:
    """The name of another file, such as the key's, is one line."""
    (tmp_path / "a.pem").write_text("no certificate", encoding="utf-8")
    with pytest.raises(UsageError, match=r"ca_file: .*a\.pem holds no certificate in PEM"):
        ask("https://127.0.0.1:1/v1", ca_file=tmp_path / "a.pem")


def test_each_protocol_spoken_to_the_other(certificates: Path) -> None:
    """A scheme that is the wrong one is said, or guessed at where a server only hangs up."""
    with fake_server([completion("5")]) as server:
        error = error_of(of(server))
        assert isinstance(error, EndpointError)
        assert "it does not speak TLS: http:// instead of https://" in str(error)
    with secured(certificates, "good") as server:
        assert "https://" in str(error_of(server.url))
    asked = Step("Client sent an HTTP request to an HTTPS server.", 400)
    with fake_server([asked]) as server:
        error = error_of(server.url)
        assert isinstance(error, EndpointError)
        assert "it speaks TLS: https:// instead of http:// perhaps" in str(error)


@contextmanager
def proxy(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Something on loopback that answers whatever comes with the same; its place, and what came."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    seen.append(connection.recv(65536))
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", seen
        listening.shutdown(socket.SHUT_RDWR)


def http(status: str, body: bytes = b"") -> bytes:
    """An answer."""
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body


REFUSALS = [
    ("http", "407 Proxy Authentication Required", EndpointError, "wants a user and a password"),
    ("https", "407 Proxy Authentication Required", EndpointError, "wants a user and a password"),
    ("https", "403 Forbidden", EndpointError, "refuses to connect to it (403 Forbidden); NO_PROXY names"),
    ("http", "403 Forbidden", EndpointError, "refuses access (403)"),
    ("https", "503 Busy", NoReplyError, "broke: 503 Busy"),
    ("http", "502 Bad Gateway", NoReplyError, "says 502"),
]


@pytest.mark.parametrize(("scheme", "status", "kind", "words"), REFUSALS)
def test_a_proxy_that_refuses(
    monkeypatch: pytest.MonkeyPatch, scheme: str, status: str, kind: type[BaogaoError], words: str
) -> None:
    """It is named, without its password, and so is what would help."""
    with proxy(http(status)) as (place, seen):
        monkeypatch.setenv(f"{scheme}_proxy", f"http://user:secret-of-mine@{place}")
        error = error_of(f"{scheme}://models.example/v1")
        assert len(seen) == 1
    assert type(error) is kind
    assert words in str(error)
    assert f"{scheme}://models.example/v1/chat/completions (through the proxy http://{place})" in str(error)
    assert "secret-of-mine" not in str(error)


def test_what_is_no_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that speaks another protocol, and nothing at all."""
    with proxy(b"SSH-2.0-OpenSSH_9.2\r\n") as (place, _):
        monkeypatch.setenv("ALL_PROXY", place)
        for scheme in ("http", "https"):
            assert f"(through the proxy http://{place}) broke" in str(error_of(f"{scheme}://models.example/v1"))
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    error = error_of("https://models.example/v1")
    place = "https://models.example/v1/chat/completions (through the proxy http://127.0.0.1:1)"
    assert f"no model server answers at {place}" in str(error)
    assert "nothing listens there" in str(error)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_that_carries(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Each spelling of each variable is heard; user and password go to the proxy, and to nobody else."""
    body = completion("5").data()
    with proxy(http("200 OK", body)) as (place, seen):
        monkeypatch.setenv(variable, f"user:of%20mine@{place}")
        assert ask("http://models.example/v1") == "5"
    assert seen[0].startswith(b"POST http://models.example/v1/chat/completions HTTP/1.1")
    assert b"dXNlcjpvZiBtaW5l" in seen[0]  # user:of mine


BYPASSED = [
    ("models.example", True),
    (".example", True),
    ("example", True),
    ("other.example", False),
    ("dels.example", False),
    ("models.example:8000", True),
    ("models.example:9000", False),
    ("a, *", True),
    ("", False),
]


@pytest.mark.parametrize(("named", "bypassed"), BYPASSED)
def test_hosts_that_are_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch, named: str, bypassed: bool) -> None:
    """``NO_PROXY`` names hosts, ends of names, and ports."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", named)
    assert (proxy_of(load_settings(base_url="http://models.example:8000/v1")) is None) is bypassed


@pytest.mark.parametrize(("named", "bypassed"), [("10.0.0.0/8", True), ("10.1.2.3", True), ("10.2.0.0/16", False)])
def test_addresses_that_are_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch, named: str, bypassed: bool) -> None:
    """``NO_PROXY`` names addresses and networks, too."""
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", f"localhost, {named}")
    assert (proxy_of(load_settings(base_url="http://10.1.2.3/v1")) is None) is bypassed


def test_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy reaches loopback; not even one that cannot be used matters there."""
    monkeypatch.setenv("ALL_PROXY", "ftp://proxy.example")
    with fake_server([completion("5")]) as server:
        assert ask(server.url) == "5"


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_socks_wants_an_extra(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """Where the package is not there, the line names the proxy and what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://user:secret-of-mine@proxy.example:1080")
    words = rf"ALL_PROXY, the proxy {scheme}://proxy.example:1080, needs socksio: pip install 'baogao\[socks\]'"
    with pytest.raises(UsageError, match=words) as caught:
        ask("https://models.example/v1")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_a_socks_proxy(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """With the extra a question goes through, to a host that only the proxy knows; one that refuses is named."""
    pytest.importorskip("socksio")
    seen: list[bytes] = []
    refuses = False

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(100)
                    connection.sendall(b"\x05\x00")
                    seen.append(connection.recv(100))
                    connection.sendall(
                        b"\x05" + (b"\x02" if refuses else b"\x00") + b"\x00\x01\x7f\x00\x00\x01\x00\x50"
                    )
                    if not refuses:
                        connection.recv(65536)
                        connection.sendall(http("200 OK", completion("5").data()))

        threading.Thread(target=serve, daemon=True).start()
        place = f"127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://{place}")
        assert ask("http://models.example/v1") == "5"
        assert b"models.example" in seen[0]
        refuses = True
        error = error_of("http://models.example/v1")
        assert isinstance(error, EndpointError)
        assert f"the proxy {scheme}://{place} refuses to connect to it" in str(error)
        listening.shutdown(socket.SHUT_RDWR)


def test_proxies_as_they_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """User and password are kept apart from what is shown."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:of-mine@proxy.example:3128/")
    found = proxies()["https"]
    assert (found.shown, found.login) == ("http://proxy.example:3128", "me:of-mine")
    assert found.url == "http://me:of-mine@proxy.example:3128"


ADDRESSES = [
    (Step("404 page not found", 404), "/api", "says 404: 404 page not found; is the URL right? Ollama answers"),
    (
        Step("<html>404 Not Found</html>", 404),
        "",
        "says 404: 404 Not Found; is the URL right? It mostly ends in /v1: http",
    ),
    (Step({"detail": "Not Found"}, 404), "/v2", "/v2/chat/completions says 404: "),
    (failure(405, "Method Not Allowed"), "/v1", "says 405: Method Not Allowed; is the URL right?"),
    (
        Step("", 302, {"location": "https://sso.example/login?key=1"}),
        "/v1",
        "it leads to https://sso.example/login; is",
    ),
]


@pytest.mark.parametrize(("step", "path", "words"), ADDRESSES)
def test_another_address_than_that_of_the_api(step: Step, path: str, words: str) -> None:
    """The line names the whole URL that was asked, and where the API may be; it is asked once."""
    with fake_server(lambda seen: step) as server:
        url = server.url.removesuffix("/v1") + path
        error = error_of(url)
        assert len(server.seen) == 1
    assert isinstance(error, EndpointError)
    assert words in str(error)
    assert f"{url}/chat/completions" in str(error)


def test_a_host_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that nobody knows is said to be one."""
    failing = socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def unknown(*_: Any, **__: Any) -> Any:
        raise failing

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = error_of("http://no-such-host.example/v1")
    assert isinstance(error, EndpointError)
    assert "there is no host of that name, or no network" in str(error)


def test_settings_of_a_plain_server_trust_nobody() -> None:
    """Without TLS no authorities are loaded, which takes longer than all else; a redirect to https trusts none."""
    client = ModelClient(EndpointSettings(base_url="http://127.0.0.1:1/v1", model="small"))
    pool = client._sdk._api._client._transport._pool  # type: ignore[attr-defined]
    assert pool._ssl_context.get_ca_certs() == []
    assert pool._ssl_context.check_hostname
