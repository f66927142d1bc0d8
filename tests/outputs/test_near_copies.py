"""Nearly the same text: named whatever the format, the header and the order; what only resembles is not."""

from __future__ import annotations

import random
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.outputs.near_copies import NearCopies

ROOT = Path(__file__).parents[2]
EXAMPLES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "eval/datasets/examples").glob("*.txt"))]
DEV = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "eval/datasets/fictional/dev").glob("*.txt"))]


def found(*texts: str) -> dict[str, str]:
    """The copies among some texts, which are called by their numbers."""
    copies = NearCopies()
    for number, text in enumerate(texts):
        copies.first_like(str(number), text)
    return copies.found


def test_other_reports_are_no_copies():
    """Not those of one place in two years, nor of one author."""
    assert len(DEV) > 10
    assert found(*DEV, *EXAMPLES) == {}


@given(st.sampled_from(EXAMPLES), st.integers(10, 60), st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_small_changes(text, width, chance):
    """Broken into lines, with a header, with a digit in ten sentences changed, without a paragraph."""
    lines = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    paragraphs = text.split("\n")
    paragraphs[chance.randrange(len(paragraphs))] = ""
    places = [at for at, char in enumerate(text) if char.isdigit()]
    changed = list(text)
    for at in chance.sample(places, min(10, len(places))):
        changed[at] = str(chance.randrange(10))
    assert found(
        text, lines, f"市政府办公室转发\n各乡镇：\n{text}", "\n".join(paragraphs), "".join(changed)
    ) == dict.fromkeys("1234", "0")


def test_short_texts():
    """Of few clauses only the same are copies, white space aside."""
    assert found("共办理案件12件。", "共办理 案件12件。\n", "共办理案件13件。", "") == {"1": "0"}
    assert found("", "\n") == {"1": "0"}


def test_groups():
    """Each copy is named with the first report of the same text."""
    copies = NearCopies()
    for number, text in enumerate([EXAMPLES[0], EXAMPLES[1], EXAMPLES[0], f"抄送\n{EXAMPLES[0]}", EXAMPLES[1]]):
        copies.first_like(str(number), text)
    assert copies.groups() == {"0": ["2", "3"], "1": ["4"]}


def test_the_work_grows_with_the_number_of_reports():
    """Ten times as many reports, all with the same boilerplate, take less than thirty times as long."""
    chance = random.Random(1)
    boilerplate = "，".join(f"坚持{number}个原则不动摇" for number in range(20))

    def seconds(reports: int) -> float:
        texts = [
            boilerplate + "，".join(f"第{chance.randrange(10**9)}项工作完成" for _ in range(40)) for _ in range(reports)
        ]
        begun = time.process_time()
        assert found(*texts) == {}
        return time.process_time() - begun

    assert seconds(600) < 30 * max(seconds(60), 0.001)
