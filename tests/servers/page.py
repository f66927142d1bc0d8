"""What was seen at real servers, kept as data and shown in docs/servers.md: nobody types it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from servers.kinds import ROOT

SEEN = ROOT / "tests" / "servers" / "seen.json"
PAGE = ROOT / "docs" / "servers.md"
BEGIN, END = "<!-- what was seen: written by `make test-servers` -->\n", "<!-- end of what was seen -->"
WAYS = ("form", "choice", "link", "tag", "hybrid", "as a stream", "four at once")
"""Checks that mostly say no more than that it works; the others have words of their own."""


def keep(server: str, version: str, seen: dict[str, str]) -> None:
    """Keep what was seen at one server; what was seen at others stays."""
    known = json.loads(SEEN.read_text(encoding="utf-8")) if SEEN.exists() else {}
    known[server] = {"version": version, "on": datetime.date.today().isoformat(), "seen": seen}
    SEEN.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def tables(known: dict[str, Any]) -> str:
    """Which ways of asking work at which server, then server by server what else was seen."""
    lines = [_row(["server", "version", *WAYS]), "|" + "---|" * (len(WAYS) + 2)]
    lines += [_row([name, one["version"], *(one["seen"].get(way, "") for way in WAYS)]) for name, one in known.items()]
    for name, one in known.items():
        lines += ["", f"**{name}**, {one['version']}, on {one['on']}:", "", "| asked | seen |", "|---|---|"]
        lines += [_row([check, words]) for check, words in one["seen"].items() if check not in WAYS]
    return "\n".join(lines) + "\n"


def write(page: Path = PAGE) -> None:
    """Write the tables between their marks in the page."""
    text = page.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    page.write_text(before + BEGIN + "\n" + tables(json.loads(SEEN.read_text(encoding="utf-8"))) + "\n" + END + after)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
