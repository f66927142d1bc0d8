"""Make the catalogue of messages from the source: ``python docs/generate_catalogue.py``, which is ``make catalogue``.

Messages stand in the source as plain English: strings and f-strings, whose expressions become ``{name}``. What reads as
a sentence is a message, wherever it stands: in an error, a notice, a table of words. Single words are messages where
they are shown: in errors, in what is printed, in the help of options, in ``translated(…)``. Of scripts and templates of
pages it is what ``t(…)`` says.

Translations are kept; a new message has none until somebody writes it, and ``tests/language`` asks for it.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import product
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from baogao.cli.main import COMMANDS
from baogao.language.pages import messages_of
from baogao.language.said import paragraphs

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "baogao"
PO = SOURCE / "language" / "locale" / "zh" / "LC_MESSAGES" / "baogao.po"
MO = PO.with_suffix(".mo")

OF_OTHERS = (
    "Usage:",
    "Arguments",
    "Examples:",
    "Options",
    "Commands",
    "Error",
    "Aborted.",
    "[OPTIONS]",
    "COMMAND [ARGS]...",
    "[default: {}]",
    "[env var: {}]",
    "[required]",
    "Show this message and exit.",
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
    "Try [blue]'{command_path} {help_option}'[/] for help.",
    "No such option: {name}",
    "No such option: {name} Did you mean {other}?",
    "No such option: {name} (Possible options: {others})",
    "No such command {name}.",
    "No such command {name}. Did you mean {other}?",
    "No such command {name}. Did you mean one of: {others}?",
    "Missing command.",
    "Missing argument {name}.",
    "Missing option {name}.",
    "Missing option {name}. Choose from:{choices}",
    "Missing argument {name}. Choose from:{choices}",
    "Invalid value: {message}",
    "Invalid value for {name}: {message}",
    "{value} is not one of {choices}.",
    "{value} is not a valid int.",
    "{value} is not a valid integer.",
    "{value} is not a valid float.",
    "{value} is not in the range {range}.",
    "Got unexpected extra argument ({arguments})",
    "Got unexpected extra arguments ({arguments})",
    "Got unexpected extra argument(s) ({arguments})",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Field required",
    "Extra inputs are not permitted",
    "Input should be a valid integer",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid integer, got a number with a fractional part",
    "Input should be a valid number",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be a valid string",
    "Input should be a valid list",
    "Input should be a valid dictionary",
    "Input should be a valid boolean, unable to interpret input",
    "Input should be an object",
    "Input should be greater than {limit}",
    "Input should be greater than or equal to {limit}",
    "Input should be less than {limit}",
    "Input should be less than or equal to {limit}",
    "Input should be {options}",
    "String should have at least {count} character",
    "String should match pattern {pattern}",
    "Value error, {message}",
    "No such file or directory",
    "Permission denied",
    "Is a directory",
    "Not a directory",
    "File exists",
    "No space left on device",
    "File name too long",
    "File too large",
    "{what} (at line {line}, column {column})",
    "{what} (at end of document)",
    "Expected ']' at the end of a table declaration",
    "Expected '=' after a key in a key/value pair",
    "Expected newline or end of document after a statement",
    "Invalid value",
    "Invalid statement",
    "Cannot overwrite a value",
    "Unterminated string",
    "Illegal character {character}",
)
"""What typer, and click in it, pydantic, tomllib and the system say of their own accord."""

OF_REPORTS = (
    *("figures", "answers", "all", "none", "correct", "wrong", "missing", "spurious", "right", "is", "says"),
    *("Reliability", "year", "format", "level"),
    *("whole", "partial", "own"),
)
"""Single words of an evaluation report and of tables, which come out of tables of words."""

_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_HEAD = """# Messages in Chinese. Made by docs/generate_catalogue.py; only translations (msgstr) are written by hand.
# Terms are those of docs/glossary.md, one Chinese word for one thing.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: zh\\n"

"""
_ERRORS = {
    node.name
    for node in ast.parse((SOURCE / "errors.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.ClassDef)
}
_STYLES = {"style", "justify", "overflow"}
"""Arguments of what is printed that are no words."""
_OPTIONS = {"Option", "Argument"}
"""Calls of which only ``help`` is shown."""
_SHOW = {"say", "print", "translated", "table_of", "add_column", "add_row", "Typer", "add_task"} | _OPTIONS
"""Calls that show what they are given: single words in them are messages too."""
_NOT_SHOWN = {
    "compile",
    "Field",
    "Popen",
    "Markup",
    "encode",
    "_named",
    "Thread",
    "of",
    "debug",
    "exception",
    "X",
    "Y",
    "_plain",
    "AttributeError",
}
"""Calls whose words no user reads: patterns, questions to models, names of threads."""
_NOT_OURS = (
    "cli/examples.py",
    "authoring/draft_file.py",
    "schema/skeleton.py",
    "llm/manner.py",
    "llm/abilities.py",
    "llm/finish_reasons.py",
    "language/",
    "outputs/book/",
)
"""Files with words that are written or sent, and not shown."""
_SENTENCE = re.compile(r"[A-Za-z}]{2,}[,;:.)]? [({]?[A-Za-z]")
_CODE = re.compile(
    r"^ *# |^ *- \{|^ *\{id\}:  #"  # lines of YAML
    r"|^(?:CREATE|INSERT|SELECT|PRAGMA|MAX|CASE|WHEN|TEXT|INTEGER|PRIMARY)\b|\} AS \{|charset="  # of SQL
    r"|^ \w+=\"|</?\w+[ >:]|; Path=/|^[\w-]+: [\w-]+;|^https?://"  # of HTML and HTTP
    r"|\\[bsdw]|\(\?|^import |\.exe$|\w_\w+ \w+_|'[\w ]+', '"  # patterns, Python, lists of names
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_NOT_SAID = {
    "Value error, ",
    *("fold", "cell review", "item proposal", "{kind} review", "<!doctype html"),
    *("line dashed", "quiet dashed", "{kind} curve faint", "{kind} range", "{series_of} curve", "Microsoft YaHei"),
    *("Library/Application Support", "PowerPoint Document", "Extra data", "text/plain; charset=utf-8"),
}
"""What looks like messages and is names."""
_MOST_WAYS = 6
"""More forms of one message than this are not told apart: their parts are."""


def messages() -> list[str]:
    """All messages of the source, sorted."""
    found = {*OF_OTHERS, *OF_REPORTS}
    for path in SOURCE.rglob("*"):
        if not path.is_file() or path.relative_to(SOURCE).as_posix().startswith(_NOT_OURS):
            continue
        if path.suffix == ".py":
            found |= set(python_messages(path.read_text(encoding="utf-8"), in_cli=path.parent.name == "cli"))
        elif path.suffix in (".js", ".j2"):
            found |= set(messages_of(path.read_text(encoding="utf-8")))
    return sorted(found)


def python_messages(source: str, in_cli: bool = False) -> Iterator[str]:
    """The messages of a module.

    :param in_cli: docstrings of commands are their help.
    """
    walk = _Walk()
    tree = ast.parse(source)
    walk.visit(tree)
    yield from walk.found
    for node in ast.walk(tree) if in_cli else ():
        if isinstance(node, ast.FunctionDef) and (doc := ast.get_docstring(node)) and _is_command(node):
            yield from paragraphs(doc)


def _is_command(node: ast.FunctionDef) -> bool:
    """Whether a function is one that typer calls: the list of commands names it, or a decorator makes it one."""
    named = {place.split(":")[1] for place, _ in COMMANDS.values()} | _registered()
    return node.name in named or any(
        re.search(r"\.(command|callback)\(", ast.unparse(one)) for one in node.decorator_list
    )


@cache
def _registered() -> set[str]:
    """Functions that are made commands elsewhere: ``app.command("start")(labels.start)``."""
    files = (path.read_text(encoding="utf-8") for path in (SOURCE / "cli").glob("*.py"))
    return {name for text in files for name in re.findall(r"\.command\([^)]*\)\((?:\w+\.)?(\w+)\)", text)}


class _Walk(ast.NodeVisitor):
    """Finds messages, and knows in which call it is."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._calls: list[str] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        """Docstrings are no messages."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Remember what is called."""
        name = _last_name(node.func)
        self.visit(node.func)
        self._calls.append(name)
        shown = [one for one in node.keywords if one.arg not in _STYLES and (name not in _OPTIONS or one.arg == "help")]
        for child in [*([] if name in _OPTIONS else node.args), *shown]:
            self.visit(child)
        self._calls.pop()

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """A key is no message; hints may hold help."""
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_For(self, node: ast.For) -> None:
        """What a loop makes columns of stands at their heads."""
        is_heads = "add_column(" in ast.unparse(node.body)
        self._calls += ["add_column"] * is_heads
        self.visit(node.iter)
        del self._calls[len(self._calls) - is_heads :]
        for child in [*node.body, *node.orelse]:
            self.visit(child)

    def visit_Compare(self, node: ast.Compare) -> None:
        """What is compared is no message."""

    def visit_Constant(self, node: ast.Constant) -> None:
        """A plain text."""
        if isinstance(node.value, str):
            self._take(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """A text with values."""
        self._take(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Texts that are added are one message."""
        if isinstance(node.op, ast.Add) and _is_text(node):
            self._take(node)
        else:
            self.generic_visit(node)

    def _take(self, node: ast.expr) -> None:
        forms, parts = _forms(node)
        if not _NOT_SHOWN & set(self._calls):
            is_shown = bool(self._calls) and (set(self._calls) & (_ERRORS | _SHOW) != set())
            wanted = _WORD if is_shown else _SENTENCE
            self.found += [form for form in forms if _says(form, wanted)]
        for part in parts:
            self.visit(part)


def _says(form: str, wanted: re.Pattern[str]) -> bool:
    """Whether a text says something in words."""
    words = re.sub(r"\[/?[a-z ]*\]", "", re.sub(r"\{\w*\}", "{x}", form))
    plain = words.replace("{x}", "")
    return bool(form not in _NOT_SAID and wanted.search(words) and _WORD.search(plain) and not _CODE.search(form))


def _forms(node: ast.expr) -> tuple[list[str], list[ast.expr]]:
    """The ways in which a text can come out, with names for its values; and the expressions that make these."""
    pieces = list(_pieces(node))
    names: dict[str, str] = {}
    ways: list[list[str]] = []
    parts: list[ast.expr] = []
    for piece in pieces:
        if isinstance(piece, str):
            ways.append([piece])
        elif (choices := _choices(piece)) and _ways(ways) * len(choices) <= _MOST_WAYS:
            ways.append(choices)
        else:
            ways.append([f"{{{_named(piece, names)}}}"])
            parts.append(piece)
    return ["".join(way) for way in product(*ways)], parts


def _ways(ways: list[list[str]]) -> int:
    total = 1
    for one in ways:
        total *= len(one)
    return total


def _pieces(node: ast.expr) -> Iterator[str | ast.expr]:
    """Literal texts and expressions, in their order."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield _renamed(node.value)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _pieces(value.value if isinstance(value, ast.FormattedValue) else value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _pieces(node.left)
        yield from _pieces(node.right)
    else:
        yield node


def _renamed(text: str) -> str:
    """A text of logging, with names for its ``%s``."""
    numbers = iter(range(1, 10))
    return re.sub(r"(?<![\d}])%(?:\.\d)?[sdrf]\b", lambda _: f"{{value{next(numbers)}}}", text)


def _choices(node: ast.expr) -> list[str]:
    """The texts of ``a if … else b`` where both are literal."""
    if not isinstance(node, ast.IfExp):
        return []
    arms = [
        one.value for one in (node.body, node.orelse) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    return arms if len(arms) == 2 else []


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(piece, str) for piece in _pieces(node))


def _named(node: ast.expr, names: dict[str, str]) -> str:
    """A name for a value, the same for the same expression."""
    code = ast.unparse(node)
    if code not in names:
        name = _name(node)
        taken = set(names.values())
        names[code] = next(one for one in (name, *(f"{name}{n}" for n in range(2, 20))) if one not in taken)
    return names[code]


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(func=ast.Attribute(value=ast.Constant()), args=[first, *_]) | ast.Call(args=[first]):
            return _name(first)
        case ast.Call(func=ast.Name(id="len" | "sum" | "map" | "sorted" | "shown" | "inert"), args=[*_, last]):
            return _name(last)
        case ast.Call(func=func):
            return _name(func)
        case ast.Subscript(value=value) | ast.Starred(value=value) | ast.UnaryOp(operand=value):
            return _name(value)
        case ast.BinOp(left=left, right=right):
            return _name(right if isinstance(left, ast.Constant) else left)
        case ast.BoolOp(values=[first, *_]) | ast.IfExp(body=first):
            return _name(first)
        case ast.GeneratorExp(elt=part) | ast.ListComp(elt=part) | ast.SetComp(elt=part):
            return _name(part)
        case ast.JoinedStr():
            return next((_name(one.value) for one in node.values if isinstance(one, ast.FormattedValue)), "text")
    return "value"


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def catalogue() -> Catalog:
    """The catalogue of today's messages, with the translations that there are."""
    with PO.open("rb") as file:
        words = {str(one.id): str(one.string) for one in read_po(file, locale="zh") if one.id}
    new = Catalog(locale="zh", project="baogao", creation_date=_NO_DATE, revision_date=_NO_DATE)
    for message in messages():
        new.add(message, words.get(message, ""))
    return new


def written(catalog: Catalog) -> tuple[bytes, bytes]:
    """The catalogue as its two files, to be read and to be used; of the same messages always the same bytes."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=0, omit_header=True, sort_output=True)
    write_mo(mo, catalog)
    return _HEAD.encode() + po.getvalue(), mo.getvalue()


if __name__ == "__main__":
    made = catalogue()
    for path, content in zip((PO, MO), written(made), strict=True):
        path.write_bytes(content)
    missing = [one.id for one in made if one.id and not one.string]
    print(f"{len(made)} messages, {len(missing)} without a translation")
    sys.exit(1 if missing else 0)
