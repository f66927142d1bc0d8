"""Count what the data set holds, for its data sheet."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
WORDS = {"delivered_on", "delivered_by", "congress", "targets_met", "livelihood_deeds_done"}


def main() -> None:
    """Print a table, a column for each part."""
    parts = {
        name: [json.loads(path.read_text("utf-8")) for path in (HERE / name).glob("*.gold.json")]
        for name in ("dev", "test")
    }
    parts["all"] = parts["dev"] + parts["test"]
    rows: dict[str, list[str]] = {}
    for golds in parts.values():
        stated = [[name for name, one in gold["fields"].items() if one["status"] != "not_reported"] for gold in golds]
        figures = [sum(name not in WORDS for name in names) for names in stated]
        cells = [one for gold in golds for row in gold["rows"].get("projects", []) for one in row.values()]
        characters = [gold["characters"] for gold in golds]
        for head, value in {
            "reports": len(golds),
            "characters, shortest to longest": f"{min(characters):,}–{max(characters):,}",
            "characters, median": f"{median(characters):,.0f}",
            "stated figures": sum(figures),
            "stated figures in a report": f"{min(figures)}–{max(figures)}",
            "stated dates, quotes, choices": sum(map(len, stated)) - sum(figures),
            "rows (projects)": sum(len(gold["rows"].get("projects", [])) for gold in golds),
            "stated cells of rows": sum(one["status"] != "not_reported" for one in cells),
            "entries of lists (problems, tasks)": sum(len(found) for gold in golds for found in gold["lists"].values()),
        }.items():
            rows.setdefault(head, []).append(str(value))
    print(f"| | {' | '.join(parts)} |\n|---|{'---|' * len(parts)}")
    for head, values in rows.items():
        print(f"| {head} | {' | '.join(values)} |")


if __name__ == "__main__":
    main()
