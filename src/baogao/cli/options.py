"""The flags that several commands share, each written once; those about the model go to a command as ``options``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baogao.choices import Onto, WayOrAuto
from baogao.errors import UsageError
from baogao.resources import resource_dir

if TYPE_CHECKING:
    from baogao.model_options import ModelOptions

DEFAULT_SCHEMA = "law_based_government"


def schemas_like(incomplete: str) -> list[str]:
    """For completion: the schemas that come with baogao whose names begin so; none is loaded."""
    names = sorted(path.stem for path in resource_dir("schemas").glob("*.py"))
    return [name for name in names if name.startswith(incomplete)]


SchemaName = Annotated[
    str,
    typer.Option("--schema", help="Name of a schema, or the path of a .py file.", autocompletion=schemas_like),
]
Ocr = Annotated[
    bool, typer.Option("--ocr", help="Recognise words in pictures and scanned pages (needs the extra baogao[ocr]).")
]

BaseUrl = Annotated[str | None, typer.Option("--base-url", help="Root of an OpenAI-compatible API, ending in /v1.")]
ModelName = Annotated[str | None, typer.Option("--model", help="Name of the model to ask.")]
ModelNames = Annotated[
    list[str] | None,
    typer.Option("--model", help="Name of the model to ask; in hybrid several may read: give it again for each."),
]
EscalateTo = Annotated[
    str | None,
    typer.Option("--escalate-to", help="A model that is asked only about reports of which the others are not sure."),
]
Embedded = Annotated[bool, typer.Option("--embedded", help="Start the model that `baogao model pull` fetched.")]
Gguf = Annotated[Path | None, typer.Option("--gguf", help="Start this model file instead (implies --embedded).")]
AdapterFile = Annotated[
    str | None,
    typer.Option(
        "--adapter",
        help="FILE of `baogao tune` for the model started here, or none. Default: the one beside the schema.",
    ),
]
Thorough = Annotated[
    bool, typer.Option("--thorough", help="Have the embedded model read twice, in two ways: slower, and more right.")
]
WayToAsk = Annotated[
    WayOrAuto,
    typer.Option(
        "--ask",
        help="tag for tuned models, form or choice for other small ones, link for capable ones; auto finds out.",
    ),
]
PromptsDir = Annotated[Path | None, typer.Option("--prompts", help="Folder of prompt templates to use instead.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache of replies.")]
Concurrency = Annotated[
    int | None,
    typer.Option("--concurrency", min=1, help="Requests under way at once, over all reports.", show_default=False),
]
Budget = Annotated[int | None, typer.Option("--budget-tokens", min=1, help="Stop asking when this many are spent.")]
PriceIn = Annotated[
    float | None, typer.Option("--price-in", min=0, help="Price of a million prompt tokens.", show_default=False)
]
PriceOut = Annotated[
    float | None, typer.Option("--price-out", min=0, help="Price of a million reply tokens.", show_default=False)
]
PriceCached = Annotated[
    float | None,
    typer.Option(
        "--price-cached",
        min=0,
        help="Price of a million prompt tokens that the server had in its cache.",
        show_default=False,
    ),
]
MinConfidence = Annotated[
    float | None,
    typer.Option("--min-confidence", min=0, max=1, help="Hold answers less sure than this back for review."),
]
CalibrationFile = Annotated[
    str | None,
    typer.Option("--calibration", help="FILE of `baogao calibrate`, or none. Default: the one beside the schema."),
]

Batch = Annotated[
    Path | None,
    typer.Option("--batch", help="Take replies from the folder of a collected batch, instead of asking a model."),
]

Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace another run's results in --out; what people said of it is kept aside."),
]
AddTo = Annotated[
    bool, typer.Option("--add", help="Add reports to the results in --out, which were made in the same way.")
]

Command = Callable[..., Any]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def model_options(
    *,
    base_url: BaseUrl = None,
    model: ModelNames = None,
    escalate_to: EscalateTo = None,
    embedded: Embedded = False,
    gguf: Gguf = None,
    adapter: AdapterFile = None,
    thorough: Thorough = False,
    ask: WayToAsk = "auto",
    prompts: PromptsDir = None,
    no_cache: NoCache = False,
    concurrency: Concurrency = None,
    budget_tokens: Budget = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    price_cached: PriceCached = None,
    min_confidence: MinConfidence = None,
    calibration: CalibrationFile = None,
) -> ModelOptions:
    """What a user says about the model, flag by flag, in the order in which help lists them."""
    from baogao.model_options import ModelOptions, models_named

    return ModelOptions(
        base_url=base_url,
        **models_named(model or [], escalate_to),
        embedded=embedded,
        gguf=gguf,
        adapter=adapter,
        thorough=thorough,
        ask=ask,
        prompts=prompts,
        cache=not no_cache,
        concurrency=concurrency,
        budget_tokens=budget_tokens,
        prompt_price=price_in,
        completion_price=price_out,
        cached_price=price_cached,
        min_confidence=min_confidence,
        calibration=calibration,
    )


def onto_of(*, overwrite: bool, add: bool) -> Onto:
    """What a run may do with results that it finds in its folder.

    :raises UsageError: both flags are given.
    """
    if overwrite and add:
        raise UsageError("--overwrite replaces what is there, and --add keeps it: give one of them")
    return "overwrite" if overwrite else "add" if add else "same"


def with_model_flags(fixed: Mapping[str, Any] = _NOTHING, **defaults: Any) -> Callable[[Command], Command]:
    """Give a command the flags of :func:`model_options` where it has its parameter ``options``.

    :param fixed: parameters of :func:`model_options` that are no flags of this command, with their values.
    :param defaults: what flags are here, where they are not given, if it is not what they are elsewhere.
    """
    late = {"ModelOptions": object}  # help does without it
    every = signature(model_options, eval_str=True, locals=late).parameters
    flags = {
        name: flag.replace(default=defaults.get(name, flag.default))
        for name, flag in every.items()
        if name not in fixed
    }

    def decorate(command: Command) -> Command:
        @wraps(command)
        def called(**given: Any) -> Any:
            told = {name: given.pop(name) for name in flags}
            return command(**given, options=model_options(**told, **fixed))

        own = signature(command, eval_str=True, locals=late)
        shown = [
            one
            for parameter in own.parameters.values()
            for one in (flags.values() if parameter.name == "options" else [parameter])
        ]
        # What typer and the page on the command line look at: a command's parameters, and their annotations.
        vars(called)["__signature__"] = own.replace(parameters=shown)
        called.__annotations__ = {one.name: one.annotation for one in shown} | {"return": own.return_annotation}
        return called

    return decorate
