"""Keys to confirm a report whose answers are right, in the page of ``baogao review --serve``, by a scripted browser.

``python eval/bench/review_keys.py [RUN]`` takes the reports of a run (by default of the examples, read by rules), holds
each of its answers for right, presses Enter and, for the silent fields, s, until every field was looked at, and prints
the keys for each field that states something: a figure, a none, a piece of metadata, a list. The run is not touched.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.keys import Keys

from baogao.review.app import review_app
from baogao.review.session import ReviewSession
from baogao.serving import Service

EXAMPLES = Path(__file__).parents[1] / "datasets" / "examples"
MOST_KEYS = 2000


@dataclass(frozen=True)
class Confirmed:
    """One report that was confirmed."""

    doc_id: str
    keys: int
    stated: int
    """Fields that state something: figures, nones, metadata, words, lists that have an entry."""
    fields: int
    """All fields that were looked at, silent ones and cells of tables too."""
    seconds: float
    """That the page took; a person takes longer, to read."""

    @property
    def keys_per_stated(self) -> float:
        """Keys for each field that states something."""
        return self.keys / self.stated


def stated_fields(view: dict[str, Any]) -> int:
    """How many fields of a report state something, of its view by the server."""
    figures = sum(one["status"] != "not_reported" for one in view["figures"].values())
    metadata = sum(one["value"] is not None for one in view["metadata"].values())
    lists = [*view["lists"].values(), *view.get("rows", {}).values()]
    return figures + metadata + sum(bool(entries) for entries in lists)


def confirm(driver: webdriver.Chrome, session: ReviewSession, doc_id: str, who: str) -> Confirmed:
    """Confirm the report that is open, by keys alone.

    :raises RuntimeError: it is not done after very many keys.
    """
    stated = stated_fields(session.report(doc_id, who))
    body = driver.find_element("tag name", "body")
    started = time.perf_counter()
    keys = 0
    while keys < MOST_KEYS:
        words = driver.execute_script("return document.querySelector('#desk').innerText")
        if "Every field of this report was looked at" in words:
            break
        body.send_keys("s" if "All silent fields are right" in words else Keys.ENTER)
        keys += 1
    else:
        raise RuntimeError(f"{doc_id}: not done after {MOST_KEYS} keys")
    seconds = time.perf_counter() - started
    while driver.execute_script("return document.querySelector('#saved').textContent") != "saved":
        time.sleep(0.02)
    review = session.report(doc_id, who)["review"]
    if review["looked"] != review["fields"]:
        raise RuntimeError(f"{doc_id}: {review['looked']} of {review['fields']} fields were looked at")
    return Confirmed(doc_id, keys, stated, review["fields"], seconds)


def open_report(driver: webdriver.Chrome, service: Service, doc_id: str) -> None:
    """Open one report, and wait until it is there."""
    driver.get("about:blank")
    driver.get(f"{service.address}&lang=en#{doc_id}")
    until = time.monotonic() + 20
    while not driver.execute_script("return document.querySelector('#desk')?.innerText"):
        if time.monotonic() > until:
            raise RuntimeError(f"{doc_id} does not open")
        time.sleep(0.02)


def serve_copy(run: Path, folder: Path, who: str) -> tuple[Service, ReviewSession]:
    """A copy of a run without its decisions, served."""
    copy = folder / "run"
    shutil.copytree(run, copy, ignore=shutil.ignore_patterns("reviews.jsonl"))
    session = ReviewSession(copy)
    service = Service(review_app(session, who))
    threading.Thread(target=service.run, daemon=True).start()
    return service, session


def confirmed(run: Path) -> Iterator[Confirmed]:
    """Confirm every report of a run that was read, one after another; the run is not touched."""
    with tempfile.TemporaryDirectory() as name:
        service, session = serve_copy(run, Path(name), "bench")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--force-prefers-reduced-motion"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Driver(shutil.which("chromedriver")))
        try:
            for summary in session.summaries("bench"):
                if summary["status"] == "ok":
                    open_report(driver, service, summary["id"])
                    yield confirm(driver, session, summary["id"], "bench")
        finally:
            driver.quit()
            service.stop()


def main() -> None:
    """Print a line for each report."""
    with tempfile.TemporaryDirectory() as name:
        if len(sys.argv) > 1:
            run = Path(sys.argv[1])
        else:
            from command import run_baogao

            run = Path(name) / "examples"
            run_baogao(["extract", *sorted(EXAMPLES.glob("*.txt")), "--extractor", "rules", "--out", run])
        done = []
        for one in confirmed(run):
            done.append(one)
            print(
                f"{one.doc_id}: {one.keys} keys for {one.stated} stated fields, {one.keys_per_stated:.2f} each; "
                f"{one.fields} fields looked at in {one.seconds:.1f} s"
            )
    keys, stated = sum(one.keys for one in done), sum(one.stated for one in done)
    print(f"all: {keys} keys for {stated} stated fields, {keys / stated:.2f} each")


if __name__ == "__main__":
    main()
