"""Result lines of several services, and the store of replies."""

from __future__ import annotations

import json

import pytest

from baogao.batch.results import Replies, read_result

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
    [
        *(b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 100_000),
        b'{"custom_id": 3, "response": {"status_code": 200}}',
        b'{"custom_id": "k"}',
        *(b'{"custom_id": "k", "response": {"status_code": %s}}' % said for said in (b"Infinity", b"NaN", b"9" * 5000)),
    ],
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


def test_files_that_are_not_the_store_s_own(tmp_path):
    """A result file that somebody laid beside the replies is neither read nor counted."""
    store = tmp_path / "replies"
    store.mkdir()
    for name in ("results.jsonl", "1-old.jsonl", "²1.jsonl", "0001.part"):
        (store / name).write_bytes(line() + b"\n")
    (tmp_path / "in.jsonl").write_bytes(line("k2") + b"\n")
    replies = Replies(store)
    assert replies.get("k1") is None
    assert replies.take([tmp_path / "in.jsonl"], lambda custom_id: True).good == 1
    assert (store / "0001.jsonl").is_file()
    assert Replies(store).get("k2") is not None


def test_nothing_kept_leaves_no_file(tmp_path):
    """Where no line is of this batch, or all were known, the store is as it was."""
    (tmp_path / "in.jsonl").write_bytes(line() + b"\n")
    replies = Replies(tmp_path / "replies")
    assert replies.take([tmp_path / "in.jsonl"], lambda custom_id: False).strange == 1
    assert list(replies.folder.iterdir()) == []
    replies.take([tmp_path / "in.jsonl"], lambda custom_id: True)
    assert replies.take([tmp_path / "in.jsonl"], lambda custom_id: True).again == 1
    assert [path.name for path in replies.folder.iterdir()] == ["0001.jsonl"]
