"""Result lines of several services, the store of replies, and request files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baogao.batch.folder import BatchFolder, Limits, RequestFiles
from baogao.batch.results import Replies, read_result
from baogao.errors import UsageError

BODY = {"model": "small", "messages": [{"role": "user", "content": "多少？"}], "max_tokens": 9}
REPLY = {"choices": [{"message": {"content": "三件"}}]}


def line(custom_id="k1", **more):
    """A result as a service writes it."""
    response = {"status_code": 200, "request_id": "r", "body": REPLY}
    return json.dumps({"id": "b1", "custom_id": custom_id, "response": response, "error": None, **more}).encode()


def failed(line_id, words="busy"):
    """The result of an attempt that failed."""
    return line(id=line_id, response=None, error={"code": 500, "message": words})


FAILURES = {
    "OpenAI, expired": ({"response": None, "error": {"code": "batch_expired", "message": "late"}}, None, "late"),
    "OpenAI, refused": ({"response": {"status_code": 429, "body": {"error": {"message": "slow"}}}}, 429, "slow"),
    "vLLM": (
        {"response": {"status_code": 400, "request_id": "r"}, "error": {"error": {"message": "long", "code": 400}}},
        400,
        "400: long",
    ),
    "200 with an error": ({"response": {"status_code": 200, "body": None}, "error": "no such url"}, None, "no such"),
    "200 without a body": ({"response": {"status_code": 200, "body": None}}, None, "no reply and no reason"),
}


@pytest.mark.parametrize(("said", "status", "words"), FAILURES.values(), ids=FAILURES)
def test_failures(said, status, words):
    """However a service words it, a failure keeps its status and its reason, and has a body to be read."""
    result = read_result(line(**said))
    assert not result.good
    assert result.status == status
    assert words in result.words
    assert isinstance(result.body, dict)


def test_good_result():
    """A reply comes through as it is, also through a file of ours."""
    result = read_result(line())
    assert result.good
    assert result.body == REPLY
    assert read_result(result.to_line()) == result


@pytest.mark.parametrize(
    "junk",
    [b"", b"{", b"[]", b"3", b"\xff\xfe", b'{"custom_id": 3, "response": {"status_code": 200}}', b'{"custom_id": "k"}'],
)
def test_no_result(junk):
    """What is no result is told from one, never an exception."""
    assert read_result(junk) is None


def test_escapes_of_a_service_are_no_commands():
    """Words that end in a terminal are printable."""
    assert read_result(failed("b1", "\x1b[31mred\n\u202e")).words == "500: [31mred"


@pytest.fixture
def store(tmp_path):
    """A store of replies, opened anew at every call."""
    return lambda: Replies(tmp_path / "replies")


def take(replies, tmp_path, *lines):
    """Let the store take a file."""
    path = tmp_path / "results.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return replies.take([path], lambda custom_id: custom_id.startswith("k"))


def test_store_outlives_the_process(store, tmp_path):
    """What was taken once is there when the folder is opened again; a good reply is the last word."""
    taken = take(store(), tmp_path, failed("b1"), line("k2"), line("other"))
    assert (taken.good, taken.failed, taken.strange) == (1, 1, 1)
    assert store().get("k1").words == "500: busy"
    assert take(store(), tmp_path, failed("b2"), line("k1")).good == 1
    found = store()
    assert found.get("k1").body == REPLY
    assert found.get("k2").good
    assert found.failures("k1") == 2
    assert found.state == (2, 2)
    assert found.get("k3") is None


def test_the_same_again(store, tmp_path):
    """A file that is given twice changes nothing; the first of two replies counts."""
    take(store(), tmp_path, failed("b1"), line("k2"))
    other = line("k2", response={"status_code": 200, "body": {"choices": []}})
    assert take(store(), tmp_path, failed("b1"), line("k2"), other).again == 3
    assert store().failures("k1") == 1
    assert store().get("k2").body == REPLY


def test_interrupted_taking(store, tmp_path):
    """A file that was being written when the process was killed is not taken for a whole one."""
    take(store(), tmp_path, line("k1"))
    (tmp_path / "replies" / "0002.part").write_bytes(line("k2")[:30])
    assert store().get("k2") is None
    assert take(store(), tmp_path, line("k2")).good == 1
    assert store().get("k2").good


def test_requests_are_written_once(tmp_path):
    """The same question of two documents is one request; earlier rounds are counted, not written again."""
    with RequestFiles(tmp_path) as files:
        files.add("k1", BODY)
        files.add("k1", BODY)
    (path,) = files.written
    assert path.name == "requests-1-001.jsonl"
    (written,) = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(written) == {"custom_id": "k1", "method": "POST", "url": "/v1/chat/completions", "body": BODY}
    with RequestFiles(tmp_path) as files:
        assert files.asked("k1") == 1
        assert not files.is_new("k1")
        files.add("k2", BODY)
        assert files.is_new("k2")
    assert [path.name for path in files.written] == ["requests-2-001.jsonl"]
    assert files.completion_tokens == 9


def test_bytes_of_a_file(tmp_path):
    """No file is larger than the limit; a request that fits into none is an error."""
    size = len(json.dumps({"custom_id": "k1", "method": "POST", "url": "/v1/chat/completions", "body": BODY}))
    with RequestFiles(tmp_path, Limits(bytes=2 * size)) as files:
        for number in range(5):
            files.add(f"k{number}", BODY)
    assert len(files.written) == 3
    assert all(path.stat().st_size <= 2 * size for path in files.written)
    with pytest.raises(UsageError, match="larger than a file may be"), RequestFiles(tmp_path, Limits(bytes=9)) as files:
        files.add("k9", BODY)


def test_interrupted_round(tmp_path):
    """A round that was not finished leaves no files."""

    def interrupted():
        with RequestFiles(tmp_path) as files:
            files.add("k1", BODY)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_two_at_once(tmp_path):
    """A batch's folder is one process's at a time."""
    with BatchFolder(tmp_path), pytest.raises(UsageError, match="another baogao"), BatchFolder(tmp_path):
        pass


def test_damaged_request_file(tmp_path):
    """A request file that was edited is named."""
    Path(tmp_path / "requests-1-001.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not as it was written"):
        RequestFiles(tmp_path)
