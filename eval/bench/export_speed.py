"""How long tables of many reports take, and how much memory.

``python eval/bench/export_speed.py [--reports 10000]`` makes a run of the example reports read by rules, again and
again with other ids, and writes it in every format, each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
FORMATS = (
    ("wide.csv",),
    ("long.csv", "--long"),
    ("all.csv", "--long", "--all"),
    ("wide.xlsx",),
    ("records.json",),
    ("wide.parquet",),
    ("all.db",),
    ("book.xlsx", "--labels", "zh"),
)


def make_run(folder: Path, reports: int) -> int:
    """A run's folder of so many reports; how many fields each is asked."""
    examples = folder / "examples"
    command = [sys.executable, "-m", "baogao", "extract", str(ROOT / "eval/datasets/examples/*.txt")]
    subprocess.run([*command, "--extractor", "rules", "--out", str(examples)], check=True, capture_output=True)
    lines = (examples / "records.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    texts = [(examples / "texts" / f"{record['doc_id']}.txt").read_bytes() for record in records]
    out = folder / "run"
    (out / "texts").mkdir(parents=True)
    (out / "schema.json").write_bytes((examples / "schema.json").read_bytes())
    with (out / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(reports):
            record = records[number % len(records)] | {"doc_id": f"report-{number}"}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            (out / "texts" / f"report-{number}.txt").write_bytes(texts[number % len(records)])
    return len(records[0]["fields"])


def main() -> None:
    """Write every format, and print a line of Markdown for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=10_000)
    reports = parser.parse_args().reports
    with TemporaryDirectory() as made:
        folder = Path(made)
        fields = make_run(folder, reports)
        print(f"{reports} reports, {fields} fields\n")
        print("| file | seconds | of processor time | MB of memory | MB of file |\n|---|---|---|---|---|", flush=True)
        for name, *told in FORMATS:
            program = [sys.executable, "-m", "baogao", "export", str(folder / "run"), "--to", str(folder / name), *told]
            begun = time.perf_counter()
            process = subprocess.Popen(program, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            took = time.perf_counter() - begun
            if status:
                raise SystemExit(f"{name}: exit status {status}")
            busy, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
            size = (folder / name).stat().st_size / 1e6
            figures = f"{took:.0f} | {busy:.0f} | {memory:.0f} | {size:.0f}"
            print(f"| {' '.join((name, *told))} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
