"""The rules extractor: the regex baseline that every model is measured against."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from baogao.candidates.candidate import Candidate
from baogao.extraction import Extraction, Link, ReportText, TextLink
from baogao.rules.context import Context, build_contexts
from baogao.rules.lists import Region, find_regions, link_lists
from baogao.rules.matching import Scored, rank_candidates
from baogao.rules.metadata import link_metadata
from baogao.rules.rulebook import FieldRules, Rulebook
from baogao.rules.rules_file import FIGURE
from baogao.rules.topics import TopicWords

_RIVAL_MARGIN = 0.06
"""Another value that scores within this of the best makes the answer doubtful."""
_DOUBTFUL = 0.75
"""Factor on the confidence of a doubtful answer: below what hybrid by thresholds takes for sure, so that the model is
asked. These three and the next were set by hand on the development reports (docs/accuracy.md)."""
_PREFERENCE_MARGIN = 0.2
"""The largest figure is preferred among those within this of the best score: further off it counts something else."""
_JUST_BEHIND = 10
"""Characters between a mark that was passed and the figure itself."""
_SURENESS = 0.05
_SUREST = 0.98
"""Confidence is the score and a little more, and never certainty."""
_WHOLE_AREA = re.compile(r"全[省市县区旗盟州]")
"""Words that speak of the whole county (city, province …) and not of one of its offices."""


class RulesExtractor:
    """Links candidates to fields by the patterns of a rules file; needs no model and always answers the same."""

    name = "rules"

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.schema = rulebook.schema
        self._words = TopicWords(rulebook.topics)

    async def extract(self, report: ReportText) -> Extraction:
        """Link one report; see :class:`baogao.extraction.Extractor`."""
        return self.link(report)[0]

    def link(self, report: ReportText) -> tuple[Extraction, dict[str, list[Scored]]]:
        """What :meth:`extract` gives, and every field's candidates, the best first.

        A field that no candidate answers has none. One candidate may stand under several fields: the extraction gives
        it to the field that it answers best.
        """
        document, candidates, rulebook = report.document, report.candidates, self.rulebook
        regions = find_regions(document, candidates, rulebook.lists)
        metadata = link_metadata(document, rulebook.metadata, self.schema.sought.year)
        found = rank_candidates(self._contexts(report, regions, metadata), rulebook)
        ranked = {spec.id: found[spec.id] for spec in self.schema.figures if spec.id in found}
        extraction = Extraction(
            fields=assign(ranked, rulebook),
            words={one.spec.id: said for one in rulebook.words if (said := one.find(document, candidates))},
            lists=link_lists(document, candidates, rulebook.lists, regions),
            metadata=metadata,
        )
        return extraction, ranked

    def contexts(self, report: ReportText) -> list[Context]:
        """What stands around each figure, and each phrase that says "none", on which patterns are tried."""
        regions = find_regions(report.document, report.candidates, self.rulebook.lists)
        metadata = link_metadata(report.document, self.rulebook.metadata, self.schema.sought.year)
        return self._contexts(report, regions, metadata)

    def _contexts(
        self, report: ReportText, regions: Sequence[Region], metadata: Mapping[str, TextLink]
    ) -> list[Context]:
        rulebook = self.rulebook
        silent = [region.span for region in regions if not rulebook.lists[region.name].figures]
        contexts = [
            context
            for context in build_contexts(
                report.document, report.candidates, self._words, rulebook.measures, rulebook.collective
            )
            if context.candidate.label or not any(start <= context.candidate.start < end for start, end in silent)
        ]
        levels = [metadata.get(name) for name, rule in rulebook.metadata.items() if rule.source == "level"]
        if any(level is not None and level.value == "department" for level in levels):
            # In a department's report the whole county's figures stand beside its own, which come first.
            for context in contexts:
                before, figure, _ = context.text.partition(FIGURE)
                if figure and _WHOLE_AREA.search(before):
                    context.aside = True
        return contexts


def assign(ranked: dict[str, list[Scored]], rulebook: Rulebook) -> dict[str, Link]:
    """Give out candidates, the surest match first; a figure serves one field unless a pattern shares it.

    :param ranked: every field's candidates, the best first.
    :returns: the links in the order of ``ranked``; a field that lost all its figures to others has none.
    """
    pairs = [(scored, name) for name, found in ranked.items() for scored in found]
    pairs.sort(key=lambda pair: (-pair[0].score, pair[0].candidate_id))
    taken: set[int] = set()
    links: dict[str, Link] = {}
    for scored, name in pairs:
        if name in links or (scored.candidate_id in taken and not scored.shared):
            continue
        free = [one for one in ranked[name] if one.candidate_id not in taken or one.shared]
        links[name] = link = _link(scored, free, rulebook.fields[name])
        taken.update(one.candidate_id for one in free if one.candidate_id in link.candidates and not one.shared)
    return {name: links[name] for name in ranked if name in links}


def _says_exactly(exact: Candidate, passed: Candidate) -> bool:
    """Whether a figure says how far beyond one it went that stands just before: 突破300亿元大关，达到302.5亿元."""
    return (
        exact.bound == "exact"
        and exact.unit == passed.unit
        and 0 < exact.start - passed.end <= _JUST_BEHIND
        and (passed.value or 0) < (exact.value or 0) < (passed.value or 0) * 2
    )


def _link(best: Scored, found: list[Scored], rules: FieldRules) -> Link:
    """The link to the best of the candidates that are free, or to all parts of a sum, with its confidence.

    Parts are summed where the best answer is one of them; a printed total stands alone.
    """
    if rules.prefer == "largest":
        near = [one for one in found if best.score - one.score <= _PREFERENCE_MARGIN]
        best = max(near, key=lambda one: one.candidate.value or Decimal(0))
    elif best.candidate.bound == "over":
        best = next((one for one in found if _says_exactly(one.candidate, best.candidate)), best)
    ids: tuple[int, ...] = (best.candidate_id,)
    if rules.additive and best.pattern.role == "part":
        ids = tuple(sorted(one.candidate_id for one in found if one.pattern.role == "part"))
    doubtful = any(
        one.candidate_id not in ids
        and one.candidate.value != best.candidate.value
        and best.score - one.score < _RIVAL_MARGIN
        for one in found
    )
    confidence = min(_SUREST, best.score + _SURENESS) * (_DOUBTFUL if doubtful else 1.0)
    return Link(ids, round(confidence, 3), "rules", best.pattern.source)
