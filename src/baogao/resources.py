"""Files of baogao's own: where prompts, schemas, the cache and models are, and how a file that holds texts is made.

Prompts and schemas are in a checkout at its top level, in an installed wheel inside the package.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, Literal

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent

Holds = Literal["work", "results"]
"""What a file is for: kept while work goes on (journal, cache, replies of a batch), or for whoever asked for it."""
_PRIVATE: dict[str, tuple[Holds, ...]] = {"work": ("work",), "all": ("work", "results"), "none": ()}
"""What only the user may read, by the value of ``BAOGAO_PRIVATE``; the umask decides about everything else."""
NOT_THROUGH_LINKS: int = getattr(os, "O_NOFOLLOW", 0)
"""For ``os.open``: refuse a path whose last part is a link, where the system can."""
_NEW_FILE = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | NOT_THROUGH_LINKS | getattr(os, "O_BINARY", 0)


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


def read_yaml(text: str) -> Any:
    """What a text in YAML holds; by libyaml where PyYAML was built with it, which is ten times as fast.

    :raises yaml.YAMLError: it is not YAML; in the words of PyYAML's own loader, which says better where.
    """
    import yaml  # late: who asks for a version needs none

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return yaml.safe_load(text)


def cache_dir() -> Path:
    """``BAOGAO_CACHE_DIR``, or the folder ``baogao`` in the user's cache folder."""
    return _chosen("BAOGAO_CACHE_DIR") or _users("XDG_CACHE_HOME", mac="Library/Caches", linux=".cache")


def models_dir() -> Path:
    """``BAOGAO_MODELS_DIR``, or ``baogao/models`` in the user's data folder."""
    if chosen := _chosen("BAOGAO_MODELS_DIR"):
        return chosen
    return _users("XDG_DATA_HOME", mac="Library/Application Support", linux=".local/share") / "models"


def _chosen(variable: str) -> Path | None:
    chosen = os.environ.get(variable)
    return Path(chosen).expanduser() if chosen else None


def _users(xdg: str, *, mac: str, linux: str) -> Path:
    """The tool's own folder in one of the user's, where the system has them."""
    if base := os.environ.get(xdg):
        return Path(base) / "baogao"
    if sys.platform == "darwin":
        return Path.home() / mac / "baogao"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "baogao"
    return Path.home() / linux / "baogao"


def mode_of(holds: Holds) -> int:
    """The permissions to make a file with, before the umask: 0600 or 0666. A folder has the same, and may be searched.

    :raises OSError: ``BAOGAO_PRIVATE`` is none of its values; nothing can be written then.
    """
    said = os.environ.get("BAOGAO_PRIVATE") or "work"
    if said not in _PRIVATE:
        raise OSError(errno.EINVAL, f"BAOGAO_PRIVATE is {said!r}; it may be {', '.join(_PRIVATE)}")
    return 0o600 if holds in _PRIVATE[said] else 0o666


def new_file(path: Path, holds: Holds = "results", *, buffering: int = -1) -> BinaryIO:
    """Open a new file for writing. What stood under its name goes: a link itself, not what it leads to.

    :raises OSError: it cannot be made; or as :func:`mode_of`.
    """
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, _NEW_FILE, mode_of(holds)), "ab", buffering)


def make_folder(path: Path, holds: Holds = "results") -> None:
    """Make a folder, and those above it, where there is none. One that is there stays as it is.

    :raises OSError: it cannot be made; or as :func:`mode_of`.
    """
    mode = mode_of(holds)
    try:
        path.mkdir(mode | (mode & 0o444) >> 2, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from error


def take_away(path: Path) -> None:
    """Remove a file, a folder with all that is in it, or a link without what it leads to; nothing, where none is there.

    :raises OSError: it cannot be removed.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
