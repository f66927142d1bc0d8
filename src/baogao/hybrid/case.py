"""What is before the jury: one report and what its readers say of it; and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

from baogao.extraction import Doubt, Extraction, HeldLink, Link, ReportText
from baogao.hybrid.trust import Trust
from baogao.reading import read_answer
from baogao.record import Jury
from baogao.rules.matching import Scored
from baogao.schema.fields import Schema
from baogao.schema.values import Answer

SURE_RULES = 0.85
"""Rules this confident are right nine times in ten on reports that nobody had read when they were made, so that how
many of these answers a model gives, too, speaks for it."""
Reader = Literal["rules", "model"]
"""One of the two sides; several models that were asked are one side, see :mod:`baogao.hybrid.panel`."""


@dataclass(frozen=True)
class Case:
    """One report, and what rules and the model said of it."""

    report: ReportText
    schema: Schema
    ranked: Mapping[str, Sequence[Scored]]
    """Every field's candidates by the rules, the best first."""
    rules: Mapping[str, Link]
    model: Mapping[str, Link]
    settled: frozenset[str] = frozenset()
    """Fields that the model need not be asked about; by link it is shown the whole report all the same."""
    models: Mapping[str, Mapping[str, Link]] = field(default_factory=dict)
    """Where several models were asked: what each of them said, by its name."""
    spared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The fields that each of these was not asked about: its silence on them says nothing."""
    read: Mapping[Reader, Extraction] = field(default_factory=dict)
    """All that each side said, lists and metadata too."""

    @cached_property
    def answers(self) -> Mapping[Reader, Mapping[str, Answer]]:
        """What each side's links read."""
        by_id = self.schema.by_id
        sides: dict[Reader, Mapping[str, Link]] = {"rules": self.rules, "model": self.model}
        return {
            side: {name: read_answer(self.report, link, by_id[name]) for name, link in links.items()}
            for side, links in sides.items()
        }

    def readers_asked(self, name: str) -> int:
        """How many readers were asked about a field, rules among them; a model that rules spare counts as one."""
        return 1 + max(1, sum(name not in self.spared.get(model, ()) for model in self.models))

    @cached_property
    def agreed(self) -> frozenset[str]:
        """The fields to which both give the same answer, wherever it is printed."""
        rules, model = self.answers["rules"], self.answers["model"]
        return frozenset(name for name in rules.keys() & model.keys() if same(rules[name], model[name]))


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same."""
    return (one.status, one.value) == (other.status, other.value)


@dataclass(frozen=True)
class Decision:
    """What becomes of a case."""

    fields: dict[str, Link]
    held: dict[str, HeldLink] = field(default_factory=dict)
    """Answers that are not sure enough to be given."""
    doubts: tuple[Doubt, ...] = ()
    """The fields that a person should look at."""
    texts_by: Reader = "rules"
    """Whose metadata and lists are taken where both have them."""
    jury: Jury | None = None
    """Who led, and why."""
    notices: tuple[str, ...] = ()
    """What a user should know of how it was decided, one line each."""


class Arbiter(Protocol):
    """Makes one answer of what the readers say."""

    @property
    def sure(self) -> float | None:
        """The model is not asked about fields that rules answer with at least this confidence; None: about all."""
        ...

    @property
    def trust(self) -> Trust | None:
        """How good the readers are by what was heard; None where that is not asked, or nothing was heard."""
        ...

    @property
    def wants_sample(self) -> bool:
        """Whether some cases of the run should be heard first."""
        ...

    def hear(self, cases: Sequence[Case]) -> None:
        """Look at some cases of a run, before any of it is decided."""
        ...

    def decide(self, case: Case) -> Decision:
        """One link for each field that is answered, and what is held back."""
        ...
