"""Makes the pictures of pages in ``docs/pictures``: the review, the table over all reports, the evaluation report.

``python docs/pictures_of_pages.py`` needs Chromium with its driver, selenium, Pillow, a Chinese font and the extra
``review``. The example reports are read by rules into a temporary folder, and a person's decisions are made on the page.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from baogao.review.app import review_app
from baogao.review.session import ReviewSession
from baogao.serving import Service

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
MOST = 300_000
"""Bytes that a picture may have."""
WIDE = (1280, 800, 1.5)
PHONE = (390, 780, 1.5)
"""A screen: width and height in the page's pixels, and how many of the picture's make one of them."""
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--lang=en-GB")
WORKS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage")
REPORT, FIELD = "qinghe-2023", "exam_candidates"
SELECTED = "document.querySelector('#answers [aria-current=true]')"
REVIEWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("en", "review.png", {}),
    ("zh", "review.zh.png", {}),
    ("zh", "review-dark-phone.png", {"size": PHONE, "dark": True}),
)
"""Language, name and how it is shown, of each picture of the review."""


class Screen:
    """A headless browser that takes pictures."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self._browser = browser

    def open(self, address: str, size: tuple[int, int, float] = WIDE, *, dark: bool = False) -> None:
        """Show a page on a screen of that size."""
        width, height, scale = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": size is PHONE}
        scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
        self._browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self._browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
        self._browser.get("about:blank")
        self._browser.get(address)

    def run(self, script: str) -> object:
        """What a script gives on the page."""
        return self._browser.execute_script(script)

    def wait(self, script: str) -> None:
        """Until a script gives something true."""
        WebDriverWait(self._browser, 20, poll_frequency=0.05).until(lambda _: self.run(script))

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            ActionChains(self._browser, duration=0).send_keys(key).perform()

    def still(self) -> None:
        """Until nothing moves any more."""
        time.sleep(1.5)

    def save(self, name: str) -> None:
        """Write what is shown as a picture of at most 256 colours."""
        shown = Image.open(io.BytesIO(self._browser.get_screenshot_as_png())).convert("RGB")
        path = PICTURES / name
        shown.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{path.relative_to(ROOT)}: {shown.width} x {shown.height}, {path.stat().st_size // 1000} kB")
        if path.stat().st_size > MOST:
            raise SystemExit(f"{name} has more than {MOST // 1000} kB")


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """A browser, until it is no longer needed."""
    options = webdriver.ChromeOptions()
    options.binary_location = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    for flag in (*FLAGS, *WORKS, f"--user-data-dir={folder / 'chromium'}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Driver(shutil.which("chromedriver")))
    try:
        yield Screen(browser)
    finally:
        browser.quit()


@contextmanager
def served(run: Path, who: str) -> Iterator[str]:
    """The address at which a run is reviewed, while it is."""
    service = Service(review_app(ReviewSession(run), who))
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    try:
        yield service.address
    finally:
        service.stop()
        thread.join()


def run_of_examples(folder: Path) -> Path:
    """The example reports, read by rules."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "BAOGAO_"))}
    command = ("extract", "eval/datasets/examples/*.txt", "--extractor", "rules", "--out", str(folder))
    subprocess.run(
        [sys.executable, "-m", "baogao", *command], check=True, cwd=ROOT, env=environment, capture_output=True
    )
    return folder


def review(screen: Screen, run: Path, language: str, name: str, **how: Any) -> None:
    """The review: answers of a report accepted up to one field, which is selected."""
    with served(run, "李云") as address:
        screen.open(f"{address}&lang={language}#{REPORT}", **how)
        screen.wait(f"return {SELECTED}")
        for _ in range(40):
            if screen.run(f"return {SELECTED}.dataset.key") == FIELD:
                break
            screen.press(Keys.ENTER)
        screen.still()
        screen.save(name)


def matrix(screen: Screen, run: Path) -> None:
    """The table over all reports, one cell opened."""
    screen.open(f"{(run / 'matrix.html').as_uri()}?lang=en#{REPORT}&{FIELD}")
    screen.still()
    screen.save("matrix.png")


def evaluation(screen: Screen) -> None:
    """The report of the published run by link, at its grid."""
    screen.open(f"{(ROOT / 'eval' / 'runs' / 'fictional-test-link' / 'report.html').as_uri()}?lang=en#grid")
    screen.still()
    screen.save("report.png")


def main() -> None:
    """Make every picture."""
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as made, screen(Path(made)) as shown:
        for language, name, how in REVIEWS:
            review(shown, run_of_examples(Path(made) / name), language, name, **how)
        run = run_of_examples(Path(made) / "matrix")
        matrix(shown, run)
        evaluation(shown)


if __name__ == "__main__":
    main()
