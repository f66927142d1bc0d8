"""Prompt templates: Jinja files with YAML front matter, rendered into the turns of a conversation.

A template looks so; everything above the second ``---`` is YAML, and each turn starts with its role on a line::

    ---
    name: greeting
    version: 2
    ---
    <<system>>
    You greet people.
    <<user>>
    {{ name }}

The front matter is at hand in the template as ``meta``.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import jinja2
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from baogao.errors import PromptError
from baogao.llm.messages import Message, Role
from baogao.resources import digest_files, read_yaml, resource_dir

SUFFIX = ".jinja"

_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
"""The front matter, with its YAML."""
_TURN = re.compile(r"^<<(\w+)>>[ \t]*$", re.MULTILINE)
"""A line that begins a turn, with the role that speaks."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, which looks at an attribute of a type once: it asks of every field in every prompt the same."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._safe: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may see an attribute. The sandbox judges by the type of the object and the name only."""
        key = type(obj), attr
        safe = self._safe.get(key)
        if safe is None:
            safe = self._safe[key] = super().is_safe_attribute(obj, attr, value)
        return safe


# In a sandbox, because people pass prompts on: a template can word a question, and nothing else.
_ENVIRONMENT = _Sandbox(
    undefined=jinja2.StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Prompt:
    """One template, loaded and compiled."""

    name: str
    version: str
    meta: Mapping[str, Any]
    """The whole front matter."""
    path: Path
    _template: jinja2.Template
    _mark: str
    """Stands before the role at each turn's beginning; a secret, new for each load."""

    def render(self, **values: Any) -> tuple[Message, ...]:
        """The turns, each without blank lines at its ends; a turn that comes out empty is left out.

        :raises PromptError: a variable is missing, the template fails, or it ends in a turn without a line; its line is
            named.
        """
        try:
            text = self._template.render(meta=self.meta, **values)
        except jinja2.UndefinedError as error:
            raise PromptError(f"{self.path}:{_line(error, self.path)}: {error.message}") from error
        except Exception as error:  # whatever the expressions of a template raise
            raise PromptError(f"{self.path}:{_line(error, self.path)}: {type(error).__name__}: {error}") from error
        before, *turns = text.split(self._mark)
        if before.strip():
            raise PromptError(f"{self.path}: there is text before the first turn: {before.strip()[:40]!r}")
        messages = map(self._message, turns)
        return tuple(message for message in messages if message.content.strip())

    def _message(self, turn: str) -> Message:
        """A turn, led by its line in the file and its role, as :func:`load_prompt` marks it."""
        head, end, content = turn.partition("\n")
        line, _, role = head.partition(" ")
        if not end:
            raise PromptError(f"{self.path}:{line}: nothing follows the beginning of this turn")
        if role not in get_args(Role):
            raise PromptError(f"{self.path}:{line}: a turn must begin with a line of its own, not {role[:40]!r}")
        return Message(cast(Role, role), content.strip("\n"))


def _line(error: BaseException, path: Path) -> int:
    """The template's line in the traceback, which Jinja rewrites to speak of templates."""
    line = 1
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@dataclass(frozen=True)
class Prompts:
    """The templates of one folder."""

    directory: Path
    digest: str
    """Over the names and bytes of all templates."""
    _prompts: Mapping[str, Prompt]

    def __getitem__(self, name: str) -> Prompt:
        """A template by the name in its front matter.

        :raises PromptError: there is none.
        """
        try:
            return self._prompts[name]
        except KeyError:
            known = ", ".join(sorted(self._prompts)) or "none"
            raise PromptError(f"{self.directory} has no template {name!r}; it has: {known}") from None

    def digest_of(self, names: Iterable[str], filled: Mapping[str, str]) -> str:
        """Over the names and bytes of some templates with variables filled in: two that ask the same are the same.

        :param filled: what ``{{ NAME }}`` stands for, whatever is asked about.
        :raises PromptError: there is none of a name.
        """
        digest = hashlib.sha256()
        for path in sorted((self[name].path for name in names), key=lambda path: path.name):
            source = path.read_bytes()
            for name, text in filled.items():
                source = source.replace(b"{{ %s }}" % name.encode(), text.encode())
            digest.update(path.name.encode() + b"\0" + source + b"\0")
        return f"sha256:{digest.hexdigest()}"


def load_prompts(directory: Path | None = None) -> Prompts:
    """Load every ``*.jinja`` of a folder, by default those that come with baogao.

    :raises PromptError: the folder or a template does not load, or two have the same name.
    """
    place = directory or resource_dir("prompts")
    paths = sorted(place.glob(f"*{SUFFIX}"))
    if not paths:
        raise PromptError(f"there are no prompt templates (*{SUFFIX}) in {place}")
    prompts: dict[str, Prompt] = {}
    for path in paths:
        prompt = load_prompt(path)
        if prompt.name in prompts:
            raise PromptError(f"{path}: the name {prompt.name!r} is taken by {prompts[prompt.name].path.name}")
        prompts[prompt.name] = prompt
    return Prompts(place, digest_files(paths), prompts)


def load_prompt(path: Path) -> Prompt:
    """Load one template.

    :raises PromptError: the file, its front matter or its Jinja does not hold.
    """
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: cannot be read: {error}") from error
    meta, body = _front_matter(path, source.replace("\r\n", "\n"))
    mark = f"<<{secrets.token_hex(8)}>>"  # no text put in for a variable can pretend to be a turn

    def marked_turn(turn: re.Match[str]) -> str:
        line = body.count("\n", 0, turn.start()) + 1
        if turn[1] not in get_args(Role):
            raise PromptError(f"{path}:{line}: unknown role {turn[1]!r}; there are {', '.join(get_args(Role))}")
        return f"{mark}{line} {turn[1]}"

    marked = _TURN.sub(marked_turn, body)
    try:
        code = _ENVIRONMENT.compile(marked, name=path.name, filename=str(path))
    except jinja2.TemplateSyntaxError as error:
        raise PromptError(f"{path}:{error.lineno}: {error.message}") from error
    template = jinja2.Template.from_code(_ENVIRONMENT, code, _ENVIRONMENT.make_globals(None))
    return Prompt(str(meta["name"]), str(meta["version"]), meta, path, template, mark)


def _front_matter(path: Path, source: str) -> tuple[dict[str, Any], str]:
    found = _FRONT.match(source)
    if found is None:
        raise PromptError(f"{path}:1: no front matter (YAML between two lines of ---)")
    try:
        meta = read_yaml(found[1])
    except yaml.YAMLError as error:
        raise PromptError(f"{path}: front matter: {' '.join(str(error).split())}") from error
    if not isinstance(meta, dict) or not {"name", "version"} <= meta.keys():
        raise PromptError(f"{path}:1: the front matter must have a name and a version")
    # Blank lines instead of the front matter keep Jinja's line numbers those of the file.
    return meta, "\n" * found[0].count("\n") + source[found.end() :]
