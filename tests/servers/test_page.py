"""The page on real servers shows what was seen there, and nothing else."""

from __future__ import annotations

import json

from servers.page import BEGIN, END, PAGE, SEEN, tables


def test_the_page_shows_what_was_seen() -> None:
    """The tables between the marks are those of the data that the run wrote: nobody typed them."""
    text = PAGE.read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == tables(json.loads(SEEN.read_text(encoding="utf-8"))).strip()
    assert "FAILS" not in shown
