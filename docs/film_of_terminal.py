"""Makes ``docs/pictures/terminal.svg`` and ``terminal.zh.svg``: films of a terminal in which a README's commands run.

``python docs/film_of_terminal.py`` really runs the commands that need no model, in a temporary folder, and shows what
they print. The pictures move by CSS alone; whoever wants no motion sees the last frame. Waiting times are not real.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from follow_readme import ROOT, environment_of, language_of, steps
from rich.cells import cell_len

PICTURES = ROOT / "docs" / "pictures"
FILMS = {"README.md": "terminal.svg", "README.zh-CN.md": "terminal.zh.svg"}
CELL, LINE, EDGE, BAR = 8.4, 21, 18, 34
"""The width of a character, the height of a line, the margin and the title's bar, in the picture's units."""
COLUMNS = 94
TYPING, THINKING, READING, RESTING = 0.028, 0.5, 0.9, 5.0
"""Seconds for a character that is typed, before a command answers, after it, and at the end."""
PAPER = "#1d1b18"
_FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace'
_STYLE = f"""text {{ font: 14px {_FONT}; fill: #d8d5cc; white-space: pre }}
.wide {{ font-size: 15.5px }}
.command {{ fill: #fff; font-weight: 600 }}
.prompt {{ fill: #e2705f }}
.cover {{ fill: {PAPER}; transform-box: fill-box; transform-origin: right; transform: scaleX(0) }}
"""


@dataclass
class Shown:
    """A line on the screen: when it comes, in seconds, and for how long it is typed; nothing is typed of an answer."""

    words: str
    at: float
    typed: float = 0


def answers(page: Path) -> Iterator[tuple[str, list[str]]]:
    """The commands of a page that need no model, run one after the other, with what they print."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "eval").symlink_to(ROOT / "eval")
        environment = environment_of(folder, language_of(page), Path(sys.executable).parent)
        environment["PYTHONPATH"] = str(ROOT / "src")
        for step in steps(page.read_text(encoding="utf-8")):
            if step.command.startswith("baogao ") and "model" not in step.command:
                run = ["bash", "-c", step.command]
                done = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=True)
                yield step.command, [line.rstrip() for line in done.stdout.splitlines()]


def script(page: Path) -> tuple[list[Shown], float]:
    """Every line with its time, and how long the film is."""
    lines, now = [], 0.8
    for command, printed in answers(page):
        typed = TYPING * len(command)
        lines.append(Shown(f"$ {command}", now, typed))
        now += typed + THINKING
        lines += [Shown(line, now) for line in printed]
        now += READING
    return lines, now + RESTING


def text_at(words: str, top: float, kind: str = "") -> str:
    """Words on the grid of the terminal, whatever font shows them: a Chinese character takes two cells."""
    made, left = [], 0
    for wide, run in groupby(words, lambda one: cell_len(one) == 2):
        part = "".join(run)
        cells = cell_len(part)
        if part.strip():
            places = [f"{EDGE + (left + at) * CELL:.1f}" for at in range(0, cells, 2)]
            grid = (
                f'class="wide" x="{" ".join(places)}"' if wide else f'x="{places[0]}" textLength="{cells * CELL:.1f}"'
            )
            made.append(f"<tspan {grid}>{escape(part)}</tspan>")
        left += cells
    return f'<text y="{top:.0f}" class="{kind}">{"".join(made)}</text>'


def drawn(number: int, line: Shown, seconds: float) -> tuple[str, str]:
    """A line's style and its shapes; what is typed lies under a cover that is drawn away."""
    top, start = BAR + EDGE + number * LINE, 100 * line.at / seconds
    comes = (
        f"@keyframes l{number} {{ 0%, {start:.2f}% {{ opacity: 0 }} {start + 0.01:.2f}%, 100% {{ opacity: 1 }} }}\n"
        f"#l{number} {{ animation: l{number} {seconds:.1f}s step-end infinite }}\n"
    )
    if not line.typed:
        return comes, f'<g id="l{number}">{text_at(line.words, top)}</g>\n'
    end = 100 * (line.at + line.typed) / seconds
    comes += (
        f"@keyframes c{number} {{ 0%, {start:.2f}% {{ transform: none; animation-timing-function:"
        f" steps({len(line.words) - 2}) }} {end:.2f}%, 100% {{ transform: scaleX(0) }} }}\n"
        f"#c{number} {{ animation: c{number} {seconds:.1f}s linear infinite }}\n"
    )
    place = f'x="{EDGE + 2 * CELL:.1f}" y="{top - 15}" width="{(len(line.words) - 2) * CELL:.1f}" height="{LINE}"'
    words = text_at("$", top, "prompt") + text_at(f"  {line.words[2:]}", top, "command")
    return comes, f'<g id="l{number}">{words}<rect id="c{number}" class="cover" {place}/></g>\n'


def film(lines: list[Shown], seconds: float) -> str:
    """The film as SVG."""
    width, height = round(2 * EDGE + COLUMNS * CELL), round(BAR + EDGE + len(lines) * LINE)
    parts = [drawn(number, line, seconds) for number, line in enumerate(lines)]
    colours = ("#e2705f", "#e0b34c", "#7fae77")
    buttons = "".join(f'<circle cx="{20 + 18 * at}" cy="17" r="5.5" fill="{one}"/>' for at, one in enumerate(colours))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img">\n<title>baogao in a terminal</title>\n<style>\n{_STYLE}{"".join(style for style, _ in parts)}'
        "@media (prefers-reduced-motion: reduce) { * { animation: none !important } }\n</style>\n"
        f'<rect width="{width}" height="{height}" rx="9" fill="{PAPER}"/>{buttons}\n'
        f"{''.join(shapes for _, shapes in parts)}</svg>\n"
    )


def main() -> None:
    """Make both films."""
    for page, name in FILMS.items():
        picture = film(*script(ROOT / page))
        (PICTURES / name).write_text(picture, encoding="utf-8")
        print(f"docs/pictures/{name}: {len(picture.encode()) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
