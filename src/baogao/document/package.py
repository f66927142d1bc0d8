"""Office Open XML packages: the zip files that Word and Excel write, opened part by part and within limits."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docx.oxml.parser import parse_xml
from lxml import etree

from baogao.errors import DocumentError

LARGEST_UNPACKED = 200_000_000
"""Bytes of all parts of a package together, pictures included."""
LARGEST_PART = 30_000_000
"""Bytes of one part that is parsed; its tree takes some ten times as many."""
_LARGE_PART = f"a part of it unpacks to more than {LARGEST_PART // 1_000_000} MB: that is no report"
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
)
"""The namespaces of the strict kind, and those that all the others write for the same."""

Element = Any
"""An lxml element."""


class Package:
    """An open package.

    :param damaged: what is said where it cannot be opened.
    """

    def __init__(self, archive: zipfile.ZipFile, damaged: str) -> None:
        self._archive = archive
        self._damaged = damaged
        self._names = {name.lower(): name for name in archive.namelist()}
        self.main_name = self._target_of("", "officeDocument")

    def part(self, name: str) -> Element | None:
        """The root of a part's tree; None if there is no such part.

        :raises DocumentError: it unpacks to more than a report needs, whatever it is called.
        """
        stored = self._names.get(name.lower())
        if stored is None:
            return None
        with self._archive.open(stored) as part:
            data = part.read(LARGEST_PART + 1)
        if len(data) > LARGEST_PART:
            raise DocumentError(_LARGE_PART)
        if b"http://purl.oclc.org/ooxml/" in data:
            for strict, usual in _STRICT:
                data = data.replace(strict, usual)
        return parse_xml(data)

    def main(self) -> Element:
        """The root of the main part.

        :raises DocumentError: there is none.
        """
        root = self.part(self.main_name) if self.main_name else None
        if root is None:
            raise DocumentError(self._damaged)
        return root

    def related(self, kind: str) -> Element | None:
        """The root of the part that the main one calls its ``styles``, ``numbering``, …; None if there is none."""
        name = self._target_of(self.main_name, kind)
        return self.part(name) if name else None

    def targets(self) -> dict[str, str]:
        """The parts that the main one names, by the ids it gives them."""
        return {one.get("Id", ""): target for one, target in self._relations(self.main_name)}

    def _target_of(self, source: str, kind: str) -> str:
        """The part that another one (the package itself: empty) names as one of a kind; empty if it names none."""
        ending = f"/{kind}"
        return next((target for one, target in self._relations(source) if one.get("Type", "").endswith(ending)), "")

    def _relations(self, source: str) -> Iterator[tuple[Element, str]]:
        folder, name = posixpath.split(source)
        relations = self.part(posixpath.join(folder, "_rels", f"{name}.rels"))
        for one in relations if relations is not None else ():
            if one.get("Target") and one.get("TargetMode") != "External":
                yield one, posixpath.normpath(posixpath.join("/", folder, one.get("Target"))).lstrip("/")


@contextmanager
def opened(data: bytes, damaged: str) -> Iterator[Package]:
    """A package while it is read.

    :param damaged: what is said of one that cannot be opened or understood.
    :raises DocumentError: it is damaged, or unpacks to more than a report needs.
    :raises MemoryError: there is not enough to parse it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # Before anything is unpacked; zipfile never gives more of a part than the archive's list says.
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise DocumentError(f"it unpacks to more than {LARGEST_UNPACKED // 1_000_000} MB: that is no report")
            parsed = [part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
            if max(parsed, default=0) > LARGEST_PART:
                raise DocumentError(_LARGE_PART)
            yield Package(archive, damaged)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:  # whoever set a limit says so
            raise MemoryError from error
        raise DocumentError(damaged) from error
    except (zipfile.BadZipFile, zlib.error, etree.LxmlError, NotImplementedError) as error:
        raise DocumentError(damaged) from error
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError, EOFError, RuntimeError) as error:
        raise DocumentError(damaged) from error  # what wrong parts, or locked ones, raise
