"""Reports done whole in the processes that read their files: what is pure computing, and takes one core, not a server.

By rules that is every report; with a model every report whose questions are all answered in the cache. A process that
meets a question that is not answered there gives the report back as it was read, and the run asks.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baogao.assemble import Ready, ready_extractor, trust_in
from baogao.candidates import Candidates
from baogao.choices import ExtractorName
from baogao.document import Document
from baogao.errors import UsageError
from baogao.extraction import ReportText
from baogao.guarded import Finish
from baogao.hybrid.calibration import Asked
from baogao.llm.messages import Abilities
from baogao.llm.profiles import known_profile
from baogao.model_options import ModelOptions
from baogao.record import Provenance, Record
from baogao.schema import load_schema
from baogao.work import extract_report

if TYPE_CHECKING:
    from baogao.llm.kept import KeptAt


@dataclass(frozen=True)
class WholeReport:
    """What a process needs to make records as a run does: names and places, because what is loaded cannot be sent."""

    name: ExtractorName
    schema: Path
    schema_digest: str
    options: ModelOptions
    made_by: Provenance
    asked: Asked | None = None
    """The model and its way of asking; None for rules."""
    kept: KeptAt | None = None
    """Where its replies are; None for rules."""

    @classmethod
    def of(cls, ready: Ready) -> WholeReport | None:
        """The same work in another process; None where it cannot be made of names there, or needs more than one model,
        or a model without a cache."""
        if ready.made_for is None:
            return None
        (name, options), schema = ready.made_for, ready.extractor.schema
        if name == "rules":
            told = ModelOptions(min_confidence=options.min_confidence)
            return cls(name, schema.path.absolute(), schema.digest, told, ready.made_by)
        if len(ready.models) != 1 or ready.escalate_to is not None:
            return None
        from baogao.llm.kept import KeptAt  # late: rules need no client

        (model,) = ready.models
        abilities = model.client.abilities or known_profile(model.client.settings).abilities
        if abilities is None and model.asked.way != "link":  # the others ask the same of every model
            abilities = Abilities()
        kept = KeptAt.by(model.client, model.asked.model, abilities) if abilities else None
        if kept is None:
            return None
        told = ModelOptions(
            prompts=options.prompts,
            min_confidence=options.min_confidence,
            calibration=options.calibration,
            trust=trust_in(ready.extractor),
        )
        return cls(name, schema.path.absolute(), schema.digest, told, ready.made_by, model.asked, kept)

    def begin(self) -> Finish:
        """Load schema, rules, prompts, calibration; see :class:`baogao.guarded.Task`.

        :raises UsageError: something is missing, does not load, or was changed meanwhile.
        """
        schema = load_schema(self.schema)
        if schema.digest != self.schema_digest:
            raise UsageError(f"{self.schema} was changed since the run began")
        runner, stack = asyncio.Runner(), AsyncExitStack()
        opened = None
        if self.asked and self.kept:
            from baogao.llm.kept import KeptReplies

            opened = [(self.asked, KeptReplies(self.kept))]
        making: Any = stack.enter_async_context(ready_extractor(self.name, schema, self.options, opened=opened))
        ready: Ready = runner.run(making)

        def finish(document: Document, candidates: Candidates) -> Record | None:
            """The record, as the run would make it.

            :raises NotKeptError: a model must be asked.
            """
            return runner.run(extract_report(ReportText(document, candidates), ready.extractor, self.made_by))

        return finish
