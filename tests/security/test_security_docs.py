"""docs/security.md names tests that exist."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def _tests_in(paths: Iterable[Path]) -> set[str]:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return set(re.findall(r"^(?:async )?def (test_\w+)", sources, re.MULTILINE))


def test_every_named_test_exists():
    """Each test that the page names is defined in the suite, and every other test of this folder is named."""
    page = (_ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    defined = _tests_in((_ROOT / "tests").rglob("test_*.py"))
    assert named <= defined
    assert _tests_in(path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)) <= named


def test_the_limits_on_the_page_are_those_of_the_code():
    """Numbers drift; these are looked up."""
    from baogao.document import package, paragraphs, pdf, readers, webpage

    page = (_ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for words in (
        f"{readers.LARGEST // 1_000_000} MB, and {readers.MOST_CHARACTERS:,} characters",
        f"{package.LARGEST_UNPACKED // 1_000_000} MB unpacked and {package.LARGEST_PART // 1_000_000} MB for a part",
        f"{pdf._MOST_PAGES:,} pages, {pdf._MOST_CHARACTERS:,} characters, {pdf._MOST_SECONDS:.0f} seconds",
        f"{webpage._MOST_ELEMENTS:,} elements",
        f"cut at {paragraphs._LONGEST_SENTENCE:,} characters",
    ):
        assert words in page
