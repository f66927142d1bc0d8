"""From flags to an extractor: the one place that knows which parts each kind of extractor needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from baogao.asking.choice import ChoiceExtractor
from baogao.asking.examples import load_choices, load_examples
from baogao.asking.form import FormExtractor
from baogao.asking.link import LinkExtractor
from baogao.asking.passages import PassageCutter, Shortlist
from baogao.extraction import Extractor, ExtractorName, HoldingExtractor, ModelExtractor, Way
from baogao.hybrid.arbiter import CalibratedArbiter
from baogao.hybrid.calibration import calibration_digest, calibration_path, load_calibration, strangeness
from baogao.hybrid.features import FEATURES
from baogao.hybrid.hybrid import Arbiter, HybridExtractor, ThresholdArbiter
from baogao.llm import (
    Abilities,
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
from baogao.reading import provenance
from baogao.record import Provenance
from baogao.resources import digest_files
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook, rules_path
from baogao.schema.fields import Schema

_MOST_CHOICES = 14
"""On reports unread by those who wrote the rules, nine in ten of the figures to be found so are among the first 14."""
FILL_ONLY = ThresholdArbiter(sure=0.0, unconfirmed=1.0)
"""Beside choices: what rules answer is settled, and the model fills their silence."""


ArbiterFor = Callable[[ThresholdArbiter], Arbiter]
"""From the thresholds that go with a way of asking to whatever is to decide in their place."""


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
    min_confidence: float | None = None
    """Less sure answers are held back for review."""
    calibration: str | None = None
    """A file, or ``none``; None means the one beside the schema, if there is one."""
    abilities: Abilities | None = None
    """What the endpoint can do, where it is not to be asked."""

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
    name: ExtractorName,
    schema: Schema,
    options: ModelOptions,
    transport: httpx2.AsyncBaseTransport | None = None,
    arbiter_for: ArbiterFor | None = None,
) -> AsyncIterator[Ready]:
    """An extractor with everything it needs, for the length of a run: rules, prompts, a client, a server.

    :param transport: what carries the requests, for record and replay.
    :param arbiter_for: makes what decides in hybrid, instead of the schema's calibration.
    :raises UsageError: something it needs is missing or does not load; a server does not answer.
    """
    async with AsyncExitStack() as stack:
        ready = await _ready(name, schema, options, transport, arbiter_for, stack)
        if options.min_confidence is None:
            yield ready
        else:
            made_by = ready.made_by.model_copy(update={"min_confidence": options.min_confidence})
            yield replace(ready, extractor=HoldingExtractor(ready.extractor, options.min_confidence), made_by=made_by)


async def _ready(
    name: ExtractorName,
    schema: Schema,
    options: ModelOptions,
    transport: httpx2.AsyncBaseTransport | None,
    arbiter_for: ArbiterFor | None,
    stack: AsyncExitStack,
) -> Ready:
    rules = RulesExtractor(load_rulebook(None, schema)) if name in {"rules", "hybrid"} else None
    if name == "rules" and rules is not None:
        return Ready(rules, provenance(schema, name))
    prompts = load_prompts(options.prompts)
    client = await _client(options, stack, transport)
    way = await _way_of_asking(client, options, beside_rules=rules is not None)
    asking = asking_extractor(way, client, schema, prompts, beside_rules=rules is not None)
    made_by = provenance(schema, name, await client.model_name(), prompts.digest)
    if rules is None:
        return Ready(asking, made_by, client, way)
    thresholds = FILL_ONLY if way == "choice" else ThresholdArbiter()
    path = _calibration(schema, options) if arbiter_for is None else None
    if path is not None:
        made_by = made_by.model_copy(update={"calibration": calibration_digest(path)})
        arbiter: Arbiter = _arbiter(path, schema, made_by)
    else:
        arbiter = arbiter_for(thresholds) if arbiter_for else thresholds
    return Ready(HybridExtractor(rules, asking, arbiter), made_by, client, way)


def _arbiter(path: Path, schema: Schema, made_by: Provenance) -> CalibratedArbiter:
    calibration = load_calibration(path, schema, FEATURES)
    rules = digest_files([rules_path(schema)])
    return CalibratedArbiter(calibration, schema, strangeness(calibration, made_by.model, made_by.prompts, rules))


def _calibration(schema: Schema, options: ModelOptions) -> Path | None:
    """The calibration to use: the one that a flag names, or the one beside the schema, if there is one."""
    if options.calibration == "none":
        return None
    if options.calibration is not None:
        return Path(options.calibration)
    beside = calibration_path(schema)
    return beside if beside.is_file() else None


def asking_extractor(
    way: Way, client: ModelClient, schema: Schema, prompts: Prompts, *, beside_rules: bool = False
) -> ModelExtractor:
    """A way of asking, as every command uses it.

    :param beside_rules: true in hybrid, where choices are bounded: they cost a question each.
    """
    if way == "link":
        return LinkExtractor(client, prompts["link"])
    cutter = PassageCutter(Shortlist(schema))
    if way == "choice":
        return ChoiceExtractor(client, prompts, cutter, load_choices(schema), _MOST_CHOICES if beside_rules else None)
    return FormExtractor(client, prompts, cutter, load_examples(schema))


async def _client(
    options: ModelOptions, stack: AsyncExitStack, transport: httpx2.AsyncBaseTransport | None
) -> ModelClient:
    """A client for the configured endpoint, or for a server that is started for the length of the stack."""
    cache = ReplyCache() if options.cache and transport is None else None
    settings = options.settings()
    if not options.starts_server:
        return await stack.enter_async_context(
            ModelClient(settings, cache=cache, abilities=options.abilities, transport=transport)
        )
    server = stack.enter_context(EmbeddedServer(options.gguf or find_model()))
    settings = settings.model_copy(update={"base_url": server.base_url, "model": server.model, "concurrency": 1})
    client = ModelClient(settings, cache=cache, abilities=server.abilities, transport=transport)
    return await stack.enter_async_context(client)


async def _way_of_asking(client: ModelClient, options: ModelOptions, *, beside_rules: bool) -> Way:
    """Form for a model that was started here, or choice beside rules; link for one that can be held to a JSON answer.

    A flag decides otherwise.
    """
    if options.ask != "auto":
        return options.ask
    if options.starts_server:
        return "choice" if beside_rules else "form"
    abilities = await abilities_of(client)
    return "link" if abilities.json_schema or abilities.tools else "form"
