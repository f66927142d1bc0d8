"""What people said, kept in ``reviews.jsonl``."""

import multiprocessing
import os
import signal
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.outputs.decisions import REVIEWS, Decision, Decisions, NotKeptError, OvertakenError, ReviewsFile

SEVEN = {"status": "reported", "value": 7, "bound": "exact", "evidence": [[3, 4]], "text": "7"}
NINE = {"status": "reported", "value": 9, "bound": "exact", "evidence": [[8, 9]], "text": "9"}


def said(key="a", who="Li", act="correct", after=SEVEN, **more):
    """A decision on a report called ``r``."""
    return Decision(who=who, doc_id="r", text_sha256="", key=key, act=act, after=after, **more)


def test_what_is_saved_is_read_back_by_another(tmp_path):
    """A decision is there for everybody as soon as it is saved."""
    reader, writer = ReviewsFile(tmp_path), ReviewsFile(tmp_path)
    assert reader.on("r").saved == []
    writer.add([one := said(comment="两处都印了\u2028")])
    assert reader.on("r").saved == [one]
    assert list(reader.since(0)) == [one]
    assert list(reader.since(1)) == []


def test_one_that_is_sent_twice_is_kept_once(tmp_path):
    """A page that never heard of the end of saving asks again, and nothing is there twice."""
    file = ReviewsFile(tmp_path)
    one = said()
    file.add([one], [None])
    file.add([one], [None])
    ReviewsFile(tmp_path).add([one], [None])
    assert len((tmp_path / REVIEWS).read_text().splitlines()) == 1


def test_one_who_has_not_seen_the_last_is_told(tmp_path):
    """Of two windows the second is told what the first decided, and nothing of it is saved."""
    first, second = ReviewsFile(tmp_path), ReviewsFile(tmp_path)
    first.add([one := said()], [None])
    with pytest.raises(OvertakenError, match="Li decided on a meanwhile") as caught:
        second.add([said("b"), said("a", after=NINE)], [None, None])
    assert caught.value.standing == one
    assert second.on("r").saved == [one]
    second.add([said("a", after=NINE)], [one.id])
    assert first.on("r").standing()["a"].after == NINE


def test_taking_back_brings_back_what_was_before(tmp_path):
    """What was taken back counts no more; what stood before it counts again."""
    one, two = said(), said(after=NINE)
    undo = said(act="undo", after=None, undoes=two.id)
    assert Decisions([one, two]).standing()["a"] is two
    assert Decisions([one, two, undo]).standing()["a"] is one
    assert Decisions([one, two, undo]).people == ["Li"]


def test_people_differ_until_somebody_settles_it():
    """Two outcomes on one key are a dispute, two ways to the same outcome none, and settling ends one."""
    li, wang = said(), said(who="Wang", after=NINE)
    assert Decisions([li, wang]).disputes() == {"a": [li, wang]}
    assert not Decisions([li, said(who="Wang", act="accept")]).disputes()
    assert not Decisions([li, wang, said(who="Zhao", after=NINE, settles=True)]).disputes()
    assert not Decisions([li, wang, said(act="undo", who="Wang", after=None, undoes=wang.id)]).disputes()


def test_half_a_line_was_never_said(tmp_path):
    """What a process left that died while it wrote is no line, and the next one takes its place."""
    file = ReviewsFile(tmp_path)
    file.add([one := said()])
    with (tmp_path / REVIEWS).open("ab") as opened:
        opened.write(said("b").to_json().encode()[:40])
    again = ReviewsFile(tmp_path)
    assert again.on("r").saved == [one]
    again.add([two := said("c")])
    assert ReviewsFile(tmp_path).on("r").saved == [one, two]


def test_what_is_saved_together_is_there_whole_or_not_at_all(tmp_path):
    """Of lines whose first character was not yet written when the process died nothing counts."""
    file = ReviewsFile(tmp_path)
    file.add([one := said()])
    lines = "".join(f"{said(key).to_json()}\n" for key in "bc").encode()
    with (tmp_path / REVIEWS).open("ab") as opened:
        opened.write(b"\0" + lines[1:])
    assert ReviewsFile(tmp_path).on("r").saved == [one]
    file.add([two := said("d")])
    assert ReviewsFile(tmp_path).on("r").saved == [one, two]


def test_a_full_disk_keeps_nothing_of_a_step(tmp_path):
    """Where the system takes only the first of several lines none is there, and the error is of a kind of its own."""
    resource = pytest.importorskip("resource")
    file = ReviewsFile(tmp_path)
    file.add([one := said()])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / REVIEWS).stat().st_size + 600, limits[1]))
    try:
        with pytest.raises(NotKeptError, match=r"cannot write .*reviews\.jsonl"):
            file.add([said(key, comment="长" * 60) for key in "bcd"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert ReviewsFile(tmp_path).on("r").saved == [one]
    file.add([two := said("e")])
    assert file.on("r").saved == ReviewsFile(tmp_path).on("r").saved == [one, two]


def test_another_file_in_its_place_is_read_from_its_beginning(tmp_path):
    """Where a run was replaced, what was said of the earlier one is forgotten, however much is said of the new one."""
    file = ReviewsFile(tmp_path)
    file.add([said()])
    assert len(file.since(0)) == 1
    (tmp_path / REVIEWS).rename(tmp_path / "aside")
    assert file.on("r").saved == []
    ReviewsFile(tmp_path).add(now := [said("b"), said("c")])
    assert file.on("r").saved == now
    (tmp_path / REVIEWS).rename(tmp_path / "aside")
    ReviewsFile(tmp_path).add(later := [said("d"), said("e"), said("f")])
    with pytest.raises(UsageError, match="because the run was replaced"):
        file.add([said("g")])
    assert file.on("r").saved == later


@pytest.mark.parametrize("line", ["{", '{"who": "Li"}', "[]", "\udcff"])
def test_a_damaged_line_says_where_it_is(tmp_path, line):
    """A line that is whole and no decision is an error with its number."""
    ReviewsFile(tmp_path).add([said()])
    with (tmp_path / REVIEWS).open("ab") as file:
        file.write(f"{line}\n".encode(errors="surrogateescape"))
    with pytest.raises(UsageError, match=r"reviews\.jsonl, line 2: "):
        ReviewsFile(tmp_path).on("r")


def save_forever(folder, who, told):
    """Save one decision after another, and tell of each that is saved."""
    file = ReviewsFile(folder)
    for number in range(100_000):
        file.add([said(f"{who}{number}", who=who)], [None])
        os.write(told, f"{who}{number}\n".encode())


def test_killed_in_the_middle_nothing_is_lost_and_nothing_twice(tmp_path):
    """Two processes save until they are killed, many times: all that they were told was saved is there, once."""
    context = multiprocessing.get_context("fork")
    reading, told = os.pipe()
    for turn in range(25):
        writers = [context.Process(target=save_forever, args=(tmp_path, f"{who}{turn}-", told)) for who in "ab"]
        for writer in writers:
            writer.start()
        time.sleep(0.02 + turn % 5 * 0.007)
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
            writer.join()
    os.close(told)
    with os.fdopen(reading) as file:
        acknowledged = file.read().split()
    kept = [one.key for one in ReviewsFile(tmp_path).on("r").saved]
    assert len(acknowledged) > 25
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["Li", "Wang"]), st.booleans()), max_size=12))
def test_what_stands_is_the_last_that_was_not_taken_back(steps):
    """Whatever is said and taken back, on each key the last that is left counts."""
    saved, left = [], []
    for number, (key, who, back) in enumerate(steps):
        mine = [one for one in left if one.who == who and one.key == key]
        if back and mine:
            saved.append(said(key, who, "undo", None, undoes=mine[-1].id))
            left.remove(mine[-1])
        else:
            saved.append(said(key, who, after=SEVEN | {"value": number}))
            left.append(saved[-1])
    assert Decisions(saved).standing() == {one.key: one for one in left}
