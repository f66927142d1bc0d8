"""Pages served on this machine: who is let in, what answers carry, how it starts and ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

pytest.importorskip("uvicorn", reason="needs the extra review")

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from baogao import serving
from baogao.errors import UsageError
from baogao.serving import Service, serve


async def show(request):
    """Say where one is; one path has its own header."""
    headers = {"Cache-Control": "max-age=60"} if request.url.path == "/kept" else {}
    return JSONResponse({"path": request.url.path, "query": request.url.query}, headers=headers)


async def take(request):
    """Take what is sent."""
    return PlainTextResponse(f"took {len(await request.body())}")


APP = Starlette(routes=[Route("/take", take, methods=["POST"]), Route("/{path:path}", show)])


@contextmanager
def running(**settings):
    """A service that answers meanwhile."""
    service = Service(APP, **settings)
    thread = threading.Thread(target=service.run)
    thread.start()
    try:
        yield service
    finally:
        service.stop()
        thread.join(10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def service():
    """One service for the tests that only ask it."""
    with running() as one:
        yield one


def ask(service, path="/", method="GET", body=None, **headers):
    """The answer to one request, no redirect followed."""
    connection = HTTPConnection("127.0.0.1", service.port, timeout=10)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    connection.close()
    return answer


def token(service):
    """The token of a service."""
    return urlsplit(service.address).query


def cookie(service):
    """What a browser sends after the first request."""
    return ask(service, f"/?{token(service)}").headers["Set-Cookie"].split(";")[0]


def test_the_address_leads_to_the_page_without_the_token(service):
    """The first request gets a cookie that scripts and other sites cannot use, and the address loses its token."""
    answer = ask(service, f"/runs/a%20b?x=1&{token(service)}")
    assert (answer.status, answer.headers["Location"]) == (303, "/runs/a%20b?x=1")
    flags = answer.headers["Set-Cookie"].split("; ")[1:]
    assert flags == ["Path=/", "HttpOnly", "SameSite=Strict"]
    opened = ask(service, "/runs/a%20b?x=1", Cookie=cookie(service))
    assert (opened.status, json.loads(opened.text)) == (200, {"path": "/runs/a b", "query": "x=1"})


def test_a_browser_gets_through_in_one_step(service):
    """Whoever keeps cookies and follows redirects, as browsers do, sees the page."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    assert json.load(opener.open(service.address))["path"] == "/"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/?token=", {}),
        ("/?token=wrong", {}),
        ("/", {"Cookie": "baogao=wrong"}),
        ("/", {"Cookie": "a\x01b=c; \xe9"}),
        ("/?token=%ff%00%e4%b8%ad", {}),
    ],
)
def test_nobody_gets_in_without_the_token(service, path, headers):
    """No token, a wrong one or a broken cookie is refused in words."""
    answer = ask(service, path, **headers)
    assert (answer.status, answer.headers["Set-Cookie"]) == (403, None)
    assert "the whole address" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "192.168.0.1", "", "[", "0.0.0.0"])
def test_another_host_name_is_refused_even_with_the_token(service, host):
    """A name whose DNS was bent to this machine does not get its pages."""
    answer = ask(service, f"/?{token(service)}", Host=host)
    assert (answer.status, answer.headers["Set-Cookie"]) == (403, None)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9000", "127.0.0.1:9000", "[::1]:7"])
def test_loopback_names_are_this_machine_through_a_tunnel_too(service, host):
    """Whatever the port of a tunnel, a loopback name is good."""
    assert ask(service, "/", Host=host, Cookie=cookie(service)).status == 200


def test_other_pages_of_this_machine_change_nothing(service):
    """A page of another port has the cookie, but not the origin; our own page and a script have what they need."""
    mine = cookie(service)
    origin = f"http://127.0.0.1:{service.port}"
    assert ask(service, "/take", "POST", "abc", Cookie=mine, Origin=origin).text == "took 3"
    assert ask(service, "/take", "POST", "abc", Cookie=mine).text == "took 3"
    for other in ("http://127.0.0.1:1", "http://evil.example", "null", "http://[", ""):
        assert ask(service, "/take", "POST", "abc", Cookie=mine, Origin=other).status == 403


def test_answers_cannot_be_framed_sniffed_or_kept(service):
    """Every answer carries the headers, a refusal too; an application's own words stand."""
    for answer in (ask(service, "/", Cookie=cookie(service)), ask(service, "/")):
        assert {name: answer.headers[name] for name in serving.HEADERS} == serving.HEADERS
        assert answer.headers["Server"] is None
    assert ask(service, "/kept", Cookie=cookie(service)).headers.get_all("Cache-Control") == ["max-age=60"]


def test_the_redirect_stays_here(service):
    """A path that reads like another host leads nowhere else."""
    answer = ask(service, f"//evil.example/?{token(service)}")
    assert answer.headers["Location"] == "/evil.example/"


def test_every_start_has_its_own_token(service):
    """The token of one service does not open another, nor do their cookies meet."""
    with running() as other:
        assert token(other) != token(service)
        assert ask(other, f"/?{token(service)}").status == 403
        assert ask(other, "/", Cookie=cookie(service)).status == 403


def test_a_port_in_use_is_said():
    """A taken port is an error in words, and names what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is in use; name another"):
            serve(APP, port=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_only_loopback_is_served(host):
    """An address that others could reach is refused before anything listens."""
    with pytest.raises(UsageError, match="this machine only"):
        serve(APP, host=host)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist_is_said(port):
    """A number that is no port is an error in words."""
    with pytest.raises(UsageError, match="there is no port"):
        serve(APP, port=port)


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    """Without uvicorn or starlette the error names the extra."""
    monkeypatch.setattr(serving, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'baogao\[review\]'"):
        serve(APP)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process")
def test_ctrl_c_ends_it_quietly():
    """Ctrl-C ends the program without a word, and with what comes after."""
    program = (
        "from starlette.applications import Starlette; from baogao.serving import serve\n"
        "serve(Starlette(), on_ready=lambda address: print(address, flush=True)); print('ended')"
    )
    where = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", program], stdout=-1, stderr=-1, text=True, env=where)
    address = process.stdout.readline().strip()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(address)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "ended\n", "")
