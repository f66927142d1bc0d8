"""From flags to an extractor: the one place that knows which parts each kind of extractor needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import httpx2

from baogao.errors import UsageError
from baogao.extractors.base import Extractor
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
    EmbeddedServer,
    ModelClient,
    Prompts,
    ReplyCache,
    installed_model,
    load_settings,
    probe,
)
from baogao.record import Provenance
from baogao.schema.fields import Schema

ExtractorName = Literal["rules", "llm", "hybrid"]
Way = Literal["auto", "form", "link"]


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


@dataclass(frozen=True)
class Ready:
    """An extractor that can start, and what its records will say made them."""

    extractor: Extractor
    made_by: Provenance
    client: ModelClient | None = None
    """None for rules."""


@asynccontextmanager
async def ready_extractor(
    name: ExtractorName, schema: Schema, options: ModelOptions, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[Ready]:
    """An extractor with everything it needs, for the length of a run: rules, prompts, a client, a server.

    :param transport: what carries the requests, for record and replay.
    :raises UsageError: something it needs is missing or does not load; a server does not answer.
    """
    if name == "rules":
        yield Ready(_rules(schema), provenance(schema, "rules"))
        return
    rules = _rules(schema) if name == "hybrid" else None
    async with AsyncExitStack() as stack:
        client = await _client(options, stack, transport)
        asking = await _asking(client, schema, options)
        made_by = provenance(schema, name, await client.model_name(), Prompts.load(options.prompts).digest)
        yield Ready(HybridExtractor(rules, asking) if rules else asking, made_by, client)


def model_configured(options: ModelOptions) -> bool:
    """Whether a flag, the environment or ``baogao.toml`` names a model."""
    return options.embedded or options.gguf is not None or _settings(options).configured


def _rules(schema: Schema) -> RulesExtractor:
    return RulesExtractor(load_rulebook(None, schema))
