"""How long labelling takes by counted keys and clicks, against figures worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.eval_scripts import script
from evaluation.reviewed import TEXT, entry, figure, record_of, write_run

time = script("bench/labelling_time")
NUMBERS = st.integers(min_value=0, max_value=10_000)


def test_by_hand():
    """Ten keys, two clicks and a drag by one hand, four decisions, a thousand characters at three hundred a minute."""
    found = time.labelling_time(time.Counts(keys=10, clicks=2, drags=1, decisions=4), 1000, 300)
    assert found.acting == pytest.approx(10 * 0.28 + 4 * 1.1 + 3 * 0.2 + 3 * 0.8)
    assert (found.deciding, found.reading) == (pytest.approx(5.4), 200)
    assert found.total == found.acting + found.deciding + found.reading


@given(NUMBERS, NUMBERS, NUMBERS)
def test_more_takes_longer(keys, clicks, characters):
    """A key, a click or a character more is never for nothing."""
    base = time.labelling_time(time.Counts(keys, clicks), characters, 300).total
    assert time.labelling_time(time.Counts(keys + 1, clicks), characters, 300).total > base
    assert time.labelling_time(time.Counts(keys, clicks + 1), characters, 300).total > base
    assert time.labelling_time(time.Counts(keys, clicks), characters + 1, 300).total > base


def test_what_there_is_to_read(tmp_path, small):
    """All characters of a report, and those of the sentences that its answers stand in, each once."""
    fields = {"buses": figure(1234, "1,234辆"), "passengers": figure(65000, "6.5万余人次"), "drills": figure(2, "2场")}
    run = write_run(tmp_path / "run", record_of(small, fields=fields, lists={"problems": [entry("车辆老旧")]}))
    sentences = "年末公交车辆共有1,234辆，客运量6.5万余人次。", "春季演练2场，秋季演练3场；未发生责任事故。"
    problems = "问题：一是车辆老旧；二是线路不足。"
    assert time.of_answers(run) == {"r": (len(TEXT), sum(map(len, sentences)) + len(problems))}
