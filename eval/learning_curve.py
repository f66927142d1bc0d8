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

from baogao.choices import DEFAULT_MODEL
from baogao.evaluation.predict import EvalRequest, predict_run
from baogao.evaluation.report.content import Picture
from baogao.evaluation.report.pictures import picture_file, series_of
from baogao.evaluation.report.svg import LEGEND, Drawing, Scale, decimal, whole
from baogao.evaluation.runs import load_datasets, score_run
from baogao.model_options import ModelOptions
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema
from baogao.tuning.training import Recipe
from baogao.tuning.tune import TuneRequest, prepare, tune, write_gold

WIDTH, HEIGHT = 480, 280
"""Pixels of the plot."""
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


def picture(points: list[dict[str, Any]]) -> Picture:
    """F1 by the number of reports, one line for each reader."""
    drawing, names = Drawing(WIDTH + 80, HEIGHT + 90), list(LINES)
    drawing.legend(62, [(words, series_of(name, names)) for name, words in LINES.items()])
    most = max([one["reports"] for one in points], default=1)
    x, y = Scale(0, most * 1.05, 62, 62 + WIDTH), Scale(0, 1, LEGEND + 12 + HEIGHT, LEGEND + 12)
    drawing.across(x, y.end, y.start, "reports learned from", whole)
    drawing.upwards(y, x.start, x.end, "F1 on the reports held out", decimal)
    for name in names:
        line = [(x(one["reports"]), y(one["f1"][name])) for one in points if one["f1"].get(name) is not None]
        if line:
            drawing.path(line, f"{series_of(name, names)} curve")
        for place in line:
            drawing.dot(*place, series_of(name, names), 4)
    title = "How much gold is enough"
    return Picture("curve", title, "", drawing.svg("curve", title, "F1 by the number of reports learned from"))


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
    told.out.with_suffix(".svg").write_text(picture_file(picture(points)), "utf-8")


if __name__ == "__main__":
    main()
