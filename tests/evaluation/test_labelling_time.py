"""How long labelling takes by counted keys and clicks, against figures worked out by hand."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.eval_scripts import script

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


def test_it_prints_a_line_for_each_speed(monkeypatch, capsys):
    """What is read closely and what is read fluently, in minutes, too."""
    counts = ["--keys", "40", "--clicks", "2", "--decisions", "74", "--characters", "4000"]
    monkeypatch.setattr(sys, "argv", ["labelling_time.py", *counts])
    time.main()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["speed"] for line in lines] == list(time.SPEEDS)
    assert lines[0]["minutes"] > lines[1]["minutes"] > 4000 / 500
