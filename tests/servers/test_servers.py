"""Reports read with real model servers: see docs/servers.md, which `make test-servers` writes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import _own_world  # noqa: F401
from servers import page, parrot
from servers.checks import CHECKS, Bench, without_places
from servers.kinds import HOME, KINDS
from servers.lessons import Lessons, teach
from servers.running import Running, running

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Lessons:
    """What the model knows by heart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAOGAO_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        return teach(tmp_path_factory.mktemp("lessons"))


@pytest.fixture(scope="module")
def models(lessons: Lessons) -> Path:
    """The model; it is trained again where it, or its lessons, are others than before."""
    for name in ("torch", "transformers", "gguf"):
        pytest.importorskip(name, reason=f"the model of these tests needs {name}: pip install 'baogao[tune]'")
    learned = json.dumps(lessons.all, ensure_ascii=False).encode()
    digest = hashlib.sha256(learned + Path(parrot.__file__).read_bytes()).hexdigest()[:12]
    folder = HOME / "models" / digest
    if not (folder / "parrot.gguf").exists():
        parrot.write_parrot(folder, lessons.all)
    return folder


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.environment or kind.package or kind.program)
def server(
    request: pytest.FixtureRequest, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, dict[str, str]]]:
    """A server, and what was seen at it; that is kept where ``make test-servers`` asked for it."""
    kind, seen = request.param, {}
    if why := kind.missing():
        pytest.skip(why)
    with running(kind, models, tmp_path_factory.mktemp("server")) as one:
        yield one, seen
    if os.environ.get("BAOGAO_SERVERS_PAGE"):
        page.keep(kind.name, one.version, seen)
        page.write()


@pytest.mark.parametrize("name", CHECKS)
def test_a_server_is_asked(
    server: tuple[Running, dict[str, str]], name: str, lessons: Lessons, models: Path, tmp_path: Path
) -> None:
    """What is asked of it is answered rightly, or one clear line says what it cannot do."""
    one, seen = server
    seen[name] = "FAILS"
    said = CHECKS[name](Bench(one, lessons, tmp_path))
    seen[name] = without_places(said, models)
    print(f"{name}: {seen[name]}")
