"""What a run was: enough to repeat it, and to tell whether two runs may be compared.

``run.json`` is a :class:`RunInfo`. A key that came later has a default, so that a run of an earlier version still
loads; a key that nobody knows is an error.
"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, Self

from pydantic import Field

from baogao._version import __version__
from baogao.assemble import Ready
from baogao.choices import Way, WayOrAuto
from baogao.errors import UsageError
from baogao.evaluation.gold import Dataset
from baogao.evaluation.summary import GoldInfo, RunFile
from baogao.hybrid.calibration import Asked
from baogao.llm.messages import Abilities
from baogao.model_options import ModelOptions
from baogao.record import Jury, Record
from baogao.resources import digest_files, resource_dir
from baogao.rules.rulebook import rules_path
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Strict

Mode = Literal["live", "record", "replay"]
_PACKAGES = ("openai", "instructor", "pydantic", "numpy", "xllamacpp")
"""Those that can change what is asked, answered or computed."""
_GIT_SECONDS = 10
"""How long git may take; without an answer the commit is unknown."""
_SHORT = 12
"""Characters of a digest or a commit that people are shown."""
_MODES: Mapping[Mode, str] = {"live": "live", "record": "live, recorded", "replay": "replayed from a recording"}
_USE_RULES = ("rules", "hybrid")


class FieldInfo(Strict):
    """What a report of a run prints of a field, so that it needs no schema."""

    id: str
    kind: str
    label: str
    unit: str
    group: str
    """The name of its group, as people read it; empty for none."""
    cells: list[FieldInfo] = Field(default_factory=list, exclude_if=lambda cells: not cells)
    """Of a list of rows."""

    @classmethod
    def of(cls, spec: FieldSpec, groups: Mapping[str, str]) -> Self:
        """A field, or a cell of a row."""
        return cls(
            id=spec.id,
            kind=spec.kind,
            label=spec.label,
            unit=spec.unit,
            group=groups.get(spec.group, ""),
            cells=[FieldInfo.of(cell, groups) for cell in spec.cells],
        )


class SchemaInfo(Strict):
    """What was asked for."""

    name: str
    title: str | None = None
    file: str = ""
    digest: str
    fields: list[FieldInfo]

    @classmethod
    def of(cls, schema: Schema) -> Self:
        """A schema, as a run keeps it."""
        fields = [FieldInfo.of(spec, schema.groups) for spec in schema.specs]
        return cls(name=schema.name, title=schema.title, file=schema.path.name, digest=schema.digest, fields=fields)


class DatasetInfo(GoldInfo):
    """A data set that a run was made on."""

    folder: str
    """As the user named it."""

    def words(self) -> str:
        """``test: 22 reports (22 test), gold 8cafa1763244``."""
        splits = ", ".join(f"{count} {split}" for split, count in self.splits.items())
        return (
            f"{self.name}: {self.documents} reports{f' ({splits})' if splits else ''}, gold {short_digest(self.digest)}"
        )


class ExtractorInfo(Strict):
    """What answered."""

    name: str
    model: str | None = None
    prompts: str | None = None
    """Their digest."""
    origin: Literal["baogao", "records"] = "baogao"
    """``records`` where somebody else's were scored."""
    calibration: str | None = Field(default=None, exclude_if=lambda digest: digest is None)
    """Its digest; not in the file where there is none."""
    way: Way | None = Field(default=None, exclude_if=lambda way: way is None)
    """How the model was asked."""
    way_prompts: str | None = Field(default=None, exclude_if=lambda digest: digest is None)
    """The digest of the prompts that were rendered for it."""
    models: list[Asked] | None = Field(default=None, exclude_if=lambda models: models is None)
    """Several models that read beside each other, and how they were asked; not in the file where there is one."""
    escalate_to: Asked | None = Field(default=None, exclude_if=lambda asked: asked is None)
    """The one that was asked where the others left the jury unsure."""
    jury: Jury | None = Field(default=None, exclude_if=lambda jury: jury is None)
    """Who led in hybrid, where that was found on the run."""

    @classmethod
    def of(cls, name: str, ready: Ready, records: Sequence[Record]) -> Self:
        """An extractor of baogao.

        :param records: what it made.
        """
        made_by = ready.made_by
        return cls(
            name=name,
            model=made_by.model,
            prompts=made_by.prompts,
            calibration=made_by.calibration,
            way=ready.way,
            way_prompts=ready.way_prompts,
            models=[model.asked for model in ready.models] if len(ready.models) > 1 else None,
            escalate_to=ready.escalate_to.asked if ready.escalate_to else None,
            jury=next((record.made_by.jury for record in records if record.made_by.jury), None),
        )

    def words(self, rules: str | None) -> str:
        """What it was made of: model, prompts and rules, as far as it has them.

        :param rules: the digest of the run's rules.
        """
        if self.origin == "records":
            return "records made elsewhere"
        digests = {"prompts": self.prompts, "rules": rules if self.name in _USE_RULES else None}
        parts = [f"model {self.model}"] if self.model else []
        parts += [f"{what} {short_digest(digest)}" for what, digest in digests.items() if digest]
        return ", ".join(parts) or "no model"


class Parameters(Strict):
    """What was asked for on the command line, without paths of this machine: :class:`ModelOptions` for the file."""

    base_url: str | None = None
    model: str | None = None
    further: list[str] | None = Field(default=None, exclude_if=lambda names: names is None)
    """Models beside it, by their names; not in the file where there are none."""
    escalate_to: str | None = Field(default=None, exclude_if=lambda name: name is None)
    embedded: bool = False
    gguf: str | None = None
    adapter: str | None = Field(default=None, exclude_if=lambda name: name is None)
    thorough: bool = Field(default=False, exclude_if=lambda thorough: not thorough)
    ask: WayOrAuto | None = None
    prompts: str | None = None
    cache: bool = False
    concurrency: int | None = None
    budget_tokens: int | None = None
    prompt_price: float | None = Field(default=None, exclude_if=lambda price: price is None)
    completion_price: float | None = Field(default=None, exclude_if=lambda price: price is None)
    cached_price: float | None = Field(default=None, exclude_if=lambda price: price is None)
    min_confidence: float | None = None
    calibration: str | None = None
    abilities: Abilities | None = None

    @classmethod
    def of(cls, options: ModelOptions) -> Self:
        """Options with their files by name only."""
        files = {name: getattr(options, name) for name in ("gguf", "adapter", "prompts", "calibration")}
        told = {name: value for name, value in asdict(options).items() if name in cls.model_fields}
        told |= {name: Path(path).name if path else None for name, path in files.items()}
        told["further"] = [one.name for one in options.further] or None
        told["escalate_to"] = options.escalate_to.name if options.escalate_to else None
        return cls(**told)

    def words(self) -> str:
        """Those that were given, by name."""
        given = {
            name: value for name, value in sorted(self.model_dump().items()) if value is not None and value is not False
        }
        return ", ".join(f"{name} {value}" for name, value in given.items()) or "defaults"


class RunInfo(RunFile):
    """Everything that tells one run from another."""

    file_name = "run.json"

    baogao: str
    python: str
    packages: dict[str, str] = Field(default_factory=dict)
    """Versions of what is installed."""
    made: str
    """When: ISO 8601, UTC."""
    commit: str | None = None
    dirty: bool | None = None
    """Whether files differed from the commit; None outside of a checkout."""
    mode: Mode
    by_batch: bool = Field(default=False, exclude_if=lambda by_batch: not by_batch)
    """Whether the replies are those of a batch, collected before."""
    schema_info: SchemaInfo = Field(alias="schema")
    rules: str | None = None
    """The digest of the rules beside the schema; None where there are none."""
    datasets: list[DatasetInfo]
    extractors: list[ExtractorInfo]
    """In the order in which they were named."""
    parameters: Parameters

    @classmethod
    def of(
        cls,
        schema: Schema,
        datasets: Mapping[Path, Dataset],
        extractors: Sequence[ExtractorInfo],
        mode: Mode,
        parameters: Parameters,
        *,
        by_batch: bool = False,
    ) -> Self:
        """A run that is made now, by this code.

        :param datasets: by the folders that the user named.
        """
        packages = {}
        for name in _PACKAGES:
            try:
                packages[name] = version(name)
            except PackageNotFoundError:  # an extra that is not installed
                continue
        commit, dirty = code_state(resource_dir("schemas").parent)
        rules = rules_path(schema)
        return cls(
            baogao=__version__,
            python=platform.python_version(),
            packages=packages,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            commit=commit,
            dirty=dirty,
            mode=mode,
            by_batch=by_batch,
            schema=SchemaInfo.of(schema),
            rules=digest_files([rules]) if rules.is_file() else None,
            datasets=[
                DatasetInfo(folder=str(folder), **GoldInfo.of(dataset).model_dump())
                for folder, dataset in datasets.items()
            ],
            extractors=list(extractors),
            parameters=parameters,
        )

    @property
    def names(self) -> list[str]:
        """The extractors by name."""
        return [one.name for one in self.extractors]

    @property
    def gold_digests(self) -> dict[str, str]:
        """Each data set's name and digest."""
        return {one.name: one.digest for one in self.datasets}

    def folders(self) -> list[Path]:
        """The folders that the run was made on, as they were named then.

        :raises UsageError: one is not where it was.
        """
        folders = [Path(one.folder) for one in self.datasets]
        for folder in folders:
            if not folder.is_dir():
                raise UsageError(
                    f"there is no folder {folder}, on which the run was made; name the data sets with --dataset"
                )
        return folders

    def lines(self) -> list[tuple[str, str]]:
        """Name and value of everything, for people."""
        code = f"baogao {self.baogao}"
        if self.commit:
            changed = " with changes that are not committed" if self.dirty else ""
            code += f", commit {self.commit[:_SHORT]}{changed}"
        return [
            *(("data set", one.words()) for one in self.datasets),
            *((one.name, one.words(self.rules)) for one in self.extractors),
            ("parameters", self.parameters.words()),
            ("schema", f"{self.schema_info.name}, {short_digest(self.schema_info.digest)}"),
            ("model replies", f"of a batch, {_MODES[self.mode]}" if self.by_batch else _MODES[self.mode]),
            ("code", code),
            ("made", f"{self.made}, Python {self.python}"),
        ]


def code_state(checkout: Path) -> tuple[str | None, bool | None]:
    """The commit of a checkout and whether files differ from it; both None outside of one."""
    if not (checkout / ".git").exists():
        return None, None
    changes = _git(checkout, "status", "--porcelain", "--untracked-files=no")
    return _git(checkout, "rev-parse", "HEAD") or None, None if changes is None else bool(changes)


def _git(checkout: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=checkout,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None  # no git, or a checkout that git refuses: the run is as good, its commit is unknown
    return done.stdout.strip()


def short_digest(digest: str) -> str:
    """As many characters of a digest as people are shown."""
    return digest.removeprefix("sha256:")[:_SHORT]
