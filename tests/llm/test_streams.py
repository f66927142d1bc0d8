"""Completions that come in pieces."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import NoReplyError
from baogao.llm.messages import Reply, TokenLogprob
from baogao.llm.replies import UnreadableReplyError, read_reply
from baogao.llm.streams import CutStreamError, is_stream
from baogao.llm.structured import json_inside

USAGE = {"prompt_tokens": 9, "completion_tokens": 3}


def chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> dict[str, Any]:
    """One piece of a completion."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason, **more}]}


def events(*chunks: Any, done: bool = True, end: str = "\n") -> str:
    """Server-sent events; a text is sent as it is."""
    said = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in chunks]
    return "".join(f"data: {one}{end}{end}" for one in [*said, *(["[DONE]"] if done else [])])


def read(body: str | bytes) -> Reply:
    """The reply in a body."""
    return read_reply(body, prompt_tokens=7, max_tokens=50)


WHOLE = (
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "受理"}),
    chunk({"content": "：12件"}),
    chunk({}, "stop"),
    {"choices": [], "usage": USAGE},
)
LINES = "\n".join(map(json.dumps, WHOLE))
OLLAMA = [
    {"model": "m", "message": {"role": "assistant", "content": "受理"}, "done": False},
    {"model": "m", "message": {"role": "assistant", "content": "：12件"}, "done": False},
    {"message": {"content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 3},
]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(events(*WHOLE), id="as the standard says"),
        pytest.param(events(*WHOLE, end="\r\n"), id="CRLF"),
        pytest.param(events(*WHOLE, end="\r"), id="CR"),
        pytest.param("\ufeff" + events(*WHOLE), id="BOM"),
        pytest.param("\n\n" + events(*WHOLE), id="empty lines first"),
        pytest.param(": OPENROUTER PROCESSING\n\n" + events(*WHOLE), id="comments"),
        pytest.param("event: message\nid: 1\nretry: 5\n" + events(*WHOLE), id="other fields"),
        pytest.param(": a\nx-meta: 1\n" + events(*WHOLE), id="fields of no standard"),
        pytest.param('event: ping\ndata: {"type": "ping"}\n\n' + events(*WHOLE), id="pings"),
        pytest.param(events(*WHOLE).replace("data: ", "data:"), id="no space"),
        pytest.param(events(*WHOLE).replace("\n\n", "\n"), id="nothing between events"),
        pytest.param(events(*WHOLE).replace(', "delta"', ',\ndata:  "delta"'), id="an event on several lines"),
        pytest.param(events(*WHOLE, done=False), id="no DONE"),
        pytest.param(events(*WHOLE).rstrip("\n"), id="no end of the last line"),
        pytest.param(events(*WHOLE[:3], WHOLE[4]), id="DONE and no reason"),
        pytest.param(events(*WHOLE[:2], chunk({"content": "：12件"}, "stop"), WHOLE[4]), id="reason beside a piece"),
        pytest.param(events(WHOLE[1] | {"usage": {"prompt_tokens": 1}}, *WHOLE[2:]), id="usage twice: the last"),
        pytest.param(events(*WHOLE[:4], {"usage": USAGE}), id="usage alone"),
        pytest.param(events(WHOLE[1], chunk({"content": "：12件"}, "stop"), chunk({}, "stop"), WHOLE[4]), id="twice"),
        pytest.param(
            events(
                *WHOLE[1:3], {"choices": [{"message": {"content": "受理：12件"}, "finish_reason": "stop"}]}, WHOLE[4]
            ),
            id="the whole message at the end",
        ),
        pytest.param(
            events(*(chunk({"content": one}, message={"content": one}) for one in ("受理", "：12件")), *WHOLE[3:]),
            id="each piece in a message as well",
        ),
        pytest.param(
            events(*(chunk({"content": one}, message={"content": ""}) for one in ("受理", "：12件")), *WHOLE[3:]),
            id="an empty message beside each piece",
        ),
        pytest.param(
            events(*(chunk({}, message={"content": "受理：12件"[:end]}) for end in (2, 5, 6)), *WHOLE[3:]),
            id="messages that grow",
        ),
        pytest.param(LINES, id="JSON line by line"),
        pytest.param(LINES + "\n", id="JSON line by line with an end"),
        pytest.param("\n".join(map(json.dumps, OLLAMA)), id="Ollama's own"),
        pytest.param(json.dumps(chunk({"content": "受理：12件"}, "stop") | {"usage": USAGE}), id="one chunk alone"),
        pytest.param(
            events({"choices": [{"message": {"content": "受理：12件"}, "finish_reason": "stop"}], "usage": USAGE}),
            id="a whole completion in one event",
        ),
    ],
)
def test_a_stream_is_one_reply(body: str) -> None:
    """Whatever the shape, as text and as bytes, it is the reply that the whole completion would be."""
    assert read(body) == read(body.encode()) == Reply("受理：12件", "stop", 9, 3)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (events(*WHOLE[:3], done=False), "ends before the reply"),
        (events(*WHOLE[:2], done=False) + 'data: {"choices": [{"del', "ends within an event"),
        (events(*(chunk({"content": one}, "stop") for one in "受理"), done=False), "ends before the reply"),
        ("\n".join(map(json.dumps, OLLAMA[:2])), "ends before the reply"),
        (events(), "holds no reply"),
        (": waiting\n\n", "holds no reply"),
    ],
    ids=["no reason", "within an event", "a server that always says stop", "Ollama's own", "only DONE", "comments"],
)
def test_half_a_stream_is_no_reply(body: str, words: str) -> None:
    """A connection that broke leaves half a reply; another try may bring a whole one."""
    with pytest.raises(CutStreamError, match=words):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        events(*WHOLE[:3], {"error": {"message": "upstream is busy", "code": 502}}, *WHOLE[3:]),
        events(*WHOLE[:3], {"error": "upstream is busy"}),
        events(*WHOLE) + "event: error\ndata: " + json.dumps({"message": "upstream is busy"}) + "\n\n",
        events(*WHOLE) + 'event: error\ndata: {"error": {"message": "upstream is busy"}}\n\n',
        events(*WHOLE) + 'event: error\ndata: "upstream is busy"\n\n',
        events(*WHOLE[:3]) + '{"object": "error", "message": "upstream is busy"}\n',
        events(WHOLE[1], {"choices": [{"delta": {}, "error": {"message": "upstream is busy"}}]}, WHOLE[3]),
        events({"base_resp": {"status_code": 1008, "status_msg": "upstream is busy"}, "choices": None}),
        events({"code": "Throttled", "message": "upstream is busy"}),
        json.dumps(OLLAMA[0]) + '\n{"error": "upstream is busy"}',
    ],
    ids=[
        "object",
        "text",
        "event",
        "event of an object",
        "event of a text",
        "line",
        "choice",
        "status",
        "code",
        "lines",
    ],
)
def test_an_error_in_a_stream(body: str) -> None:
    """Wherever it comes, it is an error in the server's words, and never what had come of the reply."""
    with pytest.raises(UnreadableReplyError, match=r"answers with an error: '.*upstream is busy"):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        "data: 5 6\n\n" + events(*WHOLE),
        LINES + "\nbusy",
        events(5, []) + "<html>",
        events(*(chunk({}, message={"content": one}) for one in ("受理：1", "2件")), *WHOLE[3:]),
    ],
    ids=["no JSON", "other lines", "page", "several messages"],
)
def test_no_stream_of_a_completion(body: str) -> None:
    """What is no JSON may have been a piece of the reply: nothing is made of the others."""
    with pytest.raises(UnreadableReplyError, match="not a chat completion"):
        read(body)


def test_an_answer_that_looks_like_an_event_is_no_stream() -> None:
    """Only the body's own beginning says that it is one."""
    assert not is_stream(json.dumps({"choices": [{"message": {"content": "data: 12"}}]}))


def test_thoughts_parts_and_refusals_in_pieces() -> None:
    """Each part of a message is joined by itself."""
    body = events(
        chunk({"reasoning_content": "想"}),
        chunk({"reasoning_content": "好了", "content": None}),
        chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "嗯"}]}]}),
        chunk({"content": [{"type": "text", "text": "12"}]}),
        chunk({"content": "件"}, "stop"),
    )
    assert read(body) == Reply("12件", "stop", 7, 0, thought=True)
    refused = read(events(chunk({"refusal": "I "}), chunk({"refusal": "cannot."}), chunk({}, "stop")))
    assert (refused.text, refused.finish_reason) == ("I cannot.", "refusal")


def test_thoughts_in_pieces_and_the_answer_whole() -> None:
    """A part of the message that came in no piece is taken from the message."""
    body = events(chunk({"reasoning_content": "想"}), chunk({}, "stop", message={"content": "12件"}))
    assert read(body) == Reply("12件", "stop", 7, 0, thought=True)


def call(arguments: Any, index: int | None = 0, name: str | None = None) -> dict[str, Any]:
    """A piece of a call."""
    place = {} if index is None else {"index": index}
    return chunk({"tool_calls": [{**place, "function": {"name": name, "arguments": arguments}}]})


@pytest.mark.parametrize(
    "calls",
    [
        [call("", name="links"), call('{"a"'), call(": 1}")],
        [call("{", 1), call('{"a"', 0), call("}", 1), call(": 1}", 0)],
        [call('{"a"', None, "links"), call(": 1}", None)],
        [call({"a": 1})],
        [
            chunk({"function_call": {"name": "links", "arguments": '{"a"'}}),
            chunk({"function_call": {"arguments": ": 1}"}}),
        ],
    ],
    ids=["in order", "two calls", "no index", "an object", "the older name"],
)
def test_calls_in_pieces(calls: list[dict[str, Any]]) -> None:
    """The arguments are the reply, however they are cut and mixed with those of a call that says nothing."""
    assert read(events(*calls, chunk({}, "tool_calls"))) == Reply('{"a": 1}', "tool_calls", 7, 0)


@pytest.mark.parametrize("place", [0, None], ids=["with an index", "without"])
def test_calls_that_differ(place: int | None) -> None:
    """None of them is chosen: all that is said is the reply, which is no JSON."""
    second = None if place is None else 1
    reply = read(events(call('{"a": 1}', place), call('{"a": ', second), call("2}", second), chunk({}, "tool_calls")))
    assert json_inside(reply.text) == reply.text
    assert reply.text.replace("\n", "") == '{"a": 1}{"a": 2}'


def test_probabilities_in_pieces() -> None:
    """They are joined; where a piece of the text comes without, the reply is without."""
    pieces = [chunk({"content": one}, logprobs={"content": [{"token": one, "logprob": -0.5}]}) for one in "12件"]
    reply = read(events(chunk({"content": ""}, logprobs=None), *pieces, chunk({}, "stop")))
    assert reply.logprobs == tuple(TokenLogprob(one, -0.5) for one in "12件")
    del pieces[1]["choices"][0]["logprobs"]
    assert read(events(*pieces, chunk({}, "stop"))).logprobs is None


def test_the_first_of_several_choices() -> None:
    """The one of index 0, whichever comes first."""
    second = {"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": "length"}]}
    assert read(events(second, chunk({"content": "A"}, "stop"), second)).text == "A"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\u2028\x85\r\n"{}:'), max_size=30)


@st.composite
def streamed(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and a stream of it in any pieces, with any line ends and comments between."""
    text = draw(TEXTS.filter(lambda text: "<" not in text and not text.lstrip().startswith("analysis")))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=5)))
    pieces = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    said = [events(chunk({"content": one}), done=False, end=end) for one in pieces]
    said += [events(chunk({}, "stop"), {"choices": [], "usage": USAGE}, done=draw(st.booleans()), end=end)]
    return text, draw(st.sampled_from(["", ": ping" + end])).join(said)


@given(streamed())
def test_any_split_is_the_same_reply(drawn: tuple[str, str]) -> None:
    """However a text is cut into events, the reply is the text."""
    text, body = drawn
    assert read(body) == read(body.encode()) == Reply(text, "stop", 9, 3)


@given(streamed(), st.data())
def test_a_stream_cut_anywhere_is_whole_or_no_reply(drawn: tuple[str, str], data: st.DataObject) -> None:
    """Where it breaks off before its end, nothing is taken for the reply but all of it."""
    text, body = drawn
    cut = body.encode()[: data.draw(st.integers(0, len(body.encode())))]
    with suppress(NoReplyError):
        assert read(cut).text == text


@given(
    st.lists(st.sampled_from([b"data:", b"event: error", b"{", b"}", b"[DONE]", b'"choices"', b"\n", b"\xff", b" 5"]))
)
def test_anything_else_is_one_kind_of_error(parts: list[bytes]) -> None:
    """Pieces of a stream in any order are no reply, and nothing else goes wrong."""
    with pytest.raises(NoReplyError):
        read(b"".join(parts))
