"""From settings to an extractor that can start: the one place that knows which parts each kind of extractor needs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from baogao.choices import ExtractorName, Way
from baogao.errors import UsageError
from baogao.extraction import Extractor, HoldingExtractor, innermost
from baogao.hybrid.arbiter import CalibratedArbiter, RunArbiter
from baogao.hybrid.calibration import (
    Asked,
    Calibration,
    calibration_digest,
    load_calibrations,
    strangeness,
)
from baogao.hybrid.case import Arbiter
from baogao.hybrid.escalation import Escalation
from baogao.hybrid.features import FEATURES
from baogao.hybrid.hybrid import HybridExtractor
from baogao.hybrid.panel import Panel
from baogao.hybrid.trust import Trust
from baogao.hybrid.weighing import any_model
from baogao.model_options import NAMED_TWICE, ModelOptions
from baogao.reading import provenance
from baogao.record import Provenance
from baogao.resources import digest_files
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook, rules_path
from baogao.schema.fields import Schema

if TYPE_CHECKING:
    import httpx2

    from baogao.llm.client import Client
    from baogao.opening import ReadyModel

_log = logging.getLogger(__name__)

ArbiterFor = Callable[[Schema], Arbiter]
"""Makes what is to decide in hybrid, for a schema."""


@dataclass(frozen=True)
class Ready:
    """An extractor that can start, and what its records will say made them."""

    extractor: Extractor
    made_by: Provenance
    client: Client | None = None
    """That of the first model; None for rules."""
    way: Way | None = None
    """The first one's way of asking; None for rules."""
    way_prompts: str | None = None
    """The digest of the prompts that are rendered for all of them."""
    sure_from: float | None = None
    """From this confidence on 98% of the answers are right, as was learned; None where nothing was, and for others."""
    models: tuple[ReadyModel, ...] = ()
    """All that are asked about every report, the first one first."""
    escalate_to: ReadyModel | None = None
    """The one that is asked where the others leave the jury unsure."""
    made_for: tuple[ExtractorName, ModelOptions] | None = None
    """What another process makes the same of; None where parts of it were given."""

    @property
    def requests_at_once(self) -> int:
        """How many requests may be under way at one model; 1 for rules, which keep one core busy."""
        clients = [self.client, *(model.client for model in self.models)]
        return max((client.settings.concurrency for client in clients if client), default=1)

    def made_with(self) -> dict[str, Any]:
        """Everything that a record depends on besides its report: a broken-off run goes on only with the same."""
        path = self.extractor.schema.path
        beside = [other for other in path.parent.glob(f"{path.stem}.*") if other.is_file()]
        made_by = self.made_by.model_dump(mode="json", by_alias=True)
        found = made_by | {"files": digest_files(beside), "ask": self.way}
        if len(self.models) > 1 or self.escalate_to:
            found["asked"] = [str(model.asked) for model in self.models]
            found["escalate_to"] = str(self.escalate_to.asked) if self.escalate_to else None
        return found


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
    opened: Sequence[tuple[Asked, Client]] | None = None,
) -> AsyncIterator[Ready]:
    """An extractor with everything it needs, for the length of a run: rules, prompts, a client, a server.

    :param transport: what carries the requests, for record and replay.
    :param arbiter_for: makes what decides in hybrid, instead of the schema's calibration.
    :param opened: clients of the models that are asked, where they are not to be opened.
    :raises UsageError: something it needs is missing or does not load; a server does not answer.
    """
    async with AsyncExitStack() as stack:
        if name == "rules":
            if options.further or options.escalate_to:
                raise UsageError("rules ask no model: --model more than once, and --escalate-to, want hybrid")
            ready = Ready(RulesExtractor(load_rulebook(None, schema)), provenance(schema, name))
        else:
            ready = await _asking_ready(name, schema, options, stack, transport, arbiter_for, opened)
        if options.min_confidence is not None:
            held = HoldingExtractor(ready.extractor, options.min_confidence)
            made_by = ready.made_by.model_copy(update={"min_confidence": options.min_confidence})
            ready = replace(ready, extractor=held, made_by=made_by)
        models = ", ".join(str(model.asked) for model in ready.models) or "none"
        _log.info("extractor %s, schema %s version %d, models: %s", name, schema.name, schema.version, models)
        given = transport or arbiter_for or opened
        yield ready if given else replace(ready, made_for=(name, options))


async def _asking_ready(
    name: ExtractorName,
    schema: Schema,
    options: ModelOptions,
    stack: AsyncExitStack,
    transport: httpx2.AsyncBaseTransport | None,
    arbiter_for: ArbiterFor | None,
    given: Sequence[tuple[Asked, Client]] | None,
) -> Ready:
    """An extractor that asks one model, or several, and what is open for the length of the stack."""
    from baogao.llm import load_prompts  # what asks a model is imported where one is asked: rules start without it
    from baogao.llm.tokens import Budget
    from baogao.opening import Opening, prompts_of

    # Whatever is read from files comes first, so that no server is started or asked for nothing.
    rules = RulesExtractor(load_rulebook(None, schema)) if name == "hybrid" else None
    file = options.calibration_file(schema) if rules and arbiter_for is None else None
    calibrations = load_calibrations(file, schema, FEATURES) if file else None
    prompts = load_prompts(options.prompts)
    wanted, wanted_last = (options.wanted(), options.wanted_last()) if given is None else ([], None)
    if rules is None and (len(wanted) > 1 or wanted_last):
        raise UsageError("llm asks one model, name it with --model: several, and --escalate-to, want hybrid")
    arbiter = arbiter_for(schema) if arbiter_for else None
    budget = Budget(wanted[0].settings.budget_tokens if wanted else None)
    opening = Opening(schema, prompts, options, stack, transport, budget)
    saves = arbiter is not None and arbiter.sure is not None
    beside_rules = calibrations if rules else None
    opened = await opening.all(wanted, beside_rules, saves=saves) if given is None else given
    if rules is None and len(opened) > 1:
        raise UsageError("llm reads once: --thorough wants hybrid")
    learned = calibrations.of([asked for asked, _ in opened]) if calibrations else None
    few = saves or (learned is not None and learned.sure is not None)
    models = tuple(opening.ready(*one, few=few) for one in opened)
    last = opening.ready(*await opening.one(wanted_last, None, saves=False), few=True) if wanted_last else None
    every = (*models, last) if last else models
    if len({model.name for model in every}) < len(every):
        raise UsageError(NAMED_TWICE)
    made_by = provenance(schema, name, "+".join(model.name for model in every), prompts.digest)
    beside = {model.name: sent for model in every if (sent := model.client.settings.beside.shown())}
    made_by = made_by.model_copy(update={"sent_beside": beside or None})
    digest = prompts_of([model.asked.way for model in models], prompts, schema)
    first = models[0]
    ready = Ready(first.asking, made_by, first.client, first.asked.way, digest, models=models, escalate_to=last)
    if rules is None:
        return ready
    escalation, learned_last = None, None
    if last is not None:
        learned_last = calibrations.of([model.asked for model in every]) if calibrations else None
        deciding = _arbiter(
            schema, None, learned_last, prompts_of([model.asked.way for model in every], prompts, schema)
        )
        escalation = Escalation(last.name, last.asking, deciding, last.client.settings.prompt_price)
    if file is not None and (learned or learned_last):
        made_by = made_by.model_copy(update={"calibration": calibration_digest(file)})
    arbiter = arbiter or _arbiter(schema, options.trust, learned, digest)
    sure_from = learned.sure_at_98 if learned else any_model().sure_at_98
    panel = Panel({model.name: model.asking for model in models}) if len(every) > 1 else models[0].asking
    hybrid = HybridExtractor(rules, panel, arbiter, escalation)
    return replace(ready, extractor=hybrid, made_by=made_by, sure_from=sure_from)


def _arbiter(
    schema: Schema, trust: Trust | None, learned: Calibration | None, way_prompts: str
) -> CalibratedArbiter | RunArbiter:
    """What decides in hybrid: what was learned of these readers, else what the run says of them.

    :param way_prompts: the digest of the prompts that are rendered for them.
    """
    if learned is None:
        return RunArbiter(schema, trust)
    return CalibratedArbiter(learned, schema, strangeness(learned, way_prompts, digest_files([rules_path(schema)])))


def trust_in(extractor: Extractor) -> Trust | None:
    """What a sample has shown an extractor of its readers; None where it took none, or needs none."""
    inner = innermost(extractor)
    return inner.trust if isinstance(inner, HybridExtractor) else None
