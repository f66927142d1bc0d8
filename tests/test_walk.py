"""A reader who follows one report from ``extract`` to its record never comes back to a file that they have left."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import FrameType
from typing import Any, get_args

import pytest

import baogao
from baogao.assemble import ModelOptions, ready_extractor
from baogao.choices import Way
from baogao.extraction import ReportText
from baogao.work import extract_report
from llm.fake_server import Seen, Step, completion, fake_server

SOURCE = Path(baogao.__file__).parent
TEXT = "南屏县2023年国民经济和社会发展统计公报\n\n一、综合\n全年地区生产总值86.4亿元，比上年增长5.8%。\n"
COMMUNIQUE = Path(__file__).parent / "fixtures" / "communique" / "communique.py"


@contextmanager
def watched() -> Iterator[dict[str, set[str]]]:
    """For every file of baogao, the files whose functions it calls inside the block, in whatever thread."""
    calls: dict[str, set[str]] = defaultdict(set)

    def file_of(frame: FrameType | None) -> str:
        while frame is not None and not frame.f_code.co_filename.startswith(str(SOURCE)):
            frame = frame.f_back
        return str(Path(frame.f_code.co_filename).relative_to(SOURCE)) if frame else ""

    def look(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(SOURCE)):
            caller, callee = file_of(frame.f_back), file_of(frame)
            if caller and caller != callee:
                calls[caller].add(callee)

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def reply(seen: Seen) -> Step:
    """A model that can be held to JSON, and finds nothing however it is asked."""
    if "response_format" in seen.body:
        return completion('{"links": []}')
    return completion("A" if seen.body["messages"][-1]["content"].endswith("都不是") else "无")


def by_rules(path: Path, url: str) -> None:
    """The way of the rules."""
    baogao.extract(path, schema=COMMUNIQUE, extractor="rules")


def by_a_model(way: str) -> Callable[[Path, str], None]:
    """The way of hybrid, asking in one way."""

    def extract(path: Path, url: str) -> None:
        baogao.extract(path, schema=COMMUNIQUE, extractor="hybrid", model="small", base_url=url, ask=way, cache=False)

    return extract


@pytest.mark.parametrize(
    "walk",
    [by_rules, *map(by_a_model, get_args(Way))],
    ids=["rules", *(f"hybrid by {way}" for way in get_args(Way))],
)
def test_no_file_is_entered_twice(tmp_path: Path, walk: Callable[[Path, str], None]) -> None:
    """Files that call each other have an order, so that reading goes on and never round in a circle."""
    path = tmp_path / "nanping.txt"
    path.write_text(TEXT, encoding="utf-8")
    with fake_server(reply) as server:
        walk(path, server.url)  # once without being watched: what is imported late is no part of the way
        with watched() as calls:
            walk(path, server.url)
    assert {"rules/extractor.py", "reading.py", "checks.py"} <= set().union(*calls.values())
    try:
        assert list(TopologicalSorter(calls).static_order())
    except CycleError as error:
        pytest.fail(f"a circle: {' <- '.join(error.args[1])}")


def test_the_way_is_the_one_that_the_page_tells(tmp_path: Path) -> None:
    """docs/architecture.md names the stations of the way in the order in which they are reached."""
    page = (SOURCE.parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page[page.index("## The way of a report") : page.index("## Rooms")]
    told = re.findall(r"^\d\. `([^`]+)`", section, re.MULTILINE)
    path = tmp_path / "nanping.txt"
    path.write_text(TEXT, encoding="utf-8")
    reached: list[str] = []

    def look(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(SOURCE)):
            file = Path(frame.f_code.co_filename).relative_to(SOURCE).with_suffix("")
            reached.append(".".join([*file.parts, frame.f_code.co_qualname]))

    sys.setprofile(look)
    try:
        by_rules(path, "")
    finally:
        sys.setprofile(None)
    places = [reached.index(name) for name in told]
    assert len(told) == 8
    assert places == sorted(places)


def test_a_part_of_the_way_can_be_walked_alone(tmp_path: Path) -> None:
    """From a text in hand, with an extractor made ready, to its record: what a program does that has its own files."""

    async def walk() -> baogao.Record:
        async with ready_extractor("rules", baogao.load_schema(COMMUNIQUE), ModelOptions()) as ready:
            report = ReportText.from_document(baogao.document_from_text(TEXT, "nanping"))
            return await extract_report(report, ready.extractor, ready.made_by)

    assert asyncio.run(walk()).fields["gdp"].text == "86.4亿元"
