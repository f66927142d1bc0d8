"""How long it takes to label a report, from counted keys and clicks: a model, not a measurement of people.

The keystroke-level model (Card, Moran and Newell 1980, "The keystroke-level model for user performance time with
interactive systems", Communications of the ACM 23(7), 396-410) adds up what an expert does without errors: keys,
pointing, and thinking before each act that is chosen. Reading comes beside it: the whole text once. It does not say how
people of flesh and blood fare, who hesitate, err and tire: that wants a trial with annotators.

    python eval/bench/labelling_time.py --keys 40 --clicks 6 --decisions 38 --characters 4000
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

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


def main() -> None:
    """Print the estimates for some counts as JSON, one line for each speed of reading."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("keys", "clicks", "decisions", "characters"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--drags", type=int, default=0)
    given = parser.parse_args()
    counts = Counts(given.keys, given.clicks, given.drags, given.decisions)
    for name, speed in SPEEDS.items():
        found = labelling_time(counts, given.characters, speed)
        print(json.dumps({"speed": name, **asdict(found), "total": found.total, "minutes": found.total / 60}))


if __name__ == "__main__":
    main()
