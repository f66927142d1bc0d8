"""What a user says about the models: by flags or keywords, beside the environment and ``baogao.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from baogao.choices import ExtractorName, WayOrAuto
from baogao.errors import UsageError
from baogao.hybrid.calibration import calibration_path
from baogao.hybrid.trust import Trust
from baogao.llm.manner import Manner
from baogao.llm.messages import Abilities
from baogao.llm.model_table import ModelEntry, load_model_table
from baogao.llm.settings import EndpointSettings, load_settings
from baogao.schema.fields import Schema

NAMED_TWICE = "a model is named twice; each is asked once"


@dataclass(frozen=True)
class Further:
    """A model beside the first, by its name: one of ``[[models]]`` in ``baogao.toml``, else at the endpoint in force.

    What else is known of it is for replays.
    """

    name: str
    base_url: str | None = None
    """Where it is, whatever the tables say."""
    ask: WayOrAuto | None = None
    abilities: Abilities | None = None
    manner: Manner | None = None


@dataclass(frozen=True)
class Wanted:
    """A model that is to be asked: where, how, and what is known of it, if anything is."""

    settings: EndpointSettings
    ask: WayOrAuto
    abilities: Abilities | None = None
    manner: Manner | None = None


@dataclass(frozen=True)
class ModelOptions:
    """What a user says about the model; ``None`` leaves it to the environment and ``baogao.toml``."""

    base_url: str | None = None
    model: str | None = None
    further: tuple[Further, ...] = ()
    """Models that read beside it, in hybrid."""
    escalate_to: Further | None = None
    """A model that is asked only about the reports on which the others leave the jury unsure."""
    embedded: bool = False
    gguf: Path | None = None
    adapter: str | None = None
    """A file of ``baogao tune``, or ``none``; None means those beside the schema that fit the model started here."""
    thorough: bool = False
    """Whether the model that is started here reads twice, in two ways."""
    ask: WayOrAuto = "auto"
    prompts: Path | None = None
    cache: bool = True
    concurrency: int | None = None
    budget_tokens: int | None = None
    prompt_price: float | None = None
    """Of a million tokens, as the other prices."""
    completion_price: float | None = None
    cached_price: float | None = None
    """Of prompt tokens that the server had in its cache."""
    min_confidence: float | None = None
    """Less sure answers are held back for review."""
    calibration: str | None = None
    """A file, or ``none``; None means the one beside the schema, if there is one."""
    abilities: Abilities | None = None
    """What the endpoint can do, where it is not to be asked."""
    manner: Manner | None = None
    """How it wants to be asked, where that is known."""
    trust: Trust | None = None
    """How good rules and the model are, where a sample of the run has shown it already."""

    def __post_init__(self) -> None:
        ways = get_args(WayOrAuto)
        if self.ask not in ways:
            raise UsageError(f"there is no way of asking {self.ask!r}; there are: {', '.join(ways)}")
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise UsageError(f"a confidence is between 0 and 1, not {self.min_confidence:g}")

    @property
    def adapter_files(self) -> tuple[Path, ...] | None:
        """The adapters that a user names; None for those beside the schema."""
        if self.adapter is None:
            return None
        return () if self.adapter == "none" else (Path(self.adapter),)

    @property
    def starts_server(self) -> bool:
        """Whether a model is to be started on this machine for the run."""
        return self.embedded or self.gguf is not None

    @property
    def way_is_open(self) -> bool:
        """Whether the way of asking depends on what the endpoint can do."""
        return self.ask == "auto" and not self.starts_server

    def settings(self) -> EndpointSettings:
        """The endpoint that these options, the environment and ``baogao.toml`` name together.

        :raises UsageError: a value cannot be used.
        """
        return load_settings(
            base_url=self.base_url,
            model=self.model,
            concurrency=self.concurrency,
            budget_tokens=self.budget_tokens,
            prompt_price=self.prompt_price,
            completion_price=self.completion_price,
            cached_price=self.cached_price,
        )

    def wanted(self) -> list[Wanted]:
        """The models to ask about every report, the first one first.

        Where no flag names a model or an endpoint these are the endpoint's own, where one is configured, and all of
        ``[[models]]``.

        :raises UsageError: a setting cannot be used; a model is named twice.
        """
        base = self.settings()
        first = Wanted(base, self.ask, self.abilities, self.manner)
        if not self.starts_server and (self.thorough or self.adapter):
            flag = "--thorough" if self.thorough else "--adapter"
            raise UsageError(f"{flag} is for a model that is started here: --embedded or --gguf")
        if self.starts_server:
            if self.further:
                raise UsageError("a model that is started here is the only one of a run, but for --escalate-to")
            return [first]
        table = load_model_table()
        names = [base.model] if base.model is not None else []
        if self.base_url is None and base.model in table:
            first = self._wanted(Further(base.model or ""), table)
        found = [first, *(self._wanted(one, table) for one in self.further)]
        names += [one.name for one in self.further]
        if self.base_url is None and self.model is None:
            last = self.escalate_to.name if self.escalate_to else None
            more = [name for name in table if name not in (*names, last)]
            found = [*(found if base.configured else []), *(self._wanted(Further(name), table) for name in more)]
        if len(set(names)) < len(names) or (self.escalate_to and self.escalate_to.name in names):
            raise UsageError(NAMED_TWICE)
        return found or [first]

    @property
    def names_table_entry(self) -> bool:
        """Whether the first model is one of ``[[models]]``, which says where it is and which key is its own."""
        first, table = self.wanted()[0].settings.model, load_model_table()
        return self.base_url is None and not self.starts_server and first in table

    def wanted_last(self) -> Wanted | None:
        """The model to ask where the others leave the jury unsure.

        :raises UsageError: as :meth:`wanted`.
        """
        return self._wanted(self.escalate_to, load_model_table()) if self.escalate_to else None

    def _wanted(self, one: Further, table: Mapping[str, ModelEntry]) -> Wanted:
        told = {"model": one.name} | ({"base_url": one.base_url} if one.base_url else {})
        entry = ModelEntry(one.name, told) if one.base_url else table.get(one.name, ModelEntry(one.name, told))
        ask: Any = one.ask or entry.ask or self.ask  # checked where the model is made ready
        return Wanted(entry.settings(self.settings()), ask, one.abilities, one.manner)

    def calibration_file(self, schema: Schema) -> Path | None:
        """The calibration to use: the one that a user names, else the one beside the schema, if there is one."""
        if self.calibration is None:
            beside = calibration_path(schema)
            return beside if beside.is_file() else None
        return None if self.calibration == "none" else Path(self.calibration)

    def default_extractor(self) -> ExtractorName:
        """Hybrid where a model is named, here or in the settings; else rules.

        :raises UsageError: as :meth:`settings`.
        """
        named = self.starts_server or self.settings().configured or load_model_table()
        return "hybrid" if named else "rules"


def models_named(names: Sequence[str], escalate_to: str | None = None) -> dict[str, Any]:
    """Models by their names, as :class:`ModelOptions` takes them."""
    return {
        "model": names[0] if names else None,
        "further": tuple(map(Further, names[1:])),
        "escalate_to": Further(escalate_to) if escalate_to else None,
    }
