"""Prices as flags: what a run has cost, and what a batch may cost at most."""

from __future__ import annotations

import json
import re

import pytest

from cli.conftest import COMMUNIQUE, rows
from cli.model_of_tests import good_model
from llm.fake_server import Seen, Step, fake_server


def with_cache(seen: Seen) -> Step:
    """The good model, at a server that had half of every prompt in its cache."""
    step = good_model(seen)
    usage = step.body["usage"]
    usage["prompt_tokens_details"] = {"cached_tokens": usage["prompt_tokens"] // 2}
    return step


@pytest.mark.parametrize(("cached", "share"), [((), 1.0), (("--price-cached", "0"), 0.5)])
def test_what_a_run_has_cost(extract, reports, cached, share):
    """Totals and records say it, and how much the server had in its cache."""
    with fake_server(with_cache) as server:
        model = ("--base-url", server.url, "--model", "small", "--ask", "form", "--extractor", "llm")
        outcome = extract(reports, *model, "--price-in", "1000000", "--price-out", "0", *cached)
    assert outcome.code == 0, outcome.err
    usage = rows()[0].usage
    assert usage.cost == pytest.approx(usage.prompt_tokens * share)
    assert usage.cached_prompt_tokens == usage.prompt_tokens / 2
    assert f"{usage.cached_prompt_tokens} of them cached by the server · cost {usage.cost:.4f}" in outcome.out
    assert json.loads(rows()[0].to_json())["usage"]["cached_prompt_tokens"] == usage.cached_prompt_tokens


def test_what_a_batch_may_cost(baogao, reports):
    """The most that its requests may take, by the prices of prompt and reply; without prices nothing is said."""
    prepare = ("batch", "prepare", reports, "--out", "batch", "--schema", COMMUNIQUE, "--model", "m", "--ask", "link")
    outcome = baogao(*prepare, "--price-in", "1000000", "--price-out", "2000000")
    assert outcome.code == 0, outcome.err
    found = re.search(r"about (\d+) prompt tokens, at most (\d+) reply tokens, cost at most ([\d.]+)", outcome.out)
    assert found is not None, outcome.out
    assert float(found[3]) == int(found[1]) + 2 * int(found[2])
    assert "cost" not in baogao(*prepare).out
