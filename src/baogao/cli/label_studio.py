"""``baogao gold export``, ``import``: labels to and from Label Studio."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baogao.cli.common import Found, stdout
from baogao.cli.labels import Overwrite, print_progress
from baogao.cli.options import DEFAULT_SCHEMA
from baogao.console import inert, say, shown
from baogao.errors import UsageError

if TYPE_CHECKING:
    from baogao.evaluation.labelling import LabelRun

SchemaOrTheirs = Annotated[
    str | None, typer.Option("--schema", help="Name of a schema, or the path of a .py file; default: theirs.")
]


def export(
    labels: Annotated[
        Path, typer.Argument(help="A data set, for annotations; a run, for proposals to go on from.", metavar="LABELS")
    ],
    to: Annotated[Path, typer.Option("--to", help="FILE.json for the tasks; the configuration is FILE.xml.")],
    schema: SchemaOrTheirs = None,
) -> Found:
    """Write tasks and a labelling configuration that Label Studio imports."""
    from baogao.evaluation.datasets import load_dataset
    from baogao.evaluation.gold import write_whole
    from baogao.evaluation.label_studio.config import config_of
    from baogao.evaluation.label_studio.tasks import task_of
    from baogao.evaluation.labelling import LabelRun
    from baogao.outputs.records import RECORDS
    from baogao.schema.load import load_schema, shipped_schema

    if to.suffix != ".json":
        raise UsageError(f"--to names a .json file, not {to}")
    if (labels / RECORDS).is_file():
        run = LabelRun(labels, schema)
        loaded, tasks = run.schema, list(_of_run(run))
    else:
        loaded = load_schema(schema) if schema else shipped_schema(_schema_of_gold(labels))
        dataset = load_dataset(labels, loaded)
        tasks = [task_of(item.gold, item.text(), loaded) for item in dataset.items]
    config = to.with_suffix(".xml")
    write_whole(to, (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode())
    write_whole(config, config_of(loaded).encode())
    count = len(tasks)
    say(stdout, shown(f"{count} tasks in {inert(to)}, the labelling configuration in {inert(config)}"))
    return Found({"tasks": count, "file": str(to), "configuration": str(config)})


def _of_run(run: LabelRun) -> Iterator[dict[str, Any]]:
    """What a run answers and people decided there, as proposals."""
    from baogao.evaluation.label_studio.tasks import task_of

    made_by = {record.doc_id: f"baogao {record.made_by.baogao} {record.made_by.extractor}" for record in run.records}
    for one in run.labelled(proposals=True):
        if one.gold is None:
            print_progress(one)
        else:
            whole = one.gold.model_copy(update={"not_looked_at": []})
            yield task_of(whole, one.text, run.schema, proposed_by=made_by[one.doc_id])


def import_(
    file: Annotated[Path, typer.Argument(help="An export of Label Studio, JSON or JSON-MIN.", metavar="FILE.json")],
    out: Annotated[Path, typer.Option("--out", help="The data set: a folder for NAME.gold.json and NAME.txt.")],
    annotator: Annotated[
        str | None, typer.Option("--annotator", help="Only this person's, by id or e-mail address; default: the last.")
    ] = None,
    overwrite: Overwrite = False,
    schema: SchemaOrTheirs = None,
) -> Found:
    """Read annotations back as gold; what cannot be read is named, and the others go on."""
    from baogao.evaluation.label_studio.annotations import read_tasks
    from baogao.evaluation.labelling import save_gold
    from baogao.schema.load import load_schema, shipped_schema

    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}") from error
    loaded = load_schema(schema) if schema else shipped_schema(_schema_of_tasks(data))
    labelled = list(read_tasks(data, loaded, annotator))
    written = save_gold(labelled, out, overwrite=overwrite)
    for one in labelled:
        print_progress(one)
    failed, reports = sum(one.gold is None for one in labelled), len(written)
    say(stdout, shown(f"{reports} reports written to {inert(out)}, {failed} tasks without labels"))
    return Found({"out": str(out), "reports": reports, "failed": failed}, 1 if failed else 0)


def _schema_of_gold(folder: Path) -> str:
    from baogao.evaluation.gold import gold_files, parse_gold

    return parse_gold(gold_files(folder)[0]).schema_name


def _schema_of_tasks(data: object) -> str:
    """The schema that the first task names."""
    first = data[0] if isinstance(data, list) and data else data
    inside = first.get("data", first) if isinstance(first, dict) else {}
    named = inside.get("schema") if isinstance(inside, dict) else None
    return named if isinstance(named, str) else DEFAULT_SCHEMA
