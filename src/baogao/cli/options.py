"""The flags that several commands share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from baogao.extraction import WayOrAuto

BaseUrl = Annotated[str | None, typer.Option("--base-url", help="Root of an OpenAI-compatible API, ending in /v1.")]
ModelName = Annotated[str | None, typer.Option("--model", help="Name of the model to ask.")]
Embedded = Annotated[bool, typer.Option("--embedded", help="Start the model that `baogao model pull` fetched.")]
Gguf = Annotated[Path | None, typer.Option("--gguf", help="Start this model file instead (implies --embedded).")]
WayToAsk = Annotated[
    WayOrAuto,
    typer.Option(
        "--ask", help="form or choice for small models, link for capable ones; auto: choice beside rules when embedded."
    ),
]
PromptsDir = Annotated[Path | None, typer.Option("--prompts", help="Folder of prompt templates to use instead.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache of replies.")]
Concurrency = Annotated[
    int | None,
    typer.Option("--concurrency", min=1, help="Requests under way at once, over all reports.", show_default=False),
]
Budget = Annotated[int | None, typer.Option("--budget-tokens", min=1, help="Stop asking when this many are spent.")]
MinConfidence = Annotated[
    float | None,
    typer.Option("--min-confidence", min=0, max=1, help="Hold answers less sure than this back for review."),
]
CalibrationFile = Annotated[
    str | None,
    typer.Option("--calibration", help="FILE of `baogao calibrate`, or none. Default: the one beside the schema."),
]
