"""baogao beside langextract and plain instructor: the same model, the same reports, scored by baogao's scorer.

``peers.py [FOLDER] [--report NAME ...] [--base-url URL --model NAME]``. Without a URL the embedded model is served by
``baogao model serve``. The peers are installed from the Python index into an environment of their own. Everything is
asked one request at a time. What the peers answer becomes records and is scored as records of other programs are
(docs/evaluation.md); a figure that they print in words of the report is read by baogao's own grammar.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peer_job import Answer, Answered, read_answers

from baogao.asking.examples import load_examples
from baogao.candidates import find_candidates, parse_quantity
from baogao.choices import DEFAULT_MODEL
from baogao.document import document_from_text
from baogao.evaluation.datasets import load_dataset
from baogao.evaluation.gold import Dataset
from baogao.schema import Schema, load_schema

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "datasets" / "examples"
PACKAGES = ("langextract==1.7.1", "instructor==1.17.0", "openai==3.3.0")
PEERS = ("langextract", "instructor")
BAOGAO = Path(sys.executable).with_name("baogao")
_CONTEXT = 12288
"""Tokens; plain instructor shows a whole report and the schema of all fields at once."""
_NONE = ("无", "未", "没有", "暂无", "零", "0")


def main() -> None:
    """Run everything, and print the table."""
    options = _arguments()
    schema = load_schema(options.schema)
    folder = _chosen(options.folder, options.report, options.out)
    dataset = load_dataset(folder, schema)
    python = peers_environment(options.env)
    with _server(options.base_url, options.model) as (url, model):
        job = job_of(dataset, schema, url, model)
        answered = {peer: _run_peer(peer, python, job, options.out) for peer in options.peers}
        summary, timing = _evaluate(folder, options, url, model, answered)
    taken = {peer: _totals(reports) for peer, reports in answered.items()}
    taken |= {name: _baogao_totals(one, len(dataset.items)) for name, one in timing["extractors"].items()}
    for name in (*timing["extractors"], *answered):
        _print_line(name, summary["extractors"][name], taken[name])


def _chosen(folder: Path, names: Sequence[str] | None, out: Path) -> Path:
    """The folder itself, or a copy of some of its reports."""
    if not names:
        return folder
    part = out / "reports"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name in names:
        for file in folder.glob(f"{name}.*"):
            shutil.copy(file, part)
    return part


def peers_environment(folder: Path) -> Path:
    """The interpreter of the peers' own environment; made and filled where it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


@contextmanager
def _server(url: str | None, model: str | None) -> Iterator[tuple[str, str]]:
    """The server that was named, or the embedded model behind ``baogao model serve``."""
    if url is not None:
        yield url, model or "default"
        return
    command = [str(BAOGAO), "model", "serve", "--port", "0", "--context", str(_CONTEXT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            if not address:
                raise SystemExit("the embedded model does not start")
            yield address, model or DEFAULT_MODEL
        finally:
            process.terminate()


def job_of(dataset: Dataset, schema: Schema, url: str, model: str, *, notes: bool = False) -> dict[str, Any]:
    """What the peers are told: the reports, the names of the figures, and baogao's own worked examples."""
    examples = [
        {"text": one.passage, "answers": [(line.label, _as_printed(line.answer, one.passage)) for line in one.form]}
        for one in load_examples(schema)
    ]
    return {
        "base_url": url,
        "model": model,
        "fields": [
            {"id": spec.id, "label": spec.label, "unit": spec.unit, "note": spec.note if notes else ""}
            for spec in schema.figures
        ],
        "examples": examples,
        "reports": [{"doc_id": item.gold.doc_id, "text": item.text()} for item in dataset.items],
    }


def _as_printed(answer: str, passage: str) -> str:
    """A worked example's answer in the words of its passage: for 零 the phrase that says so."""
    if answer != "零":
        return answer
    return find_candidates(document_from_text(passage)).of_kind("none")[0].text


def _run_peer(peer: str, python: Path, job: dict[str, Any], out: Path) -> list[Answered]:
    """One peer over all reports; its answers as it gave them, and as records, are kept."""
    print(f"{peer} …", file=sys.stderr, flush=True)
    command = [python, HERE / f"peer_{peer}.py"]
    done = subprocess.run(command, input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{peer}.answers.jsonl").write_text(done.stdout, encoding="utf-8")
    answered = read_answers(done.stdout)
    records = [json.dumps(_record(one), ensure_ascii=False) for one in answered]
    (out / f"{peer}.jsonl").write_text("\n".join(records) + "\n", encoding="utf-8")
    return answered


def _record(answered: Answered) -> dict[str, Any]:
    """A record of the answers; of several for one field the first counts."""
    if answered.error:
        return {"doc_id": answered.doc_id, "status": "failed", "error": answered.error}
    fields: dict[str, Any] = {}
    for answer in answered.answers:
        value = _value(answer)
        if value is not None and answer.field not in fields:
            fields[answer.field] = value
    return {"doc_id": answered.doc_id, "status": "ok", "fields": fields}


def _value(answer: Answer) -> dict[str, Any] | None:
    """The figure of an answer; None where there is none in it."""
    evidence = [answer.span] if answer.span else []
    figure = parse_quantity(answer.text)
    if answer.text.startswith(_NONE) and (figure is None or figure.value == 0):
        return {"status": "reported_none", "value": 0, "evidence": evidence}
    if figure is None:
        return None
    return {"status": "reported", "value": float(figure.value), "bound": figure.bound, "evidence": evidence}


def _evaluate(
    folder: Path, options: argparse.Namespace, url: str, model: str, answered: dict[str, list[Answered]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run baogao on the same server, and score everybody; returns ``summary.json`` and ``timing.json``."""
    run = options.out / "run"
    command = [str(BAOGAO), "eval", str(folder), "--schema", options.schema, "--out", str(run)]
    for name in options.extractor:
        command += ["--extractor", name]
    for peer in answered:
        command += ["--records", f"{peer}={options.out / peer}.jsonl"]
    command += ["--base-url", url, "--model", model, "--ask", "form", "--concurrency", "1"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    return _read(run / "summary.json"), _read(run / "timing.json")


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _totals(answered: list[Answered]) -> dict[str, float]:
    """What a peer took, a report."""
    number = len(answered)
    return {
        "tokens": sum(one.prompt_tokens + one.completion_tokens for one in answered) / number,
        "requests": sum(one.requests for one in answered) / number,
        "seconds": sum(one.seconds for one in answered) / number,
    }


def _baogao_totals(timing: dict[str, Any], number: int) -> dict[str, float]:
    """What one of baogao's extractors took, a report."""
    tokens = timing["prompt_tokens"] + timing["completion_tokens"]
    return {
        "tokens": tokens / number,
        "requests": timing["requests"] / number,
        "seconds": timing["seconds"] / number,
    }


def _print_line(name: str, scores: dict[str, Any], taken: dict[str, float]) -> None:
    rates = "  ".join(f"{rate} {scores[rate] or 0:.3f}" for rate in ("f1", "precision", "recall"))
    print(
        f"{name:12} {rates}  failed {scores['failed']}  "
        f"{taken['tokens']:8,.0f} tokens  {taken['requests']:5.1f} requests  {taken['seconds']:6.1f} s a report"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=EXAMPLES, help="reports with gold")
    parser.add_argument("--report", action="append", help="only this report; may be repeated")
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS)
    parser.add_argument("--extractor", nargs="*", default=["llm", "hybrid"], help="of baogao, beside the peers")
    parser.add_argument("--schema", default="law_based_government")
    parser.add_argument("--base-url", help="a server that runs already")
    parser.add_argument("--model", help="the model's name there")
    parser.add_argument("--env", type=Path, default=Path(".demo/peers"), help="the peers' environment")
    parser.add_argument("--out", type=Path, default=Path("out/bench/peers"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
