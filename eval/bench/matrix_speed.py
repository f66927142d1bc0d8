"""How long the table over all reports takes to write and to open.

``python eval/bench/matrix_speed.py`` has rules read the development set, repeats its records until there are 500 and
5,000 reports, writes ``matrix.html`` of each, and opens it in headless Chromium: seconds of processor time to write,
megabytes, and seconds until the page has loaded and shows its rows, the best and the worst of three.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import count, cycle, islice
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import baogao
from baogao.outputs.matrix import write_matrix
from baogao.record import Record
from baogao.schema import load_schema

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "eval" / "datasets" / "fictional" / "dev"
TURNS = 3


def many(records: list[Record], reports: int) -> Iterator[Record]:
    """The records again and again, each under an id of its own."""
    for number, record in zip(count(1), islice(cycle(records), reports), strict=False):
        yield record.model_copy(update={"doc_id": f"{record.doc_id}-{number}"})


def opened(driver: webdriver.Chrome, page: Path) -> float:
    """Seconds from asking for a page until it has loaded and shows a row."""
    driver.get("about:blank")
    started = time.perf_counter()
    driver.get(page.as_uri())
    while not driver.execute_script("return document.querySelectorAll('table tbody tr').length"):
        time.sleep(0.005)
    return time.perf_counter() - started


def main() -> None:
    """Print the figures."""
    schema = load_schema()
    records = list(baogao.extract_many([str(REPORTS)], extractor="rules"))
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        with tempfile.TemporaryDirectory() as name:
            for reports in (500, 5_000):
                page = Path(name) / f"{reports}.html"
                started = time.process_time()
                write_matrix(many(records, reports), schema, page)
                wrote, size = time.process_time() - started, page.stat().st_size / 1_000_000
                took = [opened(driver, page) for _ in range(TURNS)]
                print(f"{reports} reports: written in {wrote:.1f} s, {size:.1f} MB, ", end="")
                print(f"opened in {min(took):.2f} to {max(took):.2f} s")
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
