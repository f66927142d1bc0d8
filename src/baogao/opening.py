"""Models that can be asked: each with its client, its way of asking, and the server where one is started here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from baogao.asking.adapters import Adapter, Base, find_adapters
from baogao.asking.choice import ChoiceExtractor
from baogao.asking.form import FormExtractor
from baogao.asking.link import LinkExtractor
from baogao.asking.tag import TagExtractor
from baogao.choices import DEFAULT_MODEL, AskingName, Way
from baogao.errors import UsageError
from baogao.extraction import ModelExtractor
from baogao.hybrid.calibration import Asked, Calibrations, load_calibrations
from baogao.hybrid.features import FEATURES
from baogao.hybrid.panel import Panel
from baogao.llm import (
    Abilities,
    Manner,
    ModelClient,
    Prompts,
    ReplyCache,
    abilities_of,
    find_model,
    known_profile,
    load_prompts,
)
from baogao.llm.client import Client
from baogao.llm.embedded import MODELS, file_digest
from baogao.llm.server import EmbeddedServer, applied
from baogao.llm.tokens import Budget
from baogao.model_options import ModelOptions, Wanted
from baogao.schema.fields import Schema

_MOST_CHOICES = 14
"""On reports unread by those who wrote the rules, nine in ten of the figures to be found so are among the first 14."""

_TEMPLATES: Mapping[Way, tuple[str, ...]] = {
    "form": ("form", "metadata"),
    "choice": ("choice",),
    "link": ("link", "repair"),
    "tag": ("tag",),
    "blank": ("form",),
}
"""The prompts that each way of asking renders."""


@dataclass(frozen=True)
class ReadyModel:
    """A model that can be asked."""

    asked: Asked
    """Its name, and the way of asking that was chosen."""
    client: Client
    asking: ModelExtractor

    @property
    def name(self) -> str:
        """What it goes by."""
        return str(self.asked.model)


@dataclass(frozen=True)
class LocalReader:
    """A model that is started here, and how it is asked: the base, or the base with an adapter."""

    asked: Asked
    adapter: int | None = None
    """The adapter's number at the server; None for the base alone."""

    def said(self, adapters: int) -> dict[str, object]:
        """What its requests say beside the question, to a server with so many adapters."""
        return applied(self.adapter, adapters) if adapters > 1 or (adapters and self.adapter is None) else {}


@dataclass(frozen=True)
class Opening:
    """What the models of one run have in common."""

    schema: Schema
    prompts: Prompts
    options: ModelOptions
    stack: AsyncExitStack
    transport: httpx2.AsyncBaseTransport | None
    budget: Budget

    async def all(
        self, wanted: Iterable[Wanted], calibrations: Calibrations | None, *, saves: bool
    ) -> list[tuple[Asked, ModelClient]]:
        """A client for every model that is wanted, and the way of asking it.

        :param calibrations: those that may say that it need only choose where rules are silent.
        :param saves: whether that is so whatever they say.
        """
        if not self.options.starts_server:
            return [await self.one(one, calibrations, saves=saves) for one in wanted]
        few = saves or _learned_choice(calibrations, base_name(self.options))
        readers, adapters = local_readers(self.schema, self.prompts, self.options, few=few)
        gguf = self.options.gguf or find_model()
        paths = [adapter.path for adapter in adapters]
        server = self.stack.enter_context(EmbeddedServer(gguf, adapters=paths, parallel=len(readers)))
        first = next(iter(wanted)).settings
        told = {"base_url": server.base_url, "concurrency": 1, "shared_cache": first.shared_cache or server.identity}
        opened = []
        for reader in readers:
            settings = first.model_copy(update={**told, "model": reader.asked.model})
            known = Wanted(settings, reader.asked.way, server.abilities, Manner())
            client = await self._client(known, server, reader.said(len(adapters)))
            opened.append((reader.asked, client))
        return opened

    async def one(self, wanted: Wanted, calibrations: Calibrations | None, *, saves: bool) -> tuple[Asked, ModelClient]:
        """The same for one model of an endpoint."""
        client = await self._client(wanted)
        model = await client.model_name()
        able = await abilities_of(client) if wanted.ask == "auto" else Abilities()
        options = replace(self.options, ask=wanted.ask, embedded=False, gguf=None)
        return Asked(
            way=way_of_asking(options, able, few=saves or _learned_choice(calibrations, model)), model=model
        ), client

    async def _client(
        self,
        wanted: Wanted,
        server: EmbeddedServer | None = None,
        extra: dict[str, object] | None = None,
    ) -> ModelClient:
        """A client for the length of the stack."""
        caches = self.options.cache and self.transport is None
        client = _client_of(wanted, self.budget, server, extra, caches=caches, transport=self.transport)
        return await self.stack.enter_async_context(client)

    def ready(self, asked: Asked, client: Client, *, few: bool) -> ReadyModel:
        """A model with what asks it."""
        return ReadyModel(asked, client, _asking(self.schema, client, self.prompts, asked.way, few=few))


def _client_of(
    wanted: Wanted,
    budget: Budget,
    server: EmbeddedServer | None = None,
    extra: dict[str, object] | None = None,
    *,
    caches: bool,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> ModelClient:
    """A client of one model, not yet entered."""
    return ModelClient(
        wanted.settings,
        cache=ReplyCache() if caches else None,
        abilities=wanted.abilities,
        manner=wanted.manner,
        budget=budget,
        transport=transport,
        extra=extra,
        may_return=lambda: server is None or server.alive,  # nobody starts it again
    )


@asynccontextmanager
async def open_client(options: ModelOptions) -> AsyncIterator[ModelClient]:
    """A client of the one model that options name, or that is started here, for questions of no schema.

    :raises UsageError: several models are named, or none; a server cannot be started.
    """
    wanted = options.wanted()
    if len(wanted) > 1:
        raise UsageError("one model is asked: name it with --model")
    (one,) = wanted
    budget = Budget(one.settings.budget_tokens)
    with ExitStack() as stack:
        server = None
        if options.starts_server:
            server = stack.enter_context(EmbeddedServer(options.gguf or find_model(), adapters=[], parallel=1))
            told = {"base_url": server.base_url, "concurrency": 1, "model": base_name(options)}
            told["shared_cache"] = one.settings.shared_cache or server.identity
            one = Wanted(one.settings.model_copy(update=told), one.ask, server.abilities, Manner())
        async with _client_of(one, budget, server, caches=options.cache) as client:
            yield client


def base_name(options: ModelOptions) -> str:
    """What the model goes by that is started here."""
    return options.gguf.stem if options.gguf else DEFAULT_MODEL


def base_of(gguf: Path | None) -> Base:
    """The model file that is started here, by its digest.

    :param gguf: None for the one that ``baogao model pull`` fetches, whose digest is known.
    :raises UsageError: the file cannot be read.
    """
    if gguf is None:
        known = MODELS[DEFAULT_MODEL]
        return Base(name=known.name, size=known.size, sha256=known.sha256)
    try:
        return Base(name=gguf.stem, size=gguf.stat().st_size, sha256=file_digest(gguf))
    except OSError as error:
        raise UsageError(f"cannot read {gguf}: {error.strerror or error}") from error


def local_readers(
    schema: Schema, prompts: Prompts, options: ModelOptions, *, few: bool
) -> tuple[list[LocalReader], list[Adapter]]:
    """How the model that is started here is asked, and the adapters that it wants.

    :param few: whether rules settle most fields, because that was learned for choices of this model.
    :raises UsageError: an adapter does not fit; flags contradict each other, or want an adapter that is not there.
    """
    name, ask = base_name(options), options.ask
    if options.thorough and ask != "auto":
        raise UsageError("--thorough asks in two ways by itself: leave out --ask")
    tuned: list[Adapter] = []
    if ask in ("auto", "tag", "blank") or options.adapter_files:
        tuned = find_adapters(schema, prompts, lambda: base_of(options.gguf), options.adapter_files)
    ways = [adapter.info.way for adapter in tuned]
    if ask != "auto" and ask not in ways:
        if options.adapter_files:
            raise UsageError(f"{options.adapter} was tuned to be asked by {ways[0]}, not by {ask}")
        if ask in ("tag", "blank") and options.adapter is None and options.gguf is None:
            raise UsageError(f"{ask} wants a tuned model, and there is no adapter for {schema.name}: see `baogao tune`")
        tuned = []
    elif ask != "auto":
        tuned = [adapter for adapter in tuned if adapter.info.way == ask]
    if options.thorough and not tuned:
        raise UsageError(
            f"--thorough wants a tuned model, and there is no adapter for {schema.name}: see `baogao tune`"
        )
    if not tuned:
        return [LocalReader(Asked(way=way_of_asking(options, Abilities(), few=few), model=name))], []
    tuned = tuned if options.thorough else tuned[:1]
    readers = [
        LocalReader(Asked(way=adapter.info.way, model=f"{name}+{adapter.name}"), number)
        for number, adapter in enumerate(tuned)
    ]
    if options.thorough and len(readers) == 1:
        readers.append(LocalReader(Asked(way="form", model=name)))
    return readers, tuned


def prompts_of(ways: Iterable[Way], prompts: Prompts, schema: Schema) -> str:
    """The digest of the prompts that some ways of asking render for a schema."""
    return prompts.digest_of(
        dict.fromkeys(name for way in ways for name in _TEMPLATES[way]), schema.wording.variables()
    )


async def questioner(name: AskingName, schema: Schema, options: ModelOptions) -> ModelExtractor:
    """What would ask the model, where nothing is to be sent: for its ``questions``.

    The way of asking is the one that a run would choose; an endpoint that was never probed is taken for able, because
    probing would ask it.

    :raises UsageError: prompts, adapters or worked examples do not load; a setting cannot be used.
    """
    prompts = load_prompts(options.prompts)
    file = options.calibration_file(schema) if name == "hybrid" else None
    calibrations = load_calibrations(file, schema, FEATURES) if file else None
    models: dict[str, ModelExtractor] = {}
    for number, one in enumerate(options.wanted()):
        abilities = one.abilities or known_profile(one.settings).abilities or Abilities(json_schema=True)
        client = ModelClient(one.settings, abilities=abilities)
        few = _learned_choice(calibrations, base_name(options) if options.starts_server else one.settings.model)
        if options.starts_server:
            readers, _ = local_readers(schema, prompts, options, few=few)
            ways = {str(reader.asked): reader.asked.way for reader in readers}
        else:
            way = way_of_asking(replace(options, ask=one.ask), abilities, few=few)
            ways = {one.settings.model or str(number): way}
        models |= {key: _asking(schema, client, prompts, way, few=few) for key, way in ways.items()}
    if len(models) == 1:
        return next(iter(models.values()))
    if name == "llm":
        raise UsageError("llm asks one model, name it with --model: several want hybrid")
    return Panel(models)


def way_of_asking(options: ModelOptions, abilities: Abilities, *, few: bool) -> Way:
    """Form for a model that is started here without an adapter, or choice where few questions are open; link for one
    that can be held to a JSON answer.

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


def _asking(schema: Schema, client: Client, prompts: Prompts, way: Way, *, few: bool) -> ModelExtractor:
    """What asks the model.

    :param few: whether rules settle most fields; choices are bounded then, because each costs a question.
    """
    if way == "link":
        return LinkExtractor(schema, client, prompts)
    if way == "tag":
        return TagExtractor(schema, client, prompts)
    if way == "choice":
        return ChoiceExtractor(schema, client, prompts, _MOST_CHOICES if few else None)
    return FormExtractor(schema, client, prompts, blank=way == "blank")
