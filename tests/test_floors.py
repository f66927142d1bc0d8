"""The floor plan: a file imports only from floors below its own, or from its own room, and never in a circle."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
FLOORS = (
    ("errors", "interrupts", "resources", "usage", "_version", "chinese", "language", "choices"),
    ("schema", "llm", "console", "serving"),
    ("document", "record"),
    ("candidates", "checks", "inputs"),
    ("extraction", "fit", "outputs", "guarded"),
    ("reading", "rules", "asking"),
    ("hybrid", "work"),
    ("model_options",),
    ("opening",),
    ("assemble", "pipeline"),
    ("batch", "engines", "evaluation"),
    ("api", "authoring", "review", "tuning"),
    ("baogao", "cli"),
    ("__main__",),
)
"""From the ground up. A room is a folder or a file right below ``baogao``; ``baogao`` itself is its ``__init__.py``."""
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MODULES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): path for path in SRC.rglob("*.py")
}


def imported(path: Path) -> set[str]:
    """The modules of baogao that a file imports: those inside functions too, and those for types only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name in MODULES}


def room(module: str) -> str:
    """The folder or file right below ``baogao``."""
    return module.split(".")[1] if "." in module else module


GRAPH = {module: imported(path) for module, path in MODULES.items()}


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_imports_go_down(module):
    """No room looks up, or sideways into another room of its own floor."""
    own = room(module)
    wrong = [name for name in GRAPH[module] if room(name) != own and FLOOR_OF[room(name)] >= FLOOR_OF[own]]
    assert not wrong, f"{module}, on floor {FLOOR_OF[own]}, imports {wrong}"


def test_no_circles():
    """Within a room, too, imports have an order."""
    packages = {module for module, path in MODULES.items() if path.name == "__init__.py"}
    graph = {module: {name for name in names if name not in packages} for module, names in GRAPH.items()}
    try:
        assert list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def test_the_plan_is_current():
    """Every room that is planned exists, and every room that exists is planned."""
    assert {room(module) for module in MODULES} == set(FLOOR_OF)
