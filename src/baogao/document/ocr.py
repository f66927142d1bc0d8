"""Text recognition: words in a picture of a page, for what has no text of its own.

The engine is RapidOCR, which runs the models of PaddleOCR on the processor and has them in its wheel: nothing is
fetched. It is an extra, because it brings a hundred megabytes, and off by default, because it errs where a picture is
poor: what it reads carries a notice.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from statistics import median
from typing import Any

from baogao.document.page_lines import Line
from baogao.errors import DocumentError, UsageError

_PACKAGE = "rapidocr-onnxruntime"
_MODULE = "rapidocr_onnxruntime"
_LEAST_SURE = 0.5
"""Words that the engine is less sure of are no words."""
_LETTER = 0.78
"""Of the height of a box around a line: the size of its letters."""
_FOOT = 0.18
"""Of the height of a box: what lies below the base line."""
_SAME = 0.3
"""Share by which boxes around lines of one print may differ."""
_MOST_PIXELS = 100_000_000
"""Of a picture; a page at 600 dots to the inch has a third."""
_MOST_FRAMES = 100
"""Pages of a .tif."""
_POINTS_WIDE = 600.0
"""A picture is taken for a page that is so many points wide."""

Pixels = Any
"""An array of numpy: rows of pixels, each blue, green, red."""
Engine = Callable[[Pixels], tuple[list[Any] | None, Any]]
"""Gives for each line of print its corners, its words, and how sure it is of them."""


def require_engine() -> None:
    """See that text can be recognised at all.

    :raises UsageError: the extra is not installed.
    """
    if find_spec(_MODULE) is None:
        raise UsageError("text recognition is an extra; install it with: pip install 'baogao[ocr]'")


def engine_name() -> str:
    """The engine with its version."""
    return f"{_PACKAGE} {version(_PACKAGE)}" if find_spec(_MODULE) else _PACKAGE


@cache
def load_engine() -> Engine:
    """The engine, which takes a second to start.

    :raises UsageError: the extra is not installed.
    """
    require_engine()
    from rapidocr_onnxruntime import RapidOCR

    engine: Engine = RapidOCR()
    return engine


def recognise(pixels: Pixels, scale: float) -> list[Line]:
    """The lines of print in a picture of a page.

    :param scale: pixels to a point.
    :raises UsageError: the extra is not installed.
    """
    lines = []
    found, _ = load_engine()(pixels)
    for corners, words, sure in found or ():
        text = " ".join(str(words).split())
        if not text or float(sure) < _LEAST_SURE:
            continue
        xs = [float(x) / scale for x, _ in corners]
        ys = [float(y) / scale for _, y in corners]
        height = max(ys) - min(ys)
        lines.append(Line(text, min(xs), max(xs), max(ys) - _FOOT * height, round(_LETTER * height, 1), len(text)))
    usual = median(line.size for line in lines) if lines else 0.0
    for line in lines:
        if abs(line.size - usual) < _SAME * usual:
            line.size = usual
    return lines


def frames(data: bytes) -> list[tuple[Pixels, float]]:
    """The pages of a picture file, each with its pixels to a point.

    :raises DocumentError: it is damaged, or larger than a page can be.
    :raises UsageError: the extra is not installed.
    """
    require_engine()
    import numpy as np
    from PIL import Image, ImageSequence  # the engine brings it

    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise DocumentError(f"it has more than {_MOST_PIXELS:,} pixels: that is no page")
            pages = []
            for number, frame in enumerate(ImageSequence.Iterator(picture)):
                if number == _MOST_FRAMES:
                    raise DocumentError(f"it has more than {_MOST_FRAMES} pages: split it")
                pixels = np.asarray(frame.convert("RGB"))[:, :, ::-1]
                pages.append((np.ascontiguousarray(pixels), max(frame.width / _POINTS_WIDE, 0.01)))
            return pages
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise DocumentError("it is a picture that cannot be opened; save it again") from error
