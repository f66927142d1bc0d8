"""Examples for the help of every command: command lines that work as they stand, once their files are there."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "candidates": (
        "baogao candidates report.pdf",
        "baogao candidates report.txt --field exam_passed",
        "baogao candidates report.txt --schema government_work_report --json",
    ),
    "calibrate": (
        "baogao calibrate gold/ --embedded --out mine.calibration.json",
        "baogao calibrate gold/ --base-url http://localhost:8000/v1 --model NAME --record recording/ --schema my.py",
    ),
    "config": (
        "baogao config",
        "baogao config --json",
    ),
    "extract": (
        "baogao extract reports/ --extractor rules --out out/mine",
        "baogao extract 'reports/*.pdf' --embedded --extractor hybrid --out out/mine",
        "baogao extract reports/ --out out/mine --json --quiet --log-file baogao.log",
    ),
    "tune": (
        "baogao tune gold/ --schema my.py --dry-run",
        "baogao tune gold/ --schema my.py",
    ),
    "review": (
        "baogao review out/mine",
        "baogao review out/mine --serve --name Li --open",
    ),
    "matrix": ("baogao matrix out/mine --open",),
    "export": (
        "baogao export out/mine --to mine.xlsx --labels zh",
        "baogao export out/mine --to figures.csv --long",
    ),
    "schema list": ("baogao schema list",),
    "schema show": (
        "baogao schema show government_work_report",
        "baogao schema show my.py --json",
    ),
    "schema check": ("baogao schema check my.py",),
    "schema new": ("baogao schema new my.py",),
    "schema draft": (
        "baogao schema draft reports/ --embedded --out my.py",
        "baogao schema draft reports/ --embedded --out my.py --least 3",
    ),
    "rules suggest": (
        "baogao rules suggest gold/ --field exam_passed",
        "baogao rules suggest gold/ --schema my.py --out my.rules.yaml",
    ),
    "model pull": (
        "baogao model pull",
        "baogao model pull qwen2.5-coder-0.5b",
    ),
    "model list": (
        "baogao model list",
        "baogao model list --json",
    ),
    "model rm": (
        "baogao model rm qwen2.5-coder-0.5b",
        "baogao model rm qwen2.5-coder-0.5b --yes",
    ),
    "model serve": (
        "baogao model serve --port 8080",
        "baogao model serve --gguf my.gguf --adapter my.adapter.gguf",
    ),
    "model probe": ("baogao model probe --base-url http://localhost:8000/v1 --model NAME",),
    "cache stats": ("baogao cache stats",),
    "cache clear": ("baogao cache clear",),
    "gold start": ("baogao gold start out/mine --out gold/ --name Li",),
    "gold save": ("baogao gold save out/mine --out gold/",),
    "gold disputes": ("baogao gold disputes out/mine --json",),
    "gold export": ("baogao gold export gold/ --to tasks.json",),
    "gold import": ("baogao gold import annotations.json --out gold/",),
    "gold build": (
        "baogao gold build marked/a.txt marked/b.txt --out gold/",
        "baogao gold build marked/a.txt --out gold/ --split --schema my.py",
    ),
    "gold check": (
        "baogao gold check gold/",
        "baogao gold check gold/ --schema my.py --json",
    ),
    "gold agree": ("baogao gold agree gold-of-li/ gold-of-wang/",),
    "batch prepare": (
        "baogao batch prepare reports/ --model NAME --out batch/",
        "baogao batch prepare reports/ --model NAME --extractor llm --ask link --out batch/",
    ),
    "batch collect": (
        "baogao batch collect batch/ results.jsonl --out out/mine",
        "baogao batch collect batch/ results.jsonl errors.jsonl --again --out out/mine",
    ),
    "eval run": (
        "baogao eval gold/ --out runs/rules",
        "baogao eval run gold/ --extractor rules --extractor hybrid --embedded --out runs/mine",
        "baogao eval gold/ --records theirs=records.jsonl --out runs/theirs --min-f1 rules=0.8",
    ),
    "eval score": ("baogao eval score runs/mine --not-worse-than runs/before",),
    "eval report": ("baogao eval report runs/mine",),
    "eval diff": ("baogao eval diff runs/before runs/mine",),
    "eval history": ("baogao eval history runs/",),
    "eval serve": ("baogao eval serve runs/ --open",),
    "eval replay": ("baogao eval replay runs/mine",),
}
"""By the name of the command, without the program's."""
