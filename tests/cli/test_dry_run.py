"""A dry run announces what a run asks: the same questions, of the same way of asking, chosen by the same code."""

from __future__ import annotations

import asyncio
import re
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from baogao.assemble import ModelOptions
from baogao.choices import AskingName, Way
from baogao.extraction import ReportText
from baogao.inputs import Source
from baogao.llm import Abilities, EndpointSettings, Profile, profiles
from baogao.opening import questioner
from baogao.schema import load_schema
from cli.conftest import COMMUNIQUE, GOOD
from cli.model_of_tests import abilities, good_model
from llm.fake_server import completion, fake_server

SILENT = """南屏县的一年

一、综合
县里的总账是86.4亿元，多了5.8%。住在县里的人口有21.03万人，城镇的占47.6%。
"""
"""A report in words that the rules of communiqués do not know: nothing of it is settled."""
ABLE = Abilities(json_schema=True)
_TOLD_TO_ANSWER_IN_JSON = "\n\nReturn the correct JSON response"
"""How words begin that are put behind a question by link where the server cannot be held to JSON."""
WAYS = ("auto", *get_args(Way))
FORESEEN = [
    (ask, extractor, able, probed)
    for ask, extractor, able, probed in product(WAYS, get_args(AskingName), (True, False), (True, False))
    if ask != "auto" or able or probed
]
"""Way of asking, extractor, whether the endpoint can be held to JSON, and whether it was probed before: everything but
the way that is left to an endpoint which turns out to be unable."""


def unable_model(seen):
    """Answers as the good model does, and cannot be held to anything."""
    return completion("autumn") if abilities(seen) else good_model(seen)


def remember(url: str, found: Abilities) -> None:
    """Let an earlier run have probed the server."""
    profiles.remember(EndpointSettings(base_url=url), "small", Profile(found))


def asked_of(server) -> list[str]:
    """The last words of every request that is not a probe, in an order of their own."""
    asked = (seen.body["messages"][-1]["content"] for seen in server.seen if not abilities(seen))
    return sorted(words.partition(_TOLD_TO_ANSWER_IN_JSON)[0] for words in asked)


def announced(outcome) -> int:
    """How many requests a dry run says that a run would send."""
    return int(re.search(r"reports, (\d+) requests", outcome.out)[1])


def announced_words(extractor, ask, url, path) -> list[str]:
    """The last words of every question that a dry run counts."""
    options = ModelOptions(base_url=url, model="small", ask=ask)
    asker = asyncio.run(questioner(extractor, load_schema(COMMUNIQUE), options))
    report = ReportText.from_document(Source(path.stem, path).read())
    return sorted(question.messages[-1].content for question in asker.questions(report))


@pytest.fixture
def silent(tmp_path) -> Path:
    """A report of which rules read nothing."""
    path = tmp_path / "silent.txt"
    path.write_text(SILENT, encoding="utf-8")
    return path


@pytest.mark.parametrize(("ask", "extractor", "able", "probed"), FORESEEN)
def test_the_run_asks_what_was_announced(extract, silent, ask, extractor, able, probed):
    """Count and texts are those of the run, by every way, for either endpoint, nothing being settled by rules."""
    with fake_server(good_model if able else unable_model) as server:
        if probed:
            remember(server.url, ABLE if able else Abilities())
        model = ("--extractor", extractor, "--ask", ask, "--base-url", server.url, "--model", "small", "--no-cache")
        dry = extract(silent, *model, "--dry-run")
        words = announced_words(extractor, ask, server.url, silent)
        assert server.seen == []
        assert extract(silent, *model).code == 0
        assert asked_of(server) == words
    assert announced(dry) == len(words) > 0


@pytest.mark.parametrize("extractor", get_args(AskingName))
def test_an_endpoint_never_probed_is_taken_for_able(extract, silent, extractor):
    """A dry run sends nothing, so it announces links; the run finds out that the server is unable and asks by forms."""
    with fake_server(unable_model) as server:
        model = ("--extractor", extractor, "--base-url", server.url, "--model", "small", "--no-cache")
        assert announced(extract(silent, *model, "--dry-run")) == 1
        assert server.seen == []
        assert extract(silent, *model).code == 0
        assert asked_of(server) == announced_words(extractor, "form", server.url, silent)
        assert announced(extract(silent, *model, "--dry-run")) == len(asked_of(server)) > 1


@pytest.mark.parametrize("ask", get_args(Way))
def test_hybrid_asks_no_more_than_was_announced(extract, reports, ask):
    """Each question once, although a sample is read first; by form, metadata that rules read are not asked for."""
    with fake_server(good_model) as server:
        remember(server.url, ABLE)
        model = ("--extractor", "hybrid", "--ask", ask, "--base-url", server.url, "--model", "small", "--no-cache")
        counted = announced(extract(reports, *model, "--dry-run"))
        assert extract(reports, *model).code == 0
    asked = len(asked_of(server))
    assert asked < counted if ask == "form" else asked == counted


def test_many_reports_are_added_up(extract, reports):
    """Requests and tokens are those of all reports; one that cannot be read is named, and nothing is written."""
    (reports / "same.txt").write_text(GOOD, encoding="utf-8")
    model = ("--extractor", "llm", "--ask", "form", "--base-url", "http://127.0.0.1:9/v1", "--model", "small")
    both = extract(reports, *model, "--dry-run")
    one = extract(reports / "good.txt", *model, "--dry-run")
    assert both.out.startswith("2 reports, ")
    figures = [[int(number) for number in re.findall(r"\d+", said.out)] for said in (one, both)]
    assert figures[1] == [2 * number for number in figures[0]]
    (reports / "same.txt").write_bytes(b"")
    partly = extract(reports, *model, "--dry-run")
    assert partly.code == 1
    assert "same.txt: it is empty" in partly.out
    assert one.out in partly.out
    assert not Path("out").exists()


def test_rules_ask_nothing(extract, reports):
    """A run by rules costs nothing, and the dry run says so without a model."""
    said = extract(reports, "--extractor", "rules", "--dry-run")
    assert (said.code, said.out) == (0, "1 reports, no requests: rules ask no model\n")
