"""``--dry-run``: what a model would be asked, without asking it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from baogao.assemble import ModelOptions, asking_extractor
from baogao.candidates import find_candidates
from baogao.console import shown
from baogao.document import Document
from baogao.errors import DocumentError
from baogao.extraction import ExtractorName, Way
from baogao.inputs import Source
from baogao.llm import ModelClient, Question, estimate_tokens, load_prompts
from baogao.schema.fields import Schema


def run_dry(
    sources: Sequence[Source], name: ExtractorName, schema: Schema, options: ModelOptions, stdout: Console
) -> int:
    """Print the requests and tokens that a run would take; returns its exit code, 1 when an input cannot be read."""
    if name == "rules":
        stdout.print(f"{len(sources)} reports, no requests: rules ask no model", highlight=False)
        return 0
    questions: list[Question] = []
    failed = 0
    for source in sources:
        try:
            document = source.read()
        except DocumentError as error:
            stdout.print(f"[red]failed[/] {shown(source.name)}: {shown(error)}", highlight=False, soft_wrap=True)
            failed += 1
        else:
            questions.extend(_questions(document, name, schema, options))
    prompt = sum(estimate_tokens(question.messages) for question in questions)
    most = sum(question.max_tokens for question in questions)
    read = len(sources) - failed
    stdout.print(
        f"{read} reports, {len(questions)} requests, about {prompt} prompt tokens, at most {most} reply tokens",
        highlight=False,
        soft_wrap=True,
    )
    return 1 if failed else 0


def _questions(document: Document, name: ExtractorName, schema: Schema, options: ModelOptions) -> list[Question]:
    """The questions of one document. The client is only a place to put them: nothing is sent."""
    client = ModelClient(options.settings())
    prompts = load_prompts(options.prompts)
    beside_rules = name == "hybrid"
    small: Way = "choice" if beside_rules else "form"
    way = options.ask if options.ask != "auto" else small if options.starts_server else "link"
    extractor = asking_extractor(way, client, schema, prompts, beside_rules=beside_rules)
    return extractor.questions(document, find_candidates(document), schema)
