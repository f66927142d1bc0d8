"""``baogao gold start``, ``save``, ``disputes``: gold from what people looked at in a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baogao.cli.common import Found, stdout
from baogao.console import inert, say, shown

if TYPE_CHECKING:
    from baogao.evaluation.labelling import Dispute, Labelled, Saying

RunFolder = Annotated[Path, typer.Argument(help="The folder of a run that people looked at.", metavar="RUN")]
SchemaOfRun = Annotated[str | None, typer.Option("--schema", help="The schema, if not the one of the run.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Write over gold that was written otherwise, or changed since.")
]


def start(
    run: Annotated[Path, typer.Argument(help="A folder that extract wrote.", metavar="RUN")],
    out: Annotated[Path, typer.Option("--out", help="Folder for NAME.gold.json and NAME.txt.")],
    name: Annotated[str | None, typer.Option("--name", help="Who is going to look.")] = None,
    overwrite: Overwrite = False,
    schema: SchemaOfRun = None,
) -> Found:
    """Begin labels from a run: gold filled from its answers, none of which counts before somebody has looked at it."""
    from baogao.evaluation.labelling import LabelRun, save_gold

    labels = LabelRun(run, schema)
    labelled = list(labels.labelled(proposals=True))
    written = save_gold(labelled, out, overwrite=overwrite)
    for one in labelled:
        print_progress(one)
    reports = len(written)
    say(stdout, shown(f"{reports} reports in {inert(out)}: what nobody has looked at is a proposal there, and no gold"))
    who = quote(name or "NAME")
    say(stdout, shown(f"look at them: baogao review {quote(inert(run))} --serve --name {who}"))
    say(stdout, shown(f"then: baogao gold save {quote(inert(run))} --out {quote(inert(out))}"))
    return Found({"out": str(out), "reports": reports, "labels": list(map(_document, labelled))})


def save(
    run: RunFolder,
    out: Annotated[Path, typer.Option("--out", help="The data set: a folder for NAME.gold.json and NAME.txt.")],
    by: Annotated[
        str | None, typer.Option("--by", help="Only what this person decided; default: what stands by now.")
    ] = None,
    complete_only: Annotated[
        bool, typer.Option("--complete-only", help="Only reports of which everything was looked at.")
    ] = False,
    names: Annotated[bool, typer.Option("--names", help="Keep in the gold who looked.")] = False,
    overwrite: Overwrite = False,
    schema: SchemaOfRun = None,
) -> Found:
    """Write what people looked at in a run as gold; what nobody looked at is none, and is named as such."""
    from baogao.evaluation.labelling import LabelRun, save_gold

    labels = LabelRun(run, schema)
    labelled = list(labels.labelled(by))
    wanted = [one for one in labelled if one.looked_at and not (complete_only and one.looked_at < one.of)]
    if names:
        wanted = [_with_names(one, [by] if by else labels.decisions(one.doc_id).people) for one in wanted]
    written = save_gold(wanted, out, overwrite=overwrite)
    for one in labelled:
        print_progress(one)
    disputed = sum(len(one.disputed) for one in wanted)
    if disputed:
        say(
            stdout,
            shown(f"people differ on {disputed} of them: the last word is in the gold; see baogao gold disputes"),
        )
    looked_at, every = sum(one.looked_at for one in labelled), sum(one.of for one in labelled)
    reports = len(written)
    say(stdout, shown(f"{looked_at} of {every} fields looked at; {reports} reports written to {inert(out)}"))
    counts = {"looked_at": looked_at, "of": every, "disputed": disputed}
    return Found({"out": str(out), "reports": reports, **counts, "labels": list(map(_document, labelled))})


def _document(labelled: Labelled) -> dict[str, Any]:
    """How far people are with a report, for programs."""
    counts = {"looked_at": labelled.looked_at, "of": labelled.of}
    return {"doc_id": labelled.doc_id, **counts, "why_not": labelled.why_not, "left_out": dict(labelled.left_out)}


def _with_names(labelled: Labelled, names: list[str]) -> Labelled:
    gold = labelled.gold and labelled.gold.model_copy(update={"annotators": names})
    return replace(labelled, gold=gold)


def print_progress(labelled: Labelled) -> None:
    """A line on how far people are with a report, and one for each decision that cannot be gold."""
    doc_id, reason = inert(labelled.doc_id), inert(labelled.why_not)
    if labelled.gold is None:
        say(stdout, shown(f"{doc_id}: no labels, {reason}"))
        return
    looked_at, of = labelled.looked_at, labelled.of
    say(stdout, shown(f"{doc_id}: {looked_at} of {of} fields looked at"))
    for field, fault in labelled.left_out.items():
        said = inert(fault)
        say(stdout, shown(f"{doc_id}: {field} is left out: {said}"))


def disputes(
    run: RunFolder,
    schema: SchemaOfRun = None,
) -> Found:
    """List the fields on which people differ: who says what, and the sentence it was read from."""
    from baogao.evaluation.labelling import LabelRun, disputes_of

    found = list(disputes_of(LabelRun(run, schema)))
    for one in found:
        say(stdout, *map(shown, _lines(one)))
    count, reports = len(found), len({one.doc_id for one in found})
    say(stdout, shown(f"{count} fields of {reports} reports in dispute; they are settled in baogao review RUN --serve"))
    return Found({"disputes": list(map(asdict, found))})


def _lines(dispute: Dispute) -> Iterable[str]:
    """A dispute: its field, then a line for each person."""
    yield f"{inert(dispute.doc_id)}: {inert(dispute.key)} ({inert(dispute.label)})"
    for one in dispute.sayings:
        sentence = f" “{inert(' '.join(one.sentence.split()))}”" if one.sentence else ""
        yield f"  {inert(one.who)}: {inert(_said(one))}{sentence}"


def _said(saying: Saying) -> str:
    """What somebody said, in words."""
    from pydantic import ValidationError

    from baogao.schema.values import Answer, shown_value

    said = saying.said
    if "status" in said:
        try:
            answer = Answer.model_validate(said)
        except ValidationError:
            return "what cannot be read"
        if answer.status == "not_reported" or answer.value is None:
            return "not there"
        number = shown_value(answer.value, answer.upper)
        bound = "" if answer.bound in (None, "exact") else f"{answer.bound} "
        return "none" if answer.status == "reported_none" else f"{bound}{number}"
    if not said:
        return "not there"
    if "items" in said:
        entries = said["items"]
        count = len(entries) if isinstance(entries, list) else 0
        return f"{count} entries"
    return str(said.get("text") or said.get("value") or "not there")
