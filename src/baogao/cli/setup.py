"""From flags to an extractor: the one place that knows which parts each kind of extractor needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from baogao.cli.options import ExtractorChoice, Way
from baogao.extractors.base import Extractor, ModelExtractor
from baogao.extractors.examples import load_examples
from baogao.extractors.form import FormExtractor
from baogao.extractors.hybrid import HybridExtractor
from baogao.extractors.link import LinkExtractor
from baogao.extractors.passages import PassageCutter
from baogao.extractors.reading import provenance
from baogao.extractors.rulebook import load_rulebook
from baogao.extractors.rules import RulesExtractor
from baogao.extractors.shortlist import Shortlist
from baogao.llm import (
    EndpointSettings,
    ModelClient,
    Prompts,
    ReplyCache,
    abilities_of,
    find_model,
    load_prompts,
    load_settings,
)
from baogao.llm.server import EmbeddedServer
from baogao.record import Provenance
from baogao.schema.fields import Schema


@dataclass(frozen=True)
class ModelOptions:
    """What the flags say about the model; ``None`` leaves it to the environment and ``baogao.toml``."""

    base_url: str | None = None
    model: str | None = None
    embedded: bool = False
    gguf: Path | None = None
    ask: Way = "auto"
    prompts: Path | None = None
    cache: bool = True
    concurrency: int | None = None
    budget_tokens: int | None = None

    @property
    def starts_server(self) -> bool:
        """Whether a model is to be started on this machine for the run."""
        return self.embedded or self.gguf is not None

    def settings(self) -> EndpointSettings:
        """The endpoint that the flags, the environment and ``baogao.toml`` name together.

        :raises UsageError: a value cannot be used.
        """
        return load_settings(
            base_url=self.base_url, model=self.model, concurrency=self.concurrency, budget_tokens=self.budget_tokens
        )


@dataclass(frozen=True)
class Ready:
    """An extractor that can start, and what its records will say made them."""

    extractor: Extractor
    made_by: Provenance
    client: ModelClient | None = None
    """None for rules."""
    way: Way | None = None
    """The way of asking that was chosen; None for rules."""


@asynccontextmanager
async def ready_extractor(
    name: ExtractorChoice, schema: Schema, options: ModelOptions, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[Ready]:
    """An extractor with everything it needs, for the length of a run: rules, prompts, a client, a server.

    :param transport: what carries the requests, for record and replay.
    :raises UsageError: something it needs is missing or does not load; a server does not answer.
    """
    rules = RulesExtractor(load_rulebook(None, schema)) if name in {"rules", "hybrid"} else None
    if name == "rules" and rules is not None:
        yield Ready(rules, provenance(schema, name))
        return
    prompts = load_prompts(options.prompts)
    async with AsyncExitStack() as stack:
        client = await _client(options, stack, transport)
        way = await _way_of_asking(client, options)
        asking: ModelExtractor = (
            LinkExtractor(client, prompts["link"]) if way == "link" else form_extractor(client, schema, prompts)
        )
        made_by = provenance(schema, name, await client.model_name(), prompts.digest)
        yield Ready(HybridExtractor(rules, asking) if rules else asking, made_by, client, way)


def form_extractor(client: ModelClient, schema: Schema, prompts: Prompts) -> FormExtractor:
    """The form way of asking, as every command uses it."""
    return FormExtractor(client, prompts, PassageCutter(Shortlist(schema)), load_examples(schema))


async def _client(
    options: ModelOptions, stack: AsyncExitStack, transport: httpx2.AsyncBaseTransport | None
) -> ModelClient:
    """A client for the configured endpoint, or for a server that is started for the length of the stack."""
    cache = ReplyCache() if options.cache and transport is None else None
    settings = options.settings()
    if not options.starts_server:
        return await stack.enter_async_context(ModelClient(settings, cache=cache, transport=transport))
    server = stack.enter_context(EmbeddedServer(options.gguf or find_model()))
    settings = settings.model_copy(update={"base_url": server.base_url, "model": server.model, "concurrency": 1})
    client = ModelClient(settings, cache=cache, abilities=server.abilities, transport=transport)
    return await stack.enter_async_context(client)


async def _way_of_asking(client: ModelClient, options: ModelOptions) -> Way:
    """Form for a model that was started here, link for one that can be held to a JSON answer, unless a flag decides."""
    if options.ask != "auto":
        return options.ask
    if options.starts_server:
        return "form"
    abilities = await abilities_of(client)
    return "link" if abilities.json_schema or abilities.tools else "form"
