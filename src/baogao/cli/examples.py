"""Examples for the help of every command: command lines that work as they stand, once their files are there."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "extract": (
        "baogao extract reports/ --extractor rules --out out/mine",
        "baogao extract 'reports/*.pdf' --embedded --extractor hybrid --out out/mine",
        "baogao extract reports/ --out out/mine --json --quiet --log-file baogao.log",
    ),
}
"""By the name of the command, without the program's."""
