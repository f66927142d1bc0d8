"""What an extractor was not asked: its silence there says nothing of it, and no rate is printed.

A way of asking leaves out what it cannot ask: forms know no lists, and the way tag knows figures alone. Of records that
were made elsewhere nobody told what was asked; what none of them so much as names was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from baogao.choices import Way
from baogao.evaluation.run_info import ExtractorInfo
from baogao.evaluation.submissions import Submission
from baogao.rules.rulebook import load_rulebook, rules_path
from baogao.schema.fields import FieldKind, Schema

ASKS: Mapping[Way, frozenset[FieldKind]] = {
    "form": frozenset({"figure", "choice", "date", "quote", "text"}),
    "choice": frozenset({"figure"}),
    "link": frozenset({"figure", "choice", "date", "quote", "text", "items", "rows"}),
    "tag": frozenset({"figure"}),
    "blank": frozenset({"figure"}),
}
"""Which kinds of field a way of asking asks."""


def not_asked(extractor: ExtractorInfo, submissions: Sequence[Submission], schema: Schema) -> list[str]:
    """The fields that an extractor was not asked, in the schema's order; none that it answers somewhere.

    :param submissions: all that it answered.
    """
    said = {name for one in submissions for name in _named(one, only_said=True)}
    if extractor.origin == "records":
        # A record that leaves a field out is silent on it, as anybody may write it; lists and metadata it would name.
        asked = {name for one in submissions for name in _named(one)} | {spec.id for spec in schema.fields}
    else:
        asked = _asked(extractor, schema)
    return [spec.id for spec in schema.specs if spec.id not in asked | said]


def _asked(extractor: ExtractorInfo, schema: Schema) -> set[str]:
    """By whoever reads in it: rules, models, or both; everything where nothing is known of them."""
    models = [*(extractor.models or ()), *filter(None, [extractor.escalate_to])]
    ways = {*filter(None, [extractor.way]), *(model.way for model in models)}
    rules = extractor.name != "llm" and rules_path(schema).is_file()
    if not ways and not rules:
        return {spec.id for spec in schema.specs}
    kinds = {kind for way in ways for kind in ASKS[way]}
    asked = {spec.id for spec in schema.specs if spec.kind in kinds}
    if rules:
        rulebook = load_rulebook(None, schema)
        words = {one.spec.id for one in rulebook.words}
        asked |= {spec.id for spec in schema.figures} | words | {*rulebook.lists, *rulebook.metadata}
    return asked


def _named(one: Submission, *, only_said: bool = False) -> Iterator[str]:
    """What a record names; or only what it answers."""
    silent = [name for name, answer in one.fields.items() if answer.status == "not_reported"] if only_said else []
    yield from one.fields.keys() - silent
    for answers in (one.metadata, one.lists, one.rows):
        yield from (name for name, answer in answers.items() if answer or not only_said)
