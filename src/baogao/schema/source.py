"""Where in a schema file something stands, for errors that name the line."""

from __future__ import annotations

import ast
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
        return next((n.lineno for n in self._nodes if isinstance(n, ast.ClassDef) and n.name == name), 1)

    def lines_of_field(self, name: str) -> list[int]:
        """Every line on which a class of the file declares a field of that name, in order."""
        targets = [field.target for _, field in self._fields]
        return sorted(one.lineno for one in targets if isinstance(one, ast.Name) and one.id == name)

    def line_of_text(self, text: str) -> int:
        """Where a string is written."""
        return next((n.lineno for n in self._nodes if isinstance(n, ast.Constant) and n.value == text), 1)

    def line_of_annotation(self, line: int, namespace: dict[str, Any]) -> int:
        """The annotation that cannot be evaluated in the class that begins on ``line``; else that line.

        With postponed annotations Python evaluates them all together, and says only which class it was.
        """
        for field in (field for node, field in self._fields if node.lineno == line):
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
    def _fields(self) -> list[tuple[ast.ClassDef, ast.AnnAssign]]:
        """Every field with the class that declares it."""
        classes = [node for node in self._nodes if isinstance(node, ast.ClassDef)]
        return [(node, item) for node in classes for item in node.body if isinstance(item, ast.AnnAssign)]
