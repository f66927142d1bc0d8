"""Log-probabilities of a reply's tokens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.llm.logprobs import read_logprobs
from baogao.llm.messages import TokenLogprob


def said(*tokens: str, logprob: Any = -0.5) -> dict[str, Any]:
    """What a server says of some tokens; the last has this probability."""
    return {
        "content": [{"token": one, "logprob": -0.5} for one in tokens[:-1]]
        + [{"token": tokens[-1], "logprob": logprob}]
    }


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        5,
        [],
        {},
        {"content": None},
        {"content": []},
        {"content": 5},
        {"content": [5]},
        {"content": [{"token": "好"}]},
        {"content": [{"token": 5, "logprob": -0.5}]},
        {"tokens": ["好"], "token_logprobs": []},
        {"tokens": [5], "token_logprobs": [-0.5]},
        {"tokens": ["好"], "token_logprobs": [None]},
        *(
            said("a", "好", logprob=value)
            for value in (
                None,
                "x",
                "-0.5",
                1000,
                True,
                [],
                float("nan"),
                float("inf"),
                -float("inf"),
                0.1,
                -9999,
                -9999.0,
            )
        ),
    ],
)
@pytest.mark.parametrize("of", [None, "好"])
def test_no_probability(logprobs: Any, of: str | None) -> None:
    """Where a token has none, the reply has none; it is a reply all the same."""
    assert read_logprobs(logprobs, of=of) is None


def test_both_shapes() -> None:
    """The older one of the API gives tokens and values apart."""
    wanted = (TokenLogprob("12", -0.5), TokenLogprob("件", 0.0))
    assert read_logprobs(said("12", "件", logprob=1e-6)) == wanted
    assert read_logprobs({"tokens": ["12", "件"], "token_logprobs": [-0.5, 0]}) == wanted


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        (("<think>", "B", "</think>", "\n\n", "A"), ("A",)),
        (("<think>", "A", "</think>", "\n\n", "A", "。"), None),
        (("B", "?", "A"), ("A",)),
        (("B", "\n\nA"), ("A",)),
        (("B", "A\n", "<|im_end|>"), ("A",)),
        (("A", "<|im_end|>", "\n"), ("A",)),
        (("A",), ("A",)),
        (("BA",), None),
        (("B",), None),
        (("A", "B"), None),
    ],
)
def test_only_the_tokens_of_the_answer(tokens: tuple[str, ...], kept: tuple[str, ...] | None) -> None:
    """Thoughts are cut off; where a token belongs to both, or the answer is not found at the end, there are none."""
    found = read_logprobs(said(*tokens), of="A")
    assert found == (None if kept is None else tuple(TokenLogprob(one, -0.5) for one in kept))


def test_a_thought_without_a_probability_does_not_matter() -> None:
    """Only those of the answer must have one."""
    logprobs = said("A", "B")
    logprobs["content"][0]["logprob"] = None
    assert read_logprobs(logprobs, of="B") == (TokenLogprob("B", -0.5),)


def test_characters_over_several_tokens() -> None:
    """Tokens that are half a character are joined by their bytes."""
    first, last = "件".encode()[:2], "件".encode()[2:]
    entries = [
        {"token": "想", "logprob": -1.0, "bytes": list("想".encode())},
        {"token": "\ufffd", "logprob": -0.5, "bytes": list(first)},
        {"token": "bytes:\\xb6", "logprob": -0.25, "bytes": list(last)},
        {"token": "<|im_end|>", "logprob": -0.1, "bytes": []},
    ]
    found = read_logprobs({"content": entries}, of="件")
    assert [one.logprob for one in found] == [-0.5, -0.25]
    entries[0]["bytes"] = [999]
    entries[1]["bytes"] = None
    assert read_logprobs({"content": entries}, of="件") is None


@pytest.mark.parametrize("raw", [[], [0], [65], [999], list("想".encode())])
def test_wrong_bytes_beside_thoughts(raw: list[int]) -> None:
    """Where the bytes of tokens do not spell the answer, the tokens are taken as they are written."""
    logprobs = said("想", "</think>", "乙")
    for entry in logprobs["content"]:
        entry["bytes"] = raw
    assert read_logprobs(logprobs, of="乙") == (TokenLogprob("乙", -0.5),)


@given(
    st.lists(st.text("想甲：1\n", max_size=3), max_size=8),
    st.lists(st.text("乙：2\n", min_size=1, max_size=3), min_size=1, max_size=8),
)
def test_the_tokens_kept_are_the_answer(thoughts: list[str], answer: list[str]) -> None:
    """However thoughts and answer are cut into tokens, what is kept spells the answer."""
    text = "".join(answer)
    found = read_logprobs(said(*thoughts, "</think>", *answer), of=text)
    assert found is not None
    assert "".join(one.token for one in found) == text
    assert len(found) == len(answer)
