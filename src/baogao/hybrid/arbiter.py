"""Arbiters: they make one answer of what the readers propose, and say how likely it is right.

Where a calibration was learned for just these readers it decides. Where there is none, or the model is not what it was
when that was learned, the better reader is found on the run itself, and leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import sqrt

from baogao.extraction import Doubt, HeldLink, Link
from baogao.hybrid.calibration import Calibration
from baogao.hybrid.case import SURE_RULES, Case, Decision, same
from baogao.hybrid.proposals import Chosen, Proposal, Proposer, choose
from baogao.hybrid.trust import BY_MODEL, BY_RULES, Trust
from baogao.hybrid.weighing import any_model
from baogao.reading import read_answer
from baogao.schema.fields import Schema

_WORTH_A_LOOK = 0.5
"""Answers less probable than this share of the threshold are not even held back: a reviewer's time is dear."""
FILLS = 0.92
"""Where rules lead, a model's own answer is given from this probability on: what a small model says looks right more
often than it is."""
STAYS = 0.3
"""Where rules lead, what they say is given from this probability on."""
_FEWEST_SURE = 20
"""Fewer of them tell nothing."""
_FAR_LESS = 0.15
"""So much less agreement than was learned is no chance …"""
_ERRORS = 4.0
"""… if it is so many standard errors, too."""


class RunArbiter:
    """Decides where nothing was learned of these readers: a sample of the run says how good each is.

    A reader that is clearly better leads. A model that leads is followed, and what rules alone say is held back; rules
    that lead are checked by what the model says. In between each answer is weighed.

    :param trust: what an earlier sample said, so that none need be taken; without one and without a sample each report
        is judged by itself.
    """

    sure = None

    def __init__(self, schema: Schema, trust: Trust | None = None) -> None:
        self._proposer = Proposer(schema)
        self._weights = any_model()
        self._trust = trust

    @property
    def trust(self) -> Trust | None:
        """See :class:`baogao.hybrid.case.Arbiter`."""
        return self._trust

    @property
    def wants_sample(self) -> bool:
        """As long as nothing is known of the readers."""
        return self._trust is None

    def hear(self, cases: Sequence[Case]) -> None:
        """Find out on a sample how good the readers are."""
        if cases:
            self._trust = self._weights.trust([_compared(case, self._proposer.propose(case)) for case in cases])

    def decide(self, case: Case) -> Decision:
        """Give every field its most probable proposal, or the leader's, and hold back the others."""
        proposals = self._proposer.propose(case)
        trust = self._trust or self._weights.trust([_compared(case, proposals)])
        probabilities = [self._probability(one, trust, one.field in case.settled) for one in proposals]
        leads = trust.leader == "model"
        reason = "rules alone say so, and the model leads" if leads else ""
        decision = decide_by(case, proposals, probabilities, self._weights.threshold, reason)
        return replace(decision, jury=trust.as_jury(), texts_by="model" if trust.lead > 0 else "rules")

    def _probability(self, proposal: Proposal, trust: Trust, settled: bool) -> float:
        """How likely an answer is right; at least so much that it is given, or less than that, where one leads."""
        probability, given = self._weights.probability(proposal, trust), self._weights.threshold
        held = min(probability, given - 0.01)
        by_model, by_rules = proposal.stand in BY_MODEL, proposal.stand in BY_RULES
        if settled and by_rules:  # there was nobody to say otherwise
            return max(given, proposal.link.confidence)
        if trust.leader == "model":
            return held if by_rules or proposal.stand == "neither" else max(probability, given)
        if by_model and len(proposal.link.candidates) > 1:  # of wrong sums nothing was learned
            return held
        if trust.leader == "rules" and by_model and probability < FILLS:
            return held
        if trust.leader == "rules" and by_rules and probability >= STAYS:
            return max(probability, given)
        return probability


def _compared(case: Case, proposals: Sequence[Proposal]) -> list[Proposal]:
    """The proposals for fields that both readers were asked about."""
    return [one for one in proposals if one.field not in case.settled]


class CalibratedArbiter:
    """Decides by a calibration that was learned for these readers.

    Where the model agrees with sure rules on far fewer answers than it did then, on a sample of the run, the
    calibration is left aside: another model goes by this name, or these reports are of another kind.
    """

    def __init__(self, calibration: Calibration, schema: Schema, notices: Sequence[str] = ()) -> None:
        self.calibration = calibration
        self._notices = tuple(notices)
        self._proposer = Proposer(schema, each=True)
        self._schema = schema
        self._instead: RunArbiter | None = None

    @property
    def sure(self) -> float | None:
        """See :class:`baogao.hybrid.case.Arbiter`."""
        return self.calibration.sure

    @property
    def trust(self) -> Trust | None:
        """See there; None as long as the calibration is used."""
        return self._instead.trust if self._instead else None

    @property
    def wants_sample(self) -> bool:
        """Where the model was asked beside sure rules, so that it can be compared with what it was."""
        return self.calibration.agreement is not None

    def hear(self, cases: Sequence[Case]) -> None:
        """See whether the model is what it was when the calibration was learned."""
        told = strange_agreement(self.calibration.agreement, cases)
        self._instead = None
        if told:
            self._instead = RunArbiter(self._schema)
            self._instead.hear(cases)
            self._notices = (*self._notices, told)

    def decide(self, case: Case) -> Decision:
        """Give every field its most probable proposal, and hold back what stays below the threshold."""
        if self._instead is not None:
            decision = self._instead.decide(case)
        else:
            proposals = self._proposer.propose(case)
            probabilities = [self.calibration.probability(one.features) for one in proposals]
            decision = decide_by(case, proposals, probabilities, self.calibration.threshold)
            doubts = tuple(one for one in decision.doubts if not self._needs_no_look(one.field, decision, case))
            decision = replace(decision, doubts=doubts, texts_by=self.calibration.texts_by)
        return replace(decision, notices=self._notices)

    def _needs_no_look(self, name: str, decision: Decision, case: Case) -> bool:
        """Whether rules settled a field, as the calibration allows, and are so sure that 98% of such answers are
        right."""
        sure, given = self.calibration.sure_at_98, decision.fields.get(name)
        return name in case.settled and sure is not None and given is not None and given.confidence >= sure


def sure_agreement(cases: Sequence[Case]) -> tuple[int, int]:
    """How many answers rules are sure of that the model was asked about, and how many of them it gives, too."""
    asked = alike = 0
    for case in cases:
        for name, link in case.rules.items():
            if link.confidence >= SURE_RULES and name not in case.settled:
                asked += 1
                alike += name in case.agreed
    return asked, alike


def strange_agreement(learned: float | None, cases: Sequence[Case]) -> str:
    """That a model agrees with sure rules far less than was learned, as a notice; empty where it does not."""
    asked, alike = sure_agreement(cases)
    if learned is None or asked < _FEWEST_SURE:
        return ""
    error = sqrt(max(learned * (1 - learned), 0.01) / asked)
    if learned - alike / asked < max(_FAR_LESS, _ERRORS * error):
        return ""
    return (
        f"of the figures that rules are sure of the model gives {alike} of {asked} here, and gave {learned:.0%} when "
        "its calibration was learned: the calibration is not used"
    )


def decide_by(
    case: Case, proposals: Sequence[Proposal], probabilities: Sequence[float], least: float, reason: str = ""
) -> Decision:
    """Give each field its most probable proposal, from a probability on; hold back the others that are worth a look.

    :param reason: why answers of rules alone are held back, where that is not for their probability.
    """
    chosen, lost = choose(proposals, probabilities)
    fields = {name: _link(one) for name, one in chosen.items() if one.probability >= least}
    held: dict[str, HeldLink] = {}
    for name, one in (*chosen.items(), *lost.items()):
        if name not in fields and one.probability >= _WORTH_A_LOOK * least:
            why = f"less sure than {least:.2f}"
            if name in lost:
                why = "the figure answers another field more likely"
            elif reason and one.proposal.stand in BY_RULES:
                why = reason
            held[name] = HeldLink(_link(one), why)
    return Decision(
        {spec.id: fields[spec.id] for spec in case.schema.figures if spec.id in fields},
        held,
        tuple(_doubts(case, fields, held)),
    )


def _doubts(case: Case, fields: Mapping[str, Link], held: Mapping[str, HeldLink]) -> Iterator[Doubt]:
    """The fields to which not every reader gives the answer that is given."""
    for spec in case.schema.figures:
        said, given, kept = _said(case, spec.id), fields.get(spec.id), held.get(spec.id)
        if given is not None:
            answer = read_answer(case.report, given, spec)
            others = [(by, link) for by, link in said if not same(answer, read_answer(case.report, link, spec))]
            if len(said) == case.readers_asked(spec.id) and not others:
                continue
            said, wrong = [(given.by, given), *others], 1 - given.confidence
        elif said:
            wrong = kept.link.confidence if kept else 0.0
        else:
            continue
        why = "readers differ" if len(said) > 1 else f"{said[0][0]} alone"
        if spec.id in case.settled:
            why = "rules alone; the model was not asked"
        if given is None:
            why += f", held back: {kept.reason}" if kept else ", not given"
        yield Doubt(spec.id, why, round(wrong, 4), tuple(said))


def _said(case: Case, name: str) -> list[tuple[str, Link]]:
    """What each reader says of a field; the silent ones are not in it."""
    links = [
        ("rules", case.rules.get(name)),
        *((f"llm:{model}", said.get(name)) for model, said in case.models.items()),
    ]
    if not case.models and name in case.model:
        links.append((case.model[name].by, case.model[name]))
    return [(by, link) for by, link in links if link is not None]


def _link(chosen: Chosen) -> Link:
    return replace(chosen.proposal.link, confidence=chosen.probability)
