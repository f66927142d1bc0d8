"""Everything that reads what others wrote, on inputs that are nearly valid; ``make fuzz`` does the same for longer."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from fuzz.run import fuzz
from fuzz.targets import TARGETS

_EXAMPLES = 40


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_a_result_or_an_error_in_words(name):
    """Whatever is done to a valid input, it is read or refused in words, and what is read holds together."""

    @settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(TARGETS[name].inputs)
    def one(data: bytes) -> None:
        TARGETS[name].run(data)

    one()


def test_the_longer_run_counts_and_comes_to_its_end(tmp_path, capsys):
    """It takes the targets in turn, says how often each was run, and finds what is wrong with one."""
    assert fuzz(["journal", "numbers"], seconds=0.01, examples=3, folder=tmp_path) == 0
    said = capsys.readouterr().out
    assert "journal" in said
    assert "numbers" in said
    assert "0 findings" in said
