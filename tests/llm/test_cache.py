"""Replies kept on disk."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tracemalloc
import zlib
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.llm.cache import ReplyCache, cache_clear, cache_key, cache_stats
from baogao.llm.messages import Message, Payload, Question, Reply, TokenLogprob

REPLY = Reply("12件", "stop", 10, 3, logprobs=(TokenLogprob("12", -0.5),))
BASE = Question((Message("user", "甲"),), 10)


def keyed(question: Question, model: str = "small") -> str:
    """The key of a question."""
    return cache_key("local", {"model": model, **question.payload()})


def test_kept(tmp_path: Path) -> None:
    """A reply comes back as it was, marked."""
    cache = ReplyCache(tmp_path)
    assert cache.get("a") is None
    cache.put("a", REPLY)
    assert cache.get("a") == Reply("12件", "stop", 10, 3, cached=True, logprobs=REPLY.logprobs)


def test_kept_for_the_next_run(tmp_path: Path) -> None:
    """Another process finds what this one kept."""
    first = ReplyCache(tmp_path)
    first.put("a", REPLY)
    first.close()
    second = ReplyCache(tmp_path).get("a")
    assert second is not None
    assert second.text == "12件"


def test_everything_that_matters_is_in_the_key() -> None:
    """Any change to what is asked, of whom, changes the key."""
    questions = [
        BASE,
        Question((Message("user", "乙"),), 10),
        Question((Message("system", "甲"),), 10),
        Question((Message("user", "甲"), Message("user", "甲")), 10),
        Question(BASE.messages, 11),
        Question(BASE.messages, 10, temperature=0.1),
        Question(BASE.messages, 10, logprobs=True),
    ]
    keys = {keyed(question) for question in questions} | {keyed(BASE, "large"), cache_key("https://a", BASE.payload())}
    assert len(keys) == len(questions) + 2


def test_what_does_not_matter_is_not_in_the_key() -> None:
    """Neither the purpose nor the order of keys makes another question."""
    assert keyed(Question(BASE.messages, 10, purpose="passage 3")) == keyed(BASE)
    payload: Payload = {"a": 1, "b": 2}
    assert cache_key("local", payload) == cache_key("local", dict(reversed(payload.items())))


def damage(folder: Path) -> None:
    """Break the database of a cache that holds something."""
    cache = ReplyCache(folder)
    cache.put("a", REPLY)
    cache.close()
    for file in folder.glob("cache.db*"):
        file.write_bytes(b"this is no database" * 500)


def test_damaged_cache_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A damaged cache is said once and moved out of the way; what is kept from then on is found by the next run."""
    place = tmp_path / "replies"
    damage(place)
    cache = ReplyCache(place)
    assert cache.get("a") is None
    cache.put("a", REPLY)
    assert cache.get("a") is not None
    cache.close()
    assert cache.damage is not None
    assert f"set aside as {tmp_path / 'replies.damaged-1'}, and a new one is begun" in cache.damage
    assert len(caplog.records) == 1
    assert (tmp_path / "replies.damaged-1" / "cache.db").read_bytes().startswith(b"this is no database")
    again = ReplyCache(place)
    assert (again.get("a") is not None, again.damage) == (True, None)


def test_damage_in_use(tmp_path: Path) -> None:
    """Damage that shows only while runs use the cache costs them nothing but what was kept; two runs mend it once."""
    place = tmp_path / "replies"
    first, second = ReplyCache(place), ReplyCache(place)
    first.put("a", REPLY)
    for cache in (first, second):
        cache.close()
    with sqlite3.connect(place / "cache.db") as database:
        database.execute("DROP TABLE Cache")
    for cache in (first, second):
        cache.put("b", REPLY)
        assert cache.get("b") is not None
    assert [path.name for path in tmp_path.glob("*.damaged-*")] == ["replies.damaged-1"]


@given(st.integers(0, 100), st.binary(min_size=1, max_size=64))
@settings(max_examples=20, deadline=None)
def test_damage_anywhere(tmp_path_factory: pytest.TempPathFactory, percent: int, junk: bytes) -> None:
    """Whatever is written over any part of the database, no wrong reply comes out and new ones are kept."""
    place = tmp_path_factory.mktemp("cache") / "replies"
    cache = ReplyCache(place)
    for number in range(30):
        cache.put(f"k{number}", REPLY)
    cache.close()
    content = bytearray((place / "cache.db").read_bytes())
    at = percent * (len(content) - 1) // 100
    content[at : at + len(junk)] = junk
    (place / "cache.db").write_bytes(content)
    mended = ReplyCache(place)
    for number in range(30):
        reply = mended.get(f"k{number}")
        assert reply is None or (reply.text, reply.prompt_tokens) == (REPLY.text, REPLY.prompt_tokens)
    mended.put("new", REPLY)
    assert mended.get("new") is not None
    mended.close()


def test_damaged_entry_is_forgotten(tmp_path: Path) -> None:
    """An entry that is not what we wrote does not get out, and the others stay."""
    cache = ReplyCache(tmp_path)
    cache.put("a", REPLY)
    cache.put("b", REPLY)
    cache.close()
    with sqlite3.connect(tmp_path / "cache.db") as database:
        database.execute("UPDATE Cache SET value = ? WHERE rowid = 1", (b"no zlib",))
    cache = ReplyCache(tmp_path)
    assert cache.get("a") is None
    assert cache.damage is not None
    assert "is damaged" in cache.damage
    assert cache.get("b") is not None
    cache.put("a", REPLY)
    assert cache.get("a") is not None


def test_cleared_in_use(tmp_path: Path) -> None:
    """A cache that somebody clears while a run uses it is begun anew by the run."""
    place = tmp_path / "replies"
    cache = ReplyCache(place)
    cache.put("a", REPLY)
    cache_clear(place)
    cache.put("b", REPLY)
    assert ReplyCache(place).get("b") is not None


def test_two_processes_share_a_cache(tmp_path: Path) -> None:
    """Two runs that write at the same time lose nothing and break nothing."""
    script = (
        "import sys; from pathlib import Path; from baogao.llm.cache import ReplyCache;"
        "from baogao.llm.messages import Reply; cache = ReplyCache(Path(sys.argv[1]));"
        "[cache.put(f'{sys.argv[2]}{n}', Reply('好', 'stop', 1, 1)) for n in range(40)]; assert cache.damage is None"
    )
    runs = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "replies"), name]) for name in "xy"]
    assert [run.wait(120) for run in runs] == [0, 0]
    assert cache_stats(tmp_path / "replies").replies == 80


def test_a_full_disk_is_no_damage(tmp_path: Path) -> None:
    """A reply that finds no room is not kept; it is said, nothing is set aside, and what was kept is still there."""
    place = tmp_path / "replies"
    cache = ReplyCache(place)
    cache.put("a", REPLY)

    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    cache._store.set = full
    cache.put("b", REPLY)
    assert cache.damage is not None
    assert "disk is full" in cache.damage
    assert cache.get("a") is not None
    assert list(tmp_path.iterdir()) == [place]


def test_folder_that_cannot_be(tmp_path: Path) -> None:
    """A cache that cannot be opened is reported, not raised."""
    (tmp_path / "file").write_text("")
    cache = ReplyCache(tmp_path / "file" / "replies")
    assert cache.get("a") is None
    assert cache.damage is not None


def test_stats_and_clear(tmp_path: Path) -> None:
    """Stats count, clear removes; an absent cache is an empty one."""
    place = tmp_path / "replies"
    assert cache_stats(place).replies == 0
    assert cache_clear(place) == 0
    cache = ReplyCache(place)
    cache.put("a", REPLY)
    cache.put("b", REPLY)
    cache.close()
    stats = cache_stats(place)
    assert (stats.directory, stats.replies) == (place, 2)
    assert stats.bytes > 0
    assert cache_clear(place) > 0
    assert not place.exists()


def test_stats_and_clear_of_a_damaged_cache(tmp_path: Path) -> None:
    """Stats say what is wrong; clear makes it good."""
    place = tmp_path / "replies"
    damage(place)
    with pytest.raises(UsageError, match="cannot be used"):
        cache_stats(place)
    assert ReplyCache(place).damage is not None
    assert (tmp_path / "replies.damaged-1").exists()
    assert cache_clear(place) > 0
    assert cache_stats(place).replies == 0
    assert not (tmp_path / "replies.damaged-1").exists()


def test_clear_removes_nothing_else(tmp_path: Path) -> None:
    """A folder that is no cache is left alone."""
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(UsageError, match="does not look like a reply cache"):
        cache_clear(tmp_path)
    assert (tmp_path / "thesis.docx").exists()


KEPT = asdict(REPLY)
DEEP = "[" * 100_000
OTHER_SHAPES = [
    "text", [], [1], 5, 1.5, True, None, {}, {"text": "12件"},
    KEPT | {"more": 1}, KEPT | {"text": 5}, KEPT | {"text": None}, KEPT | {"prompt_tokens": "10"},
    KEPT | {"prompt_tokens": -1}, KEPT | {"completion_tokens": 10**4000}, KEPT | {"cached": "yes"},
    *(KEPT | {"logprobs": said} for said in (5, "x", [5], [{}], {"token": "x"}, [["12", -0.5]])),
    *(KEPT | {"logprobs": [{"token": "12", "logprob": x}]} for x in ("x", None, 1000, True, "-0.5", float("nan"))),
]  # fmt: skip


def written_over(folder: Path, value: bytes) -> ReplyCache:
    """A cache whose one entry is something else."""
    cache = ReplyCache(folder)
    cache.put("a", REPLY)
    cache.close()
    with sqlite3.connect(folder / "cache.db") as database:
        database.execute("UPDATE Cache SET value = ?", (value,))
    return ReplyCache(folder)


@pytest.mark.parametrize("value", [*map(json.dumps, OTHER_SHAPES), DEEP, '{"text":' + DEEP, "9" * 5000, "", "\x00"])
def test_an_entry_of_another_shape(tmp_path: Path, value: str) -> None:
    """Whatever an entry holds, of whatever shape or depth, it is thrown away with a line, and the reply kept anew."""
    cache = written_over(tmp_path, zlib.compress(value.encode()))
    assert cache.get("a") is None
    assert cache.damage is not None
    assert "is damaged" in cache.damage
    assert "\n" not in cache.damage
    assert len(cache.damage) < 300 + len(str(tmp_path))
    assert cache.count() == 0
    cache.put("a", REPLY)
    assert cache.get("a") == replace(REPLY, cached=True)


def test_an_entry_that_unpacks_without_end(tmp_path: Path) -> None:
    """An entry of many megabytes is none of ours, and is not unpacked to its end."""
    cache = written_over(tmp_path, zlib.compress(bytes(100_000_000), 1))
    tracemalloc.start()
    assert cache.get("a") is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "too large" in (cache.damage or "")
    assert peak < 90_000_000


@pytest.mark.parametrize("name", ["cache.db", "value"])
def test_a_file_of_no_length(tmp_path: Path, name: str) -> None:
    """An emptied database or an emptied file of an entry costs the replies that were in it, and nothing else."""
    place = tmp_path / "replies"
    long = replace(REPLY, text="".join(map(str, range(60_000))))
    cache = ReplyCache(place)
    cache.put("a", long)
    cache.close()
    files = list(place.glob("cache.db*" if name == "cache.db" else "*/*/*.val"))
    assert files
    for file in files:
        file.write_bytes(b"")
    cache = ReplyCache(place)
    assert cache.get("a") is None
    cache.put("a", long)
    assert cache.get("a") == replace(long, cached=True)


@pytest.mark.parametrize("name", ["../x", "\x00", "a" * 5000, 5, b"x"])
def test_an_entry_in_a_file_that_cannot_be(tmp_path: Path, name: object) -> None:
    """A name that no file of ours has is neither opened nor removed, and ends nothing."""
    cache = written_over(tmp_path, b"")
    cache.close()
    with sqlite3.connect(tmp_path / "cache.db") as database:
        database.execute("UPDATE Cache SET filename = ?, mode = 2", (name,))
    cache = ReplyCache(tmp_path)
    assert cache.get("a") is None
    cache.put("a", REPLY)
    assert cache.get("a") is not None


def test_a_reply_without_thoughts_is_kept_as_ever(tmp_path: Path) -> None:
    """What an earlier version does not know is left out where it says nothing, and read where it says something."""
    for reply in (REPLY, replace(REPLY, thought=True), replace(REPLY, cached_tokens=3)):
        cache = ReplyCache(tmp_path / "replies")
        cache.put("a", reply)
        assert cache.get("a") == replace(reply, cached=True)
        assert ("thought" in reply.kept()) == (reply != REPLY)
        assert cache.damage is None
        cache.close()
