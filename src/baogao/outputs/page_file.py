"""What every page is made with: templates, data that nothing can break out of, a file that is whole or not there."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from baogao.errors import UsageError
from baogao.resources import new_file

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.environment import TemplateStream

_TEMPLATES = Path(__file__).parent / "templates"
_NOT_INERT = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
"""What HTML or JavaScript could take for its own, and halves of characters, which UTF-8 cannot write."""


@cache
def environment() -> Environment:
    """For the templates of pages."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a page is written at the end of a run

    return Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)


@cache
def source(name: str) -> str:
    """The text of a template, a style or a script."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def inert_json(data: Any) -> Markup:
    """JSON that nothing can break out of: every character that HTML or JavaScript could take for its own is escaped."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(_NOT_INERT.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def csp_hash(content: str) -> str:
    """How a content security policy names a script or a style that stands in the page."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def write_page_file(page: TemplateStream, path: Path) -> None:
    """Write a page piece by piece: the whole page is several times the size of what it is made of.

    It stands under its name only when it is whole; a link that stood there goes.

    :raises UsageError: it cannot be written; or what its pieces raise.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with new_file(part) as file:
            page.dump(file, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # gone by now, or never there
            part.unlink()
