"""Runs in the browser: a list, their reports, and nothing else of the disk."""

import asyncio
import os
import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

pytest.importorskip("uvicorn", reason="needs the extra review")

from baogao.errors import UsageError
from baogao.evaluation.browsing import runs_app
from baogao.evaluation.report import build_report, write_report
from baogao.serving import Service
from evaluation.run_fixtures import make_dataset, make_run, perfect_records


class TestedApp:
    """An application without a server."""

    __test__ = False

    def __init__(self, app):
        self.app = app

    def get(self, path):
        """The body of an answer."""
        parts = []

        async def send(message):
            parts.append(message.get("body", b""))

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "root_path": ""}
        asyncio.run(self.app(scope, None, send))
        return b"".join(parts).decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, small):
    """A folder with a run that has a report, one that has none, one that is broken; and a secret beside it."""
    root = tmp_path_factory.mktemp("root")
    gold = make_dataset(root, small)
    records = perfect_records(gold, small)
    runs = root / "runs"
    one = make_run(runs / "an older one" / "一", gold, small, rules=records)
    write_report(build_report(one), one)
    make_run(runs / "b", gold, small, rules=records)
    (runs / "broken").mkdir()
    (runs / "broken" / "run.json").write_text('{"<script>": 1}')
    (root / "secret.txt").write_text("secret")
    if hasattr(os, "symlink"):
        (runs / "b" / "report.md").symlink_to(root / "secret.txt")
    return runs


@pytest.fixture(scope="module")
def asked(folder):
    """A function from a path to the answer, with the cookie of who has the address."""
    service = Service(runs_app(folder))
    thread = threading.Thread(target=service.run)
    thread.start()

    def get(path, cookie=None):
        connection = HTTPConnection("127.0.0.1", service.port, timeout=10)
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    mine = get(f"/?{urlsplit(service.address).query}").headers["Set-Cookie"].split(";")[0]
    yield lambda path: get(path, mine)
    service.stop()
    thread.join(10)


def test_the_list_leads_to_reports(asked, folder):
    """Every run is there, in words that cannot be markup; those with a report have a link that works."""
    page = asked("/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.text.count("<a href=") == 1
    assert "Runs that cannot be read" in page.text
    assert page.text.count("<script") == 2  # the page's own: its languages, and the switch
    link = page.text.split('<a href="')[1].split('"')[0]
    report = asked(f"/{link}")
    assert (report.status, report.text) == (200, (folder / "an older one" / "一" / "report.html").read_text("utf-8"))


@pytest.mark.parametrize(("name", "kind"), [("summary.json", "application/json"), ("run.json", "application/json")])
def test_other_files_of_a_run(asked, folder, name, kind):
    """What is listed can be seen as it is."""
    answer = asked(f"/runs/b/{name}")
    assert (answer.text, answer.headers["Content-Type"].split(";")[0]) == (
        (folder / "b" / name).read_text("utf-8"),
        kind,
    )


@pytest.mark.parametrize(
    "path",
    [
        "/runs/b/scores.jsonl",
        "/runs/b/records/rules.jsonl",
        "/runs/none/report.html",
        "/runs/../secret.txt",
        "/runs/b/../../secret.txt",
        "/runs/..%2f..%2fsecret.txt",
        "/runs/b/..%2f..%2f..%2fsecret.txt",
        "/runs/b/%2e%2e/%2e%2e/secret.txt",
        "/runs/b/report.md",
        "/secret.txt",
        "//etc/passwd",
        "/runs//etc/passwd",
        "/runs/b%00/run.json",
    ],
)
def test_nothing_else_can_be_seen(asked, path):
    """No file that is not listed, no way out of the folder: by dots, by escapes, by a link."""
    answer = asked(path)
    assert answer.status == 404
    assert "secret" not in answer.text


def test_a_folder_that_is_itself_a_run(folder):
    """Its report has an address that no browser takes for a step up."""
    run = folder / "an older one" / "一"
    page = TestedApp(runs_app(run))
    assert page.get("/").count('href="runs/this-folder/report.html"') == 1
    assert page.get("/runs/this-folder/run.json") == (run / "run.json").read_text("utf-8")


def test_no_folder_no_pages(folder, monkeypatch):
    """It is said before anything is served; and what to install."""
    with pytest.raises(UsageError, match="there is no folder"):
        runs_app(folder / "none")
    monkeypatch.setattr("baogao.serving.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"baogao\[review\]"):
        runs_app(folder)
