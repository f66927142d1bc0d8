"""Sending one request as the server wants it: what it refuses is left out or written otherwise, once for all.

Several requests may be under way when a server first refuses something. The first to hear of it learns; the others,
which went out in the old manner, are asked again in the new one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from baogao.errors import ReplyError
from baogao.llm.failures import asked_pause, in_words, is_passing, is_throttling, was_worked_on
from baogao.llm.manner import FEWEST_THOUGHTS, SWITCHES, Manner, Refusal, refuses_shape
from baogao.llm.messages import Payload, Reply
from baogao.llm.replies import read_reply
from baogao.llm.retry import Limiter
from baogao.llm.sdk import Sdk
from baogao.llm.settings import EndpointSettings
from baogao.llm.tokens import Budget, estimate_conversation_tokens, estimate_payload_tokens
from baogao.usage import count

_log = logging.getLogger(__name__)

PLAINEST: Payload = {"messages": [{"role": "user", "content": "Say: yes"}], "max_tokens": 40, "temperature": 0.0}
"""The shortest of questions."""

_REFUSING_STATUS = frozenset({400, 404, 405, 415, 422, 500, 501})
"""Statuses with which servers refuse a part of a request; some call it a breakdown of their own."""
_OF_PAGES = frozenset({404, 405, 500})
"""Those of them that come with a web page, too, where nobody has read the request."""
_LEAST_READ = 0.45
"""No tokenizer makes of a prompt fewer tokens than this share of the estimate."""
_SHORTEST_CONTEXT = 500
"""Tokens; a server that says it read fewer does not count them all."""
_MOST_MANNERS = 20
"""In which one request is written; there are not so many things to refuse."""


class ShapeRefusedError(ReplyError):
    """The server cannot be held to the shape that a request wants its reply to have."""


class Sender:
    """Sends requests to one model, each until it is understood.

    :param extra: parts of every request's body beside the question.
    :param on_learned: called whenever the manner of asking has changed.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        sdk: Sdk,
        limiter: Limiter,
        budget: Budget,
        extra: Payload,
        *,
        on_learned: Callable[[], None],
    ) -> None:
        self.manner: Manner | None = None
        """How requests are written; None for as OpenAI wrote the API first."""
        self._settings = settings
        self._sdk = sdk
        self._limiter = limiter
        self._budget = budget
        self._extra = extra
        self._on_learned = on_learned
        self._learning = asyncio.Lock()
        self._proven: Manner | None = None
        """The manner in which the last reply came, while a new one is tried."""
        self._breakdowns: set[Manner | None] = set()
        """What would have been learned of a server's breakdowns: they may pass, so that one alone teaches nothing."""

    async def send(self, payload: Payload, prompt_tokens: int, sent_at: float) -> Reply:
        """Send a request as the server wants it: one that it refuses is written otherwise, for all that follow.

        :param prompt_tokens: about how many the request is.
        :param sent_at: when the request got its slot.
        :raises ShapeRefusedError: the server cannot be held to the shape of a reply that the request asks for.
        :raises openai.OpenAIError, ReplyError: there is no reply, or it cannot be used.
        """
        import openai

        for _ in range(_MOST_MANNERS):
            manner = self.manner = self.manner or Manner()
            try:
                reply = await self._once(payload, manner, prompt_tokens)
            except (openai.OpenAIError, ReplyError) as error:
                if is_throttling(error):
                    pause = asked_pause(error)
                    # So long a pause is not waited for, by this request or by any other.
                    self._limiter.refused(sent_at, 0.0 if (pause or 0.0) > self._settings.longest_wait else pause)
                if not self._adapts(error, manner, payload):
                    raise
                continue
            self._prove(manner)
            unwanted = reply.thought and manner.switch == "unknown" and self._settings.thinking == "off"
            if (unwanted or _is_all_thought(reply)) and await self._makes_room(manner, payload["model"]):
                continue
            _refuse_unread(reply, payload, self._settings.url)
            return reply
        raise ReplyError(f"the model server at {self._settings.url} refuses whatever is asked, however it is written")

    async def _once(self, payload: Payload, manner: Manner, prompt_tokens: int) -> Reply:
        """Send one request, and count it."""
        import openai

        body = manner.write(payload)
        with self._budget.reservation(prompt_tokens + payload["max_tokens"] + manner.thinking_tokens):
            started = time.monotonic()
            try:
                answer = await self._sdk.complete(body, self._extra)
                most = (body | self._extra).get(manner.cap)
                reply = read_reply(answer, prompt_tokens=prompt_tokens, max_tokens=most)
            except (openai.OpenAIError, ReplyError) as error:
                if was_worked_on(error):
                    # The server read the question; what it charges for that is not said.
                    self._charge(prompt_tokens, 0)
                status, seconds = getattr(error, "status_code", type(error).__name__), time.monotonic() - started
                _log.info("request to %s: %s after %.2f s", self._settings.url, status, seconds)
                raise
            finally:
                count(requests=1, seconds=time.monotonic() - started)
            self._charge(reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens)
        self._limiter.replied()
        _log.info(
            "request to %s, model %s: %d prompt tokens, %d reply tokens, finished by %s, %.2f s",
            *(self._settings.url, body["model"], reply.prompt_tokens, reply.completion_tokens, reply.finish_reason),
            time.monotonic() - started,
        )
        return reply

    def _adapts(self, error: Exception, sent: Manner, payload: Payload) -> bool:
        """Whether a refused request is worth asking again, in the manner that the refusal teaches, or has taught.

        :param sent: the manner in which it was refused; where another request has learned meanwhile, that is enough.
        :raises ShapeRefusedError: the server cannot be held to the shape of the reply that the request asks for.
        """
        import openai

        if not isinstance(error, openai.APIStatusError) or error.status_code not in _REFUSING_STATUS:
            return False
        if error.status_code in _OF_PAGES and not error.response.text.lstrip().startswith(("{", "[")):
            return False
        if self.manner != sent:
            return True
        refusal = Refusal.of(error.body, error.response.text)
        body = sent.write(payload)
        learned = sent.after(refusal, body, kept=self._extra)
        if learned is None and not refuses_shape(refusal, body):
            self._take_back()
            return False
        if error.status_code >= 500 and learned not in self._breakdowns:
            self._breakdowns.add(learned)
            return False
        if learned is None:
            raise ShapeRefusedError(str(in_words(error, self._settings))) from error
        self._adopt(learned)
        return True

    def _adopt(self, learned: Manner) -> None:
        """Write all requests so from now on."""
        _log.info("requests to %s are written otherwise from now on: %s", self._settings.url, learned)
        self._proven = self._proven or self.manner
        self.manner = learned

    def _prove(self, sent: Manner) -> None:
        """Keep what was learned, now that a reply came of it."""
        if self._proven is not None and self.manner == sent:
            self._proven = None
            self._on_learned()

    def _take_back(self) -> None:
        """Forget what was learned of a request that is refused however it is written."""
        if self._proven is not None:
            self.manner, self._proven = self._proven, None

    async def _makes_room(self, sent: Manner, model: str) -> bool:
        """Keep a model from thinking, or give its thoughts room; whether anything was done about it."""
        async with self._learning:
            if self.manner != sent:
                return True
            if sent.switch == "unknown" and self._settings.thinking != "on":
                for switch in SWITCHES:
                    quiet = replace(sent, switch=switch)
                    if await self._answers_at_once(quiet, model):
                        self._adopt(replace(self.manner, switch=switch))
                        return True
            room = 0 if self._settings.thinking == "off" else self._settings.thinking_tokens
            if sent.thinking_tokens >= FEWEST_THOUGHTS:
                room = sent.thinking_tokens
            switch = "none" if sent.switch == "unknown" else sent.switch
            changed = replace(sent, switch=switch, thinking_tokens=max(sent.thinking_tokens, room))
            if changed == sent:
                return False
            self._adopt(changed)
            return True

    async def _answers_at_once(self, manner: Manner, model: str) -> bool:
        """Whether the model, asked in a manner, answers the shortest of questions without a thought."""
        import openai

        try:
            reply = await self._once({"model": model, **PLAINEST}, manner, estimate_payload_tokens(PLAINEST))
        except (openai.OpenAIError, ReplyError) as error:
            if is_passing(error, longest_wait=self._settings.longest_wait, answered_before=True):
                raise  # nothing is learned of a server that is busy
            return False
        return bool(reply.text.strip()) and not reply.thought

    def _charge(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> None:
        """Count what was taken.

        :param cached_tokens: those of the prompt that the server had in its cache.
        """
        counts: dict[str, float] = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        if cached_tokens:
            counts["cached_prompt_tokens"] = cached_tokens
        cost = self._settings.cost(prompt_tokens, completion_tokens, cached_tokens)
        if cost is not None:
            counts["cost"] = cost
        count(**counts)
        self._budget.spend(prompt_tokens + completion_tokens)


def _is_all_thought(reply: Reply) -> bool:
    """Whether the cap was reached before an answer had begun, as it is where a model thinks first."""
    return not reply.text.strip() and (reply.thought or reply.finish_reason == "length")


def _refuse_unread(reply: Reply, payload: Payload, url: str) -> None:
    """Refuse a reply to a prompt that the server has cut.

    :raises ReplyError: it read far fewer tokens than it was sent.
    """
    # A schema that the reply is held to need not be shown to the model.
    sent = estimate_conversation_tokens([str(message["content"]) for message in payload["messages"]])
    if _SHORTEST_CONTEXT <= reply.prompt_tokens < sent * _LEAST_READ:
        raise ReplyError(
            f"the model server at {url} read {reply.prompt_tokens} of about {sent} tokens, so "
            "it cuts questions to its context; make that longer, for Ollama by OLLAMA_CONTEXT_LENGTH=16384 or num_ctx"
        )
