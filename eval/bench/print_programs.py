"""Programs that make files of files: LibreOffice and Chromium; many files at once."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

_SECONDS = 600
"""After which a program is given up."""


class NotMade(Exception):
    """A program is missing, or made nothing; says which."""


@dataclass(frozen=True)
class Office:
    """LibreOffice, which saves a document in another format."""

    to: str = "pdf"
    """The suffix, and behind a colon the name of the filter where the suffix does not say it."""
    reading: str = ""
    """The name of the filter that opens the file, where its suffix does not say it."""

    def convert(self, files: Sequence[Path], folder: Path) -> None:
        """Write each file's twin of the same name into a folder.

        :raises NotMade: LibreOffice is not installed, or fails.
        """
        program = shutil.which("soffice")
        if program is None:
            raise NotMade("LibreOffice (soffice) is not installed")
        with TemporaryDirectory(prefix="baogao-office-") as profile:
            command = [program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless"]
            command += [f"--infilter={self.reading}"] if self.reading else []
            _run([*command, "--convert-to", self.to, "--outdir", str(folder), *map(str, files)])


@dataclass(frozen=True)
class Chromium:
    """Chromium, which prints a page."""

    head_and_foot: bool = False
    """Print date and title above, address and page number below, as a browser does by itself."""

    def convert(self, files: Sequence[Path], folder: Path) -> None:
        """Print each file into a PDF of the same name in a folder.

        :raises NotMade: Chromium is not installed, or fails.
        """
        program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        if program is None:
            raise NotMade("Chromium is not installed")
        with TemporaryDirectory(prefix="baogao-chromium-") as profile:
            command = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
            command += [] if self.head_and_foot else ["--no-pdf-header-footer"]
            for file in files:
                _run([*command, f"--print-to-pdf={folder / file.with_suffix('.pdf').name}", file.resolve().as_uri()])


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, timeout=_SECONDS, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotMade(f"{Path(command[0]).name} failed: {error}") from error
