"""Proposals: every answer to a field that a reader puts forward, and which of them gets the figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from baogao.asking.passages import Shortlist
from baogao.extraction import Link
from baogao.hybrid.case import Case, same
from baogao.hybrid.features import Scene
from baogao.hybrid.trust import Stand
from baogao.reading import read_answer
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Answer

_RANKED = 2
"""How many of the rules' best candidates are proposed, the one that they chose mostly among them; what that is worth is
measured in docs/accuracy.md."""
_LENT = 2
"""So many fields a model may give one figure to (均, 都, 全部 lend it); one that gives it to more does not read."""


@dataclass(frozen=True)
class Proposal:
    """One candidate, or the parts of a sum, for one field."""

    field: str
    link: Link
    """Its confidence is that of whoever proposed it."""
    shared: bool
    """Whether the same figure may answer another field as well."""
    stand: Stand
    """Who gives this answer."""
    features: Mapping[str, float]
    """What speaks for and against it, by name."""


@dataclass(frozen=True)
class Chosen:
    """The proposal that a field gets, with its probability."""

    proposal: Proposal
    probability: float


class Proposer:
    """Lists the proposals of a case, each with its features.

    :param each: whether each of several models is heard by itself, beside what they say together.
    """

    def __init__(self, schema: Schema, *, each: bool = False) -> None:
        self.shortlist = Shortlist(schema)
        self._each = each

    def propose(self, case: Case) -> list[Proposal]:
        """All proposals, by field in the schema's order; no two of a field say the same."""
        scene = Scene(case, self.shortlist)
        given = Counter(one for link in case.model.values() for one in link.candidates)
        proposals: list[Proposal] = []
        for spec in case.schema.figures:
            shared = {one.candidate_id for one in case.ranked.get(spec.id, ()) if one.shared}
            for link, answer in self._answers(case, spec):
                stand = scene.stand(spec.id, answer)
                lent = stand in ("both", "model_only", "model_against") and any(
                    given[one] == _LENT for one in link.candidates
                )
                is_shared = lent or not shared.isdisjoint(link.candidates)
                features = scene.features(spec, link, stand)
                proposals.append(Proposal(spec.id, link, is_shared, stand, features))
        return proposals

    def _answers(self, case: Case, spec: FieldSpec) -> Iterator[tuple[Link, Answer]]:
        """The different answers that anybody proposes for a field, each with one link to it."""
        found: list[Answer] = []
        voices = [links[spec.id] for links in case.models.values() if self._each and spec.id in links]
        for link in (*_links(case, spec.id), *voices):
            answer = read_answer(case.report, link, spec)
            if not any(same(answer, other) for other in found):
                found.append(answer)
                yield link, answer


def _links(case: Case, name: str) -> Iterator[Link]:
    """The links that anybody proposes for a field: the rules' own, the model's, and what rules rank beside them."""
    rules, model = case.rules.get(name), case.model.get(name)
    if rules is not None:
        by = f"rules+{model.by}" if model is not None and name in case.agreed else "rules"
        yield Link(rules.candidates, rules.confidence, by, rules.reason)
    if model is not None:
        yield model
    for scored in case.ranked.get(name, ())[:_RANKED]:
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
