"""``baogao review``: the pages of a run written again, or served to people who correct it."""

import pytest
from starlette.testclient import TestClient

from baogao import serving
from baogao.cli import review
from baogao.errors import UsageError
from baogao.serving import Guard
from outputs.conftest import PLAIN_TEXT, disputed, failed, hostile, place, plain, queued, schema, texts  # noqa: F401
from review.window import Window, write_run


@pytest.fixture
def run(plain, failed, texts, tmp_path):  # noqa: F811
    """The folder of a run with a report and a failure."""
    return write_run(tmp_path / "run", [plain, failed], texts)


def test_the_page_says_what_people_said(run, capsys):
    """Without --serve the pages are written with people's corrections, and nothing is served."""
    Window(run).say("qinghe-2023", "exam_passed", "correct", [place(PLAIN_TEXT, "3场")])
    review.review(run)
    assert capsys.readouterr().out.split() == [str(run / "index.html"), str(run / "matrix.html")]
    assert '"who":"Li"' in (run / "index.html").read_text()
    assert (run / "matrix.html").exists()


def test_a_served_run_is_written_when_it_ends(run, capsys, monkeypatch):
    """The address is printed, then how many decisions were saved, and the pages are written anew."""
    seen = {}

    def serve(app, port, open_browser, on_ready):
        seen.update(port=port, open_browser=open_browser, page=TestClient(app).get("/").text)
        on_ready("http://127.0.0.1:50000/?token=x")
        Window(run).say("qinghe-2023", "exam_passed", "absent")

    monkeypatch.setattr(serving, "serve", serve)
    review.review(run, served=True, name=" Li ")
    printed = capsys.readouterr().out
    assert "review  http://127.0.0.1:50000/?token=x\n" in printed
    assert f"1 decisions saved in {run / 'reviews.jsonl'}\n{run / 'index.html'}\n" in printed
    assert '"name":"Li"' in seen["page"]
    assert seen["port"] is None or seen["port"] >= 49152
    assert '"who":"Li"' in (run / "index.html").read_text()


@pytest.mark.parametrize("given", [{"name": "Li"}, {"blind": True}, {"port": 8000}])
def test_what_goes_with_serve_only(run, given):
    """Options of the server without it are a mistake, and say so."""
    with pytest.raises(UsageError, match=f"--{next(iter(given))} goes with --serve only"):
        review.review(run, **given)


def test_nothing_without_the_token(run):
    """Who has the folder and the port, and not the token, sees nothing and saves nothing."""
    window = Window(run)
    client = TestClient(Guard(window.client.app, "secret", "baogao-1"), base_url="http://127.0.0.1:1")
    asked = window.asked("qinghe-2023", "exam_passed", "absent")
    for path in ("/", "/report?doc=qinghe-2023", "/changes"):
        assert client.get(path).status_code == 403
    assert client.post("/decisions", json={"who": "Li", "asked": [asked]}).status_code == 403
    client.cookies.set("baogao-1", "secret")
    elsewhere = {"Origin": "http://127.0.0.1:2"}
    assert client.post("/decisions", json={"who": "Li", "asked": [asked]}, headers=elsewhere).status_code == 403
    assert not (run / "reviews.jsonl").exists()
    assert client.post("/decisions", json={"who": "Li", "asked": [asked]}).status_code == 200
