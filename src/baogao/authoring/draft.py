"""A draft of a schema: what several reports name alike becomes one field, read from the figures that were named."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from baogao.authoring.naming import Sighting
from baogao.candidates.candidate import Candidate
from baogao.schema.fields import AskedPeriod, Cue, Printed

MOST_FIELDS = 80
"""Of a draft: nobody reads more notes than that, and a field that few reports state comes last."""
OTHERS = {"title": "报告标题", "problems": "存在的问题"}
"""Ids and labels of the fields of a draft that are no figures."""
_MOST_TERMS = 5
_MONEY = re.compile(r"(?P<scale>[百千]?[万亿]+)(?=(?:美)?元$)")
"""The scale word of an amount of money."""
_EXTRA = re.compile(r"(?:总数|总量|数量|合计|数|量)$")
"""Ends of a label that do not tell two figures apart."""
_ENDINGS = {"growth": "增幅", "next": "目标", "cumulative": "累计", "rank": "位次", "part": "分项"}
"""What is put behind a label that another form of the same figure has as well."""
_ID_ENDINGS = {"next": "target", "cumulative": "total"}


@dataclass(frozen=True)
class Form:
    """What kind of figure a candidate is: figures of two forms are never one field."""

    unit: str
    """Without a scale word."""
    printed: Printed = "number"
    period: AskedPeriod = "this"
    growth: bool = False
    part: bool = False

    @classmethod
    def of(cls, candidate: Candidate) -> Form:
        """The form of a figure, by its kind and its cues; a range is a number with two bounds."""
        cues = candidate.cues
        is_rank = candidate.kind == "rank"
        printed: Printed = candidate.kind if candidate.kind in ("rank", "ratio") else "number"
        period: AskedPeriod = "next" if "target" in cues else "cumulative" if "cumulative" in cues else "this"
        return cls("位" if is_rank else candidate.unit, printed, period, "growth" in cues, "part" in cues)

    @property
    def name(self) -> str:
        """What tells it from the plain figure of the same label; empty for that."""
        if self.printed != "number":
            return self.printed
        if self.growth and self.period == "this":
            return "growth"
        return self.period if self.period != "this" else "part" if self.part else ""


@dataclass
class DraftField:
    """A field of the draft, with the figures that it was drawn from."""

    form: Form
    sightings: list[Sighting] = field(default_factory=list)
    id: str = ""
    label: str = ""

    @property
    def reports(self) -> int:
        """How many reports state it."""
        return len({one.doc_id for one in self.sightings})

    @property
    def named(self) -> str:
        """The label that most of its figures were given."""
        return _most([one.label for one in self.sightings])

    @property
    def group(self) -> str:
        """The group that most of them were put into."""
        return _most([one.group for one in self.sightings if one.group])

    @property
    def note(self) -> str:
        """What was said of it most often; empty where nothing was."""
        return _most([one.note for one in self.sightings if one.note])

    @property
    def terms(self) -> list[str]:
        """The names that it goes by, the most frequent first."""
        counts = Counter(one.label for one in self.sightings)
        return [label for label, _ in counts.most_common(_MOST_TERMS)]

    @property
    def unit(self) -> str:
        """The unit in which its value is given: of money with the scale word that is printed most often."""
        unit = self.form.unit
        if not unit.endswith("元"):
            return unit
        scales = [match["scale"] if (match := _MONEY.search(one.candidate.text)) else "" for one in self.sightings]
        return _most(scales) + unit

    @property
    def allow(self) -> list[Cue]:
        """The cues that it allows."""
        found: list[Cue] = []
        if self.form.growth:
            found.append("growth")
        if self.form.part:
            found.append("part")
        return found

    @property
    def signed(self) -> bool:
        """Whether a decrease is negative."""
        return self.form.growth or any(one.candidate.falls for one in self.sightings)

    @property
    def takes(self) -> list[Printed]:
        """In which forms it is printed."""
        ranges = any(one.candidate.kind == "range" for one in self.sightings)
        return ["number", "range"] if ranges else [self.form.printed]

    @property
    def example(self) -> Sighting:
        """The first figure that it was drawn from."""
        return self.sightings[0]


def fields_of(sightings: Iterable[Sighting], least: int = 1) -> list[DraftField]:
    """The fields that reports state, those first that most of them do, with ids and labels of their own.

    Two figures are of one field where they have the same form, and the same label (widths and white space aside) or the
    same name.

    :param least: in how many reports a field must be stated.
    """
    fields: list[DraftField] = []
    known: dict[tuple[Form, str], DraftField] = {}
    for one in sightings:
        form = Form.of(one.candidate)
        keys = [(form, key) for key in (_folded(one.label), _slug(one.name)) if key]
        found = next((known[key] for key in keys if key in known), None)
        if found is None:
            found = DraftField(form)
            fields.append(found)
        found.sightings.append(one)
        known.update(dict.fromkeys([key for key in keys if key not in known], found))
    kept = [one for one in fields if one.reports >= least]
    kept.sort(key=lambda one: -one.reports)
    _name(kept[:MOST_FIELDS])
    return kept[:MOST_FIELDS]


def grouped(fields: Sequence[DraftField]) -> list[tuple[str, list[DraftField]]]:
    """The fields by group, groups and fields in the order in which they come first."""
    groups: dict[str, list[DraftField]] = {}
    for one in fields:
        groups.setdefault(one.group or "指标", []).append(one)
    return list(groups.items())


def group_id(number: int) -> str:
    """The name of a group's attribute."""
    return f"group_{number}"


def _name(fields: Sequence[DraftField]) -> None:
    """Give each field an id and a label that no other has."""
    labels, ids = set(OTHERS.values()), {*OTHERS, *map(group_id, range(1, len(fields) + 1))}
    for one in fields:
        form = one.form.name
        ending, plain = _ENDINGS.get(form, ""), one.named
        one.label = plain if ending and ending in plain else plain + ending
        one.label = _free(one.label, labels, "（{}）")
        slug = _most([name for sighting in one.sightings if (name := _slug(sighting.name))]) or "figure"
        suffix = _ID_ENDINGS.get(form, form)
        one.id = _free(slug if not suffix or suffix in slug else f"{slug}_{suffix}", ids, "_{}")


def _free(text: str, taken: set[str], ending: str) -> str:
    """A text, or one with a number behind it, that is not taken yet; it is then."""
    numbered = (text + ending.format(number) for number in range(2, len(taken) + 3))
    found = next(one for one in (text, *numbered) if one not in taken)
    taken.add(found)
    return found


def _slug(name: str) -> str:
    """A name as an id: small letters, digits and _; empty where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:40].strip("_")
    if slug[:1].isdigit():
        slug = f"n_{slug}"
    # What a class of fields has already, or Python reads as something else.
    return f"{slug}_figure" if slug and (keyword.iskeyword(slug) or hasattr(BaseModel, slug)) else slug


def _folded(label: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", label).split()).casefold()
    return _EXTRA.sub("", plain) or plain


def _most(texts: Sequence[str]) -> str:
    """The most frequent text, of several the first; empty for none."""
    return Counter(texts).most_common(1)[0][0] if texts else ""
