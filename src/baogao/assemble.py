"""From settings to an extractor that can start: the one place that knows which parts each kind of extractor needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import httpx2

from baogao.asking.choice import ChoiceExtractor
from baogao.asking.form import FormExtractor
from baogao.asking.link import LinkExtractor
from baogao.errors import UsageError
from baogao.extraction import (
    AskingName,
    Extractor,
    ExtractorName,
    HoldingExtractor,
    ModelExtractor,
    Way,
    WayOrAuto,
    innermost,
)
from baogao.hybrid.arbiter import CalibratedArbiter, RunArbiter
from baogao.hybrid.calibration import (
    Asked,
    Calibration,
    Calibrations,
    calibration_digest,
    calibration_path,
    load_calibrations,
    strangeness,
)
from baogao.hybrid.case import Arbiter
from baogao.hybrid.features import FEATURES
from baogao.hybrid.hybrid import HybridExtractor
from baogao.hybrid.trust import Trust
from baogao.hybrid.weighing import any_model
from baogao.llm import (
    DEFAULT_MODEL,
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

_TEMPLATES: Mapping[Way, tuple[str, ...]] = {
    "form": ("form", "metadata"),
    "choice": ("choice",),
    "link": ("link", "repair"),
}
"""The prompts that each way of asking renders."""

ArbiterFor = Callable[[Schema], Arbiter]
"""Makes what is to decide in hybrid, for a schema."""


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
    trust: Trust | None = None
    """How good rules and the model are, where a sample of the run has shown it already."""

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
    way_prompts: str | None = None
    """The digest of the prompts that are rendered for it."""
    sure_from: float | None = None
    """From this confidence on 98% of the answers are right, as was learned; None where nothing was, and for others."""

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
            calibrations = load_calibrations(file, schema, FEATURES) if file else None
            prompts = load_prompts(options.prompts)
            client = await _client(options, stack, transport)
            arbiter = arbiter_for(schema) if arbiter_for else None
            model = await client.model_name()
            saves = arbiter is not None and arbiter.sure is not None
            way = await _way(options, client, name, learned=saves or _learned_choice(calibrations, model))
            learned = calibrations.of([Asked(way=way, model=model)]) if calibrations else None
            asking = _asking(
                schema, client, prompts, way, few=saves or (learned is not None and learned.sure is not None)
            )
            made_by = provenance(schema, name, model, prompts.digest)
            ready = Ready(asking, made_by, client, way, prompts_of(way, prompts))
            if rules is not None:
                if learned is not None and file is not None:
                    made_by = made_by.model_copy(update={"calibration": calibration_digest(file)})
                arbiter = arbiter or _arbiter(schema, options, learned, way, prompts)
                sure_from = learned.sure_at_98 if learned else any_model().sure_at_98
                hybrid = HybridExtractor(rules, asking, arbiter)
                ready = replace(ready, extractor=hybrid, made_by=made_by, sure_from=sure_from)
        if options.min_confidence is not None:
            held = HoldingExtractor(ready.extractor, options.min_confidence)
            made_by = ready.made_by.model_copy(update={"min_confidence": options.min_confidence})
            ready = replace(ready, extractor=held, made_by=made_by)
        yield ready


def _arbiter(
    schema: Schema, options: ModelOptions, learned: Calibration | None, way: Way, prompts: Prompts
) -> CalibratedArbiter | RunArbiter:
    """What decides in hybrid: what was learned of these readers, else what the run says of them."""
    if learned is None:
        return RunArbiter(schema, options.trust)
    strange = strangeness(learned, prompts_of(way, prompts), digest_files([rules_path(schema)]))
    return CalibratedArbiter(learned, schema, strange)


def trust_in(extractor: Extractor) -> Trust | None:
    """What a sample has shown an extractor of its readers; None where it took none, or needs none."""
    inner = innermost(extractor)
    return inner.trust if isinstance(inner, HybridExtractor) else None


def prompts_of(way: Way, prompts: Prompts) -> str:
    """The digest of the prompts that a way of asking renders."""
    return prompts.digest_of(_TEMPLATES[way])


async def questioner(name: AskingName, schema: Schema, options: ModelOptions) -> ModelExtractor:
    """What would ask the model, where nothing is to be sent: for its ``questions``.

    The way of asking is the one that a run would choose; an endpoint that was never probed is taken for able, because
    probing would ask it.

    :raises UsageError: prompts or worked examples do not load; a setting cannot be used.
    """
    settings = options.settings()
    abilities = options.abilities or remembered_abilities(settings) or Abilities(json_schema=True)
    client, prompts = ModelClient(settings, abilities=abilities), load_prompts(options.prompts)
    file = options.calibration_file(schema) if name == "hybrid" else None
    calibrations = load_calibrations(file, schema, FEATURES) if file else None
    local = options.gguf.stem if options.gguf else DEFAULT_MODEL
    model = local if options.starts_server else settings.model
    choice = _learned_choice(calibrations, model)
    way = await _way(options, client, name, learned=choice)
    return _asking(schema, client, prompts, way, few=choice)


def way_of_asking(options: ModelOptions, abilities: Abilities, *, few: bool) -> Way:
    """Form for a model that is started here, or choice where few questions are open; link for one that can be held to a
    JSON answer.

    What a user asked for decides otherwise.

    :param abilities: of the endpoint; they matter only where ``options.way_is_open``.
    :param few: whether rules settle most fields, because that was learned for choices of this model.
    """
    if options.ask != "auto":
        return options.ask
    if options.starts_server:
        return "choice" if few else "form"
    return "link" if abilities.json_schema or abilities.tools else "form"


def _learned_choice(calibrations: Calibrations | None, model: str | None) -> bool:
    """Whether it was learned that a model need choose only where rules are silent."""
    learned = calibrations.of([Asked(way="choice", model=model)]) if calibrations else None
    return learned is not None and learned.sure is not None


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


async def _way(options: ModelOptions, client: ModelClient, name: ExtractorName, *, learned: bool) -> Way:
    """The way of asking."""
    abilities = await abilities_of(client) if options.way_is_open else Abilities()
    return way_of_asking(options, abilities, few=learned and name == "hybrid")


def _asking(schema: Schema, client: ModelClient, prompts: Prompts, way: Way, *, few: bool) -> ModelExtractor:
    """What asks the model.

    :param few: whether rules settle most fields; choices are bounded then, because each costs a question.
    """
    if way == "link":
        return LinkExtractor(schema, client, prompts)
    if way == "choice":
        return ChoiceExtractor(schema, client, prompts, _MOST_CHOICES if few else None)
    return FormExtractor(schema, client, prompts)
