"""From settings to an extractor that can start: the one place that knows which parts each kind of extractor needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import httpx2

from baogao.asking.choice import ChoiceExtractor
from baogao.asking.form import FormExtractor
from baogao.asking.link import LinkExtractor
from baogao.errors import UsageError
from baogao.extraction import AskingName, Extractor, ExtractorName, HoldingExtractor, ModelExtractor, Way, WayOrAuto
from baogao.hybrid.arbiter import CalibratedArbiter
from baogao.hybrid.calibration import calibration_digest, calibration_path, load_calibration, strangeness
from baogao.hybrid.features import FEATURES
from baogao.hybrid.hybrid import FILL_ONLY, Arbiter, HybridExtractor, ThresholdArbiter
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
    remembered_abilities,
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

ArbiterFor = Callable[[ThresholdArbiter], Arbiter]
"""From the thresholds that go with a way of asking to whatever is to decide in their place."""


@dataclass(frozen=True)
class ModelOptions:
    """What a user says about the model; ``None`` leaves it to the environment and ``baogao.toml``."""

    base_url: str | None = None
    model: str | None = None
    embedded: bool = False
    gguf: Path | None = None
    ask: WayOrAuto = "auto"
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

    def __post_init__(self) -> None:
        ways = get_args(WayOrAuto)
        if self.ask not in ways:
            raise UsageError(f"there is no way of asking {self.ask!r}; there are: {', '.join(ways)}")
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise UsageError(f"a confidence is between 0 and 1, not {self.min_confidence:g}")

    @property
    def starts_server(self) -> bool:
        """Whether a model is to be started on this machine for the run."""
        return self.embedded or self.gguf is not None

    @property
    def way_is_open(self) -> bool:
        """Whether the way of asking depends on what the endpoint can do."""
        return self.ask == "auto" and not self.starts_server

    def settings(self) -> EndpointSettings:
        """The endpoint that these options, the environment and ``baogao.toml`` name together.

        :raises UsageError: a value cannot be used.
        """
        return load_settings(
            base_url=self.base_url, model=self.model, concurrency=self.concurrency, budget_tokens=self.budget_tokens
        )

    def calibration_file(self, schema: Schema) -> Path | None:
        """The calibration to use: the one that a user names, else the one beside the schema, if there is one."""
        if self.calibration is None:
            beside = calibration_path(schema)
            return beside if beside.is_file() else None
        return None if self.calibration == "none" else Path(self.calibration)

    def default_extractor(self) -> ExtractorName:
        """Hybrid where a model is named, here or in the settings; else rules.

        :raises UsageError: as :meth:`settings`.
        """
        return "hybrid" if self.starts_server or self.settings().configured else "rules"


@dataclass(frozen=True)
class Ready:
    """An extractor that can start, and what its records will say made them."""

    extractor: Extractor
    made_by: Provenance
    client: ModelClient | None = None
    """None for rules."""
    way: Way | None = None
    """The way of asking that was chosen; None for rules."""

    @property
    def requests_at_once(self) -> int:
        """How many requests may be under way at once; 1 for rules, which keep one core busy."""
        return self.client.settings.concurrency if self.client else 1

    def made_with(self) -> dict[str, Any]:
        """Everything that a record depends on besides its report: a broken-off run goes on only with the same."""
        path = self.extractor.schema.path
        beside = [other for other in path.parent.glob(f"{path.stem}.*") if other.is_file()]
        made_by = self.made_by.model_dump(mode="json", by_alias=True)
        return made_by | {"files": digest_files(beside), "ask": self.way}


def extractor_named(name: str) -> ExtractorName:
    """A name as that of an extractor.

    :raises UsageError: there is no such extractor; the message lists those that there are.
    """
    known: dict[str, ExtractorName] = {one: one for one in get_args(ExtractorName)}
    if name not in known:
        raise UsageError(f"there is no extractor {name!r}; there are: {', '.join(known)}")
    return known[name]


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
        if name == "rules":
            ready = Ready(RulesExtractor(load_rulebook(None, schema)), provenance(schema, name))
        else:
            # Whatever is read from files comes first, so that no server is started or asked for nothing.
            rules = RulesExtractor(load_rulebook(None, schema)) if name == "hybrid" else None
            file = options.calibration_file(schema) if rules and arbiter_for is None else None
            calibration = load_calibration(file, schema, FEATURES) if file else None
            prompts = load_prompts(options.prompts)
            client = await _client(options, stack, transport)
            asking, way = await _asking(name, schema, options, client, prompts)
            made_by = provenance(schema, name, await client.model_name(), prompts.digest)
            ready = Ready(asking, made_by, client, way)
            if rules is not None:
                thresholds = FILL_ONLY if way == "choice" else ThresholdArbiter()
                arbiter: Arbiter = arbiter_for(thresholds) if arbiter_for else thresholds
                if file is not None and calibration is not None:
                    made_by = made_by.model_copy(update={"calibration": calibration_digest(file)})
                    learned_with = digest_files([rules_path(schema)])
                    strange = strangeness(calibration, made_by.model, made_by.prompts, learned_with)
                    arbiter = CalibratedArbiter(calibration, schema, strange)
                ready = replace(ready, extractor=HybridExtractor(rules, asking, arbiter), made_by=made_by)
        if options.min_confidence is not None:
            held = HoldingExtractor(ready.extractor, options.min_confidence)
            made_by = ready.made_by.model_copy(update={"min_confidence": options.min_confidence})
            ready = replace(ready, extractor=held, made_by=made_by)
        yield ready


async def questioner(name: AskingName, schema: Schema, options: ModelOptions) -> ModelExtractor:
    """What would ask the model, where nothing is to be sent: for its ``questions``.

    The way of asking is the one that a run would choose; an endpoint that was never probed is taken for able, because
    probing would ask it.

    :raises UsageError: prompts or worked examples do not load; a setting cannot be used.
    """
    settings = options.settings()
    abilities = options.abilities or remembered_abilities(settings) or Abilities(json_schema=True)
    client, prompts = ModelClient(settings, abilities=abilities), load_prompts(options.prompts)
    return (await _asking(name, schema, options, client, prompts))[0]


def way_of_asking(options: ModelOptions, abilities: Abilities, *, beside_rules: bool) -> Way:
    """Form for a model that is started here, or choice beside rules; link for one that can be held to a JSON answer.

    What a user asked for decides otherwise.

    :param abilities: of the endpoint; they matter only where ``options.way_is_open``.
    """
    if options.ask != "auto":
        return options.ask
    if options.starts_server:
        return "choice" if beside_rules else "form"
    return "link" if abilities.json_schema or abilities.tools else "form"


async def _client(
    options: ModelOptions, stack: AsyncExitStack, transport: httpx2.AsyncBaseTransport | None
) -> ModelClient:
    """A client for the configured endpoint, or for a server that is started for the length of the stack."""
    cache = ReplyCache() if options.cache and transport is None else None
    settings, abilities, server = options.settings(), options.abilities, None
    if options.starts_server:
        server = stack.enter_context(EmbeddedServer(options.gguf or find_model()))
        told = {"base_url": server.base_url, "model": server.model, "concurrency": 1}
        settings = settings.model_copy(update={**told, "shared_cache": settings.shared_cache or server.identity})
        abilities = server.abilities
    client = ModelClient(
        settings,
        cache=cache,
        abilities=abilities,
        transport=transport,
        may_return=lambda: server is None or server.alive,  # nobody starts it again
    )
    return await stack.enter_async_context(client)


async def _asking(
    name: ExtractorName, schema: Schema, options: ModelOptions, client: ModelClient, prompts: Prompts
) -> tuple[ModelExtractor, Way]:
    """What asks the model, alone or beside rules, with its way of asking."""
    beside_rules = name == "hybrid"
    abilities = await abilities_of(client) if options.way_is_open else Abilities()
    way = way_of_asking(options, abilities, beside_rules=beside_rules)
    asking: ModelExtractor
    if way == "link":
        asking = LinkExtractor(schema, client, prompts)
    elif way == "choice":
        # Beside rules choices are bounded, because they cost a question each.
        asking = ChoiceExtractor(schema, client, prompts, _MOST_CHOICES if beside_rules else None)
    else:
        asking = FormExtractor(schema, client, prompts)
    return asking, way
