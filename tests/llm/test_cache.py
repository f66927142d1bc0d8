"""Replies kept on disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from baogao.errors import UsageError
from baogao.llm.cache import ReplyCache, cache_clear, cache_key, cache_stats
from baogao.llm.messages import Message, Payload, Question, Reply, TokenLogprob

REPLY = Reply("12件", "stop", 10, 3, logprobs=(TokenLogprob("12", -0.5),))
BASE = Question((Message("user", "甲"),), 10)


def keyed(question: Question, model: str = "small") -> str:
    """The key of a question."""
    return cache_key("local", {"model": model, **question.payload()})


def test_kept_and_forgotten(tmp_path: Path) -> None:
    """A reply comes back as it was, marked; a deleted one does not."""
    cache = ReplyCache(tmp_path)
    assert cache.get("a") is None
    cache.put("a", REPLY)
    assert cache.get("a") == Reply("12件", "stop", 10, 3, cached=True, logprobs=REPLY.logprobs)
    cache.delete("a")
    assert cache.get("a") is None


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
        Question(BASE.messages, 10, stop=("完",)),
        Question(BASE.messages, 10, schema={"type": "object"}),
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


def test_damaged_cache_is_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A damaged cache is reported once, keeps nothing and stops nothing."""
    damage(tmp_path)
    cache = ReplyCache(tmp_path)
    assert cache.get("a") is None
    cache.put("a", REPLY)
    assert cache.get("a") is None
    cache.close()
    assert cache.damage is not None
    assert "baogao cache clear" in cache.damage
    assert len(caplog.records) == 1


def test_damaged_entry_is_done_without(tmp_path: Path) -> None:
    """An entry that is not what we wrote does not get out."""
    cache = ReplyCache(tmp_path)
    cache.put("a", REPLY)
    cache.close()
    with sqlite3.connect(tmp_path / "cache.db") as database:
        database.execute("UPDATE Cache SET value = ?", (b"no zlib",))
    cache = ReplyCache(tmp_path)
    assert cache.get("a") is None
    assert cache.damage is not None


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
    assert cache_clear(place) > 0
    assert cache_stats(place).replies == 0


def test_clear_removes_nothing_else(tmp_path: Path) -> None:
    """A folder that is no cache is left alone."""
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(UsageError, match="does not look like a reply cache"):
        cache_clear(tmp_path)
    assert (tmp_path / "thesis.docx").exists()
