"""How long it takes to label a report, from counted keys and clicks: a model, not a measurement of people.

The keystroke-level model (Card, Moran and Newell 1980, "The keystroke-level model for user performance time with
interactive systems", Communications of the ACM 23(7), 396-410) adds up what an expert does without errors: keys,
pointing, and thinking before each act that is chosen. Reading comes beside it: the whole text once. It does not say how
people of flesh and blood fare, who hesitate, err and tire: that wants a trial with annotators.

    baogao extract eval/datasets/fictional/dev/linyingshi-2023.txt --extractor rules --out out/long
    python eval/bench/labelling_time.py out/long
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from baogao.document import document_from_text
from baogao.outputs.records import kept_text, read_records

KEY = 0.28
"""Seconds: K, one key, for an average typist who is no secretary (40 words a minute)."""
POINT = 1.1
"""P: pointing at something with a mouse."""
BUTTON = 0.1
"""B: pressing or letting go of the mouse's button; a click is both."""
HOMING = 0.4
"""H: the hand from keys to mouse, and back."""
THINK = 1.35
"""M: making up one's mind about the next act."""
SPEEDS: Mapping[str, int] = {"closely": 300, "fluently": 500}
"""Chinese characters read silently in a minute: an assumption, from close reading to reading along. Reading aloud is
slower (Trauzettel-Klosinski and Dietz 2012, "Standardized assessment of reading performance: the new International
Reading Speed Texts IReST", Investigative Ophthalmology & Visual Science 53(9), 5452-5461)."""


@dataclass(frozen=True)
class Counts:
    """What a scripted browser counted while one report was labelled."""

    keys: int
    clicks: int
    """Of the mouse, each with its pointing."""
    drags: int = 0
    """Of the mouse, over characters: pointing twice."""
    decisions: int = 0
    """Answers that were looked at: each wants a mind made up once, whatever it takes to say so."""


@dataclass(frozen=True)
class Estimate:
    """How long it takes, in seconds."""

    acting: float
    """Keys, pointing, hands between keys and mouse."""
    deciding: float
    reading: float

    @property
    def total(self) -> float:
        """All of it, one after another: nothing is done while reading."""
        return self.acting + self.deciding + self.reading


def labelling_time(counts: Counts, characters: int, characters_a_minute: int) -> Estimate:
    """How long a report takes an expert who makes no mistakes.

    :param characters: of the report's text.
    :param characters_a_minute: how fast it is read; see ``SPEEDS``.
    """
    pointed = counts.clicks + 2 * counts.drags
    buttons = 2 * BUTTON * (counts.clicks + counts.drags)
    # Whoever takes the mouse puts it away again, each time: the worst case.
    hands = 2 * HOMING * (counts.clicks + counts.drags) if counts.keys else 0.0
    acting = KEY * counts.keys + POINT * pointed + buttons + hands
    return Estimate(acting, THINK * counts.decisions, 60 * characters / characters_a_minute)


def of_answers(run: Path) -> dict[str, tuple[int, int]]:
    """Of each report of a run how many characters it has, and how many the sentences have that its answers stand in."""
    found = {}
    for record in read_records(run):
        text = kept_text(record.doc_id, run / "texts") or ""
        document = document_from_text(text)
        said = [*record.fields.values(), *record.metadata.values(), *chain.from_iterable(record.lists.values())]
        places = [start for one in said for start, _ in one.evidence or ()]
        sentences = {document.sentence_at(document.view.read(start)) for start in places} - {None}
        found[record.doc_id] = len(text), sum(len(document.slice(one.span)) for one in sentences if one)
    return found


def main() -> None:
    """Confirm the reports of a run in a scripted browser, and print for each how long that takes, as JSON."""
    run = Path(sys.argv[1])
    from review_keys import confirmed  # it needs a browser

    lengths = of_answers(run)
    for one in confirmed(run):
        whole, answers = lengths[one.doc_id]
        # Every key says one thing, be it of one field or of all that are silent.
        counts = Counts(one.keys, 0, decisions=one.keys)
        minutes = {
            f"{what} read {name}": round(labelling_time(counts, length, speed).total / 60, 1)
            for what, length in (("sentences of answers", answers), ("whole text", whole))
            for name, speed in SPEEDS.items()
        }
        print(json.dumps({**asdict(one), "characters": whole, "of_answers": answers, "minutes": minutes}))


if __name__ == "__main__":
    main()
