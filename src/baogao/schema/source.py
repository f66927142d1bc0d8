"""Where things stand in a schema file: the lines that error messages name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from baogao.errors import SchemaError


@dataclass(frozen=True)
class SourceLines:
    """A schema file that Python can parse. What is not found is said to stand on line 1."""

    path: Path

    def error(self, line: int, message: str) -> SchemaError:
        """An error at a line of this file."""
        return SchemaError(f"{self.path}, line {line}: {message}")

    def line_of_class(self, name: str) -> int:
        """Where a class begins."""
        return next((node.lineno for node in self._classes if node.name == name), 1)

    def lines_of_field(self, name: str) -> list[int]:
        """Every line on which a class of the file declares a field of that name."""
        return sorted(field.lineno for node in self._classes for field in _fields(node) if _name(field) == name)

    def line_of_field(self, name: str) -> int:
        """The first line on which a field of that name is declared."""
        return next(iter(self.lines_of_field(name)), 1)

    def line_of_text(self, text: str) -> int:
        """Where a string is written."""
        return next((n.lineno for n in self._nodes if isinstance(n, ast.Constant) and n.value == text), 1)

    def line_of_annotation(self, line: int, namespace: dict[str, Any]) -> int:
        """The annotation that cannot be evaluated in the class that begins on ``line``; else that line.

        With postponed annotations Python evaluates them all together, and says only which class it was.
        """
        for field in (field for node in self._classes if node.lineno == line for field in _fields(node)):
            try:
                value = eval(compile(ast.Expression(field.annotation), str(self.path), "eval"), namespace)
                if isinstance(value, str):
                    eval(value, namespace)
            except Exception:  # whatever it is, the caller has it already; only the place was missing
                return field.lineno
        return line

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.path.read_bytes())))

    @cached_property
    def _classes(self) -> list[ast.ClassDef]:
        return [node for node in self._nodes if isinstance(node, ast.ClassDef)]


def _fields(node: ast.ClassDef) -> Iterator[ast.AnnAssign]:
    return (item for item in node.body if isinstance(item, ast.AnnAssign))


def _name(field: ast.AnnAssign) -> str:
    return field.target.id if isinstance(field.target, ast.Name) else ""
