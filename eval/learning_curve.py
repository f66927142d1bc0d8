"""How much gold is enough: models tuned on more and more reports, measured on those that are held out.

    python eval/learning_curve.py eval/datasets/fictional/dev eval/datasets/fresh/tuning \\
        eval/datasets/fresh/calibration --sizes 10 20 40 --out docs/learning-curve

writes ``docs/learning-curve.json``, one line a point, and a picture of it. Every size learns from the same first
reports as the one before, and more; the held-out ones are the same for all. A point that is in the file already is not
made again.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import altair

from baogao.choices import DEFAULT_MODEL
from baogao.evaluation.predict import EvalRequest, predict_run
from baogao.evaluation.runs import load_datasets, score_run
from baogao.model_options import ModelOptions
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema
from baogao.tuning.training import Recipe
from baogao.tuning.tune import TuneRequest, prepare, tune, write_gold

LINES = {"rules": "rules", "llm": "the tuned model alone", "hybrid": "both, nothing learned of them"}


def point(request: TuneRequest, schema: Schema) -> dict[str, Any]:
    """One size: tuned, and measured alone and beside rules."""
    started = time.monotonic()
    prepared = prepare(request, schema)
    tuned = tune(request, schema, prepared)
    seconds = time.monotonic() - started
    with TemporaryDirectory() as place:
        gold = write_gold(prepared.material.held_out, Path(place) / "held-out")
        options = ModelOptions(gguf=request.gguf, adapter=str(request.out), calibration="none", cache=False)
        run = predict_run(EvalRequest([gold], Path(place) / "run", list(LINES), options=options), schema)
        scores = score_run(run, load_datasets([gold], schema), schema).extractors
    return {
        "reports": tuned.info.tuned_on.reports,
        "held_out": tuned.info.tuned_on.held_out,
        "pairs": tuned.info.tuned_on.pairs,
        "held_out_loss": tuned.info.measured["held_out_loss"],
        "f1": {name: scores[name].f1 for name in LINES},
        "seconds": round(seconds),
        "base": tuned.info.base.name,
        "recipe": tuned.info.recipe,
    }


def picture(points: list[dict[str, Any]]) -> altair.Chart:
    """F1 by the number of reports, one line for each reader."""
    rows = [
        {"reports": one["reports"], "reader": LINES[name], "F1": f1} for one in points for name, f1 in one["f1"].items()
    ]
    chart: altair.Chart = (
        altair.Chart(altair.InlineData(rows))
        .mark_line(point=True)
        .encode(
            x=altair.X("reports:Q", title="reports learned from"),
            y=altair.Y("F1:Q", scale=altair.Scale(domain=[0, 1]), title="F1 on the reports held out"),
            color=altair.Color("reader:N", title=None),
        )
        .properties(width=480, height=280)
    )
    return chart


def main() -> None:
    """Make the points that are missing, and the picture of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20, 40])
    parser.add_argument("--schema", default="law_based_government")
    parser.add_argument("--base", default=DEFAULT_MODEL)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--layers", type=int)
    parser.add_argument("--held-out", type=float, default=0.17)
    parser.add_argument("--out", type=Path, required=True, help="without a suffix")
    told = parser.parse_args()
    schema, file = load_schema(told.schema), told.out.with_suffix(".json")
    points = [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    recipe = Recipe(epochs=told.epochs, layers=told.layers)
    with TemporaryDirectory() as folder:
        for size in told.sizes:
            if any(one["reports"] == size for one in points):
                continue
            adapter = Path(folder) / f"{size}.adapter.gguf"
            request = TuneRequest(told.gold, adapter, base=told.base, recipe=recipe, held_out=told.held_out, limit=size)
            points.append(point(request, schema))
            points.sort(key=lambda one: one["reports"])
            file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in points), "utf-8")
            print(json.dumps(points[-1]))
    picture(points).save(told.out.with_suffix(".svg"))


if __name__ == "__main__":
    main()
