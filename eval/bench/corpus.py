"""Any number of reports, all different: the example reports with their digits changed."""

from __future__ import annotations

import random
import re
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "datasets" / "examples"
_DIGIT = re.compile(r"(?<=\d)\d(?!\d*年)")
"""Not the first of a number, which says how long it is, and not of a year."""


def write_corpus(folder: Path, number: int, seed: int = 0) -> int:
    """Write ``number`` reports into a folder; returns the characters of all together."""
    chance = random.Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.txt"))]
    folder.mkdir(parents=True, exist_ok=True)
    characters = 0
    for count in range(number):
        text = _DIGIT.sub(lambda digit: str(chance.randrange(10)), texts[count % len(texts)])
        (folder / f"report-{count:05}.txt").write_text(text, encoding="utf-8")
        characters += len(text)
    return characters
