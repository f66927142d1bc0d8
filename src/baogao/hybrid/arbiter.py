"""Proposals: every answer to a field that rules or the model put forward, and which of them to give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from baogao.asking.passages import Shortlist
from baogao.extraction import HeldLink, Link
from baogao.hybrid.calibration import Calibration
from baogao.hybrid.features import Scene
from baogao.hybrid.hybrid import Case, Decision
from baogao.schema.fields import Schema

_WORTH_A_LOOK = 0.5
"""Answers less probable than this share of the threshold are not even held back: a reviewer's time is dear."""
_RANKED = 2
"""How many of the rules' best candidates are proposed, the one that they chose mostly among them; what that is worth is
measured in docs/accuracy.md."""


@dataclass(frozen=True)
class Proposal:
    """One candidate, or the parts of a sum, for one field."""

    field: str
    link: Link
    """Its confidence is that of whoever proposed it."""
    shared: bool
    """Whether the same figure may answer another field as well."""
    features: Mapping[str, float]
    """What speaks for and against it, by name."""


@dataclass(frozen=True)
class Chosen:
    """The proposal that a field gets, with its probability."""

    proposal: Proposal
    probability: float


class Proposer:
    """Lists the proposals of a case, each with its features."""

    def __init__(self, schema: Schema) -> None:
        self._shortlist = Shortlist(schema)

    def propose(self, case: Case) -> list[Proposal]:
        """All proposals, by field in the schema's order; no two of a field have the same candidates."""
        scene = Scene(case, self._shortlist)
        proposals: list[Proposal] = []
        for spec in case.schema.figures:
            shared = {one.candidate_id for one in case.ranked.get(spec.id, ()) if one.shared}
            for link in _links(case, spec.id):
                is_shared = not shared.isdisjoint(link.candidates)
                proposals.append(Proposal(spec.id, link, is_shared, scene.features(spec, link)))
        return proposals


def _links(case: Case, name: str) -> Iterator[Link]:
    """The links that anybody proposes for a field: the rules' own, the model's, and what rules rank beside them."""
    rules, model = case.rules.get(name), case.model.get(name)
    taken: set[int] = set()
    if rules is not None:
        both = model is not None and bool(set(rules.candidates) & set(model.candidates))
        taken.update(rules.candidates)
        yield Link(rules.candidates, rules.confidence, "rules+llm" if both else "rules", rules.reason)
    if model is not None and not taken & set(model.candidates):
        taken.update(model.candidates)
        yield model
    for scored in case.ranked.get(name, ())[:_RANKED]:
        if scored.candidate_id not in taken:
            yield Link((scored.candidate_id,), scored.score, "rules", scored.pattern.source)


def choose(
    proposals: Sequence[Proposal], probabilities: Iterable[float]
) -> tuple[dict[str, Chosen], dict[str, Chosen]]:
    """The most probable proposal of each field, where no figure answers two fields unless it may be shared.

    A field whose best figure goes to another field falls back on its next proposal.

    :returns: what each field gets; and the best proposal of each field that lost every figure to others.
    """
    order = sorted(zip(probabilities, range(len(proposals)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    chosen: dict[str, Chosen] = {}
    lost: dict[str, Chosen] = {}
    taken: set[int] = set()
    for probability, number in order:
        proposal = proposals[number]
        if proposal.field in chosen:
            continue
        if taken & set(proposal.link.candidates) and not proposal.shared:
            lost.setdefault(proposal.field, Chosen(proposal, probability))
            continue
        chosen[proposal.field] = Chosen(proposal, probability)
        if not proposal.shared:
            taken.update(proposal.link.candidates)
    return chosen, {name: one for name, one in lost.items() if name not in chosen}


class CalibratedArbiter:
    """Decides by a calibration; confidence becomes the probability that the answer is right."""

    def __init__(self, calibration: Calibration, schema: Schema, notices: Sequence[str] = ()) -> None:
        self.calibration = calibration
        self._notices = tuple(notices)
        self._proposer = Proposer(schema)

    @property
    def sure(self) -> float:
        """See :class:`baogao.hybrid.hybrid.Arbiter`."""
        return self.calibration.sure

    def decide(self, case: Case) -> Decision:
        """Give every field its most probable proposal, and hold back what stays below the threshold."""
        proposals = self._proposer.propose(case)
        chosen, lost = choose(proposals, [self.calibration.probability(one.features) for one in proposals])
        least = self.calibration.threshold
        fields = {name: _link(one) for name, one in chosen.items() if one.probability >= least}
        doubtful = {name: one for name, one in chosen.items() if name not in fields}
        return Decision(
            {spec.id: fields[spec.id] for spec in case.schema.figures if spec.id in fields},
            {
                **self._held(doubtful, f"less sure than {least:.2f}"),
                **self._held(lost, "the figure answers another field more likely"),
            },
            self._notices,
        )

    def _held(self, answers: dict[str, Chosen], reason: str) -> dict[str, HeldLink]:
        least = _WORTH_A_LOOK * self.calibration.threshold
        return {name: HeldLink(_link(one), reason) for name, one in answers.items() if one.probability >= least}


def _link(chosen: Chosen) -> Link:
    return replace(chosen.proposal.link, confidence=chosen.probability)
