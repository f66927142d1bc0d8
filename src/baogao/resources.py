"""Where prompts and schemas are: in a checkout at its top level, in an installed wheel inside the package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def resource_dir(kind: Literal["prompts", "schemas"]) -> Path:
    """The folder of the prompts or schemas that come with baogao.

    The wheel carries copies under ``baogao/data``; a checkout (an editable install) has them at its top level, where
    they are edited.
    """
    packaged = _PACKAGE / "data" / kind
    return packaged if packaged.is_dir() else _CHECKOUT / kind


def digest_files(paths: Iterable[Path]) -> str:
    """``sha256:`` and the hex digest over the names and bytes of some files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()}"
