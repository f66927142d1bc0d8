"""The cluster that is started for a run, without Ray: who can reach it, who ends it, and what a dead worker costs."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
import types
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.engines import ray as engine
from baogao.engines.ray import RayWorkers, Team, cluster, guarded_folder, members, own_environment, own_settings
from baogao.errors import UsageError
from baogao.inputs import Source
from baogao.reading import failed_record, provenance
from baogao.work import Outcome

SOURCE = Source("r1", Path("r1.txt"))
needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc, as Linux has it")


class RayError(Exception):
    """Any error of Ray's."""


class ActorUnavailableError(RayError):
    """A worker is on its way back."""


class RayTaskError(RayError):
    """What a worker raised."""

    cause = "no such schema"


class FakeRay(types.ModuleType):
    """A Ray that starts nothing and notes how it was asked to."""

    def __init__(self, address="127.0.0.1", error=None):
        super().__init__("ray")
        self.asked, self.environment, self.shut_down = None, {}, 0
        self.util = types.SimpleNamespace(get_node_ip_address=lambda: address)
        self.exceptions = types.ModuleType("ray.exceptions")
        self.exceptions.RayError = RayError
        self.exceptions.RayTaskError = RayTaskError
        self.exceptions.ActorUnavailableError = ActorUnavailableError
        self._error = error

    def init(self, **asked):
        """Note what was asked, in which environment."""
        self.asked, self.environment = asked, dict(os.environ)
        if self._error:
            raise self._error

    def shutdown(self):
        """Note it."""
        self.shut_down += 1


def install(patch, ray):
    """Have ``import ray`` find this one."""
    find = importlib.util.find_spec
    patch.setattr(importlib.util, "find_spec", lambda name, *more: find("json" if name == "ray" else name, *more))
    patch.setitem(sys.modules, "ray", ray)
    patch.setitem(sys.modules, "ray.exceptions", ray.exceptions)
    return ray


@pytest.fixture
def own_world(monkeypatch):
    """An environment that says nothing of Ray and is put back afterwards."""
    for name in [name for name in os.environ if name.startswith(("RAY_", "BAOGAO_RAY"))]:
        monkeypatch.delenv(name)
    for name in ("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_USAGE_STATS_ENABLED"):
        monkeypatch.setenv(name, "put back")
        del os.environ[name]
    return monkeypatch


@pytest.fixture
def unguarded(monkeypatch, tmp_path):
    """What becomes of the folder of a cluster; it is without a guard, which takes a second to start."""
    life = []

    @contextmanager
    def folder():
        life.append("made")
        try:
            yield tmp_path
        finally:
            life.append("removed")

    monkeypatch.setattr(engine, "guarded_folder", folder)
    return life


def test_a_cluster_of_ones_own_is_closed_to_others(own_world):
    """Loopback, a token, and a folder that only this user can enter, all before Ray reads its environment."""
    ray = install(own_world, FakeRay())
    with cluster(3):
        folder = Path(ray.asked["_temp_dir"]).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert ray.asked["address"] == "local"
    assert ray.asked["num_cpus"] == 3
    assert ray.environment["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] == "0"
    assert ray.environment["RAY_AUTH_MODE"] == "token"
    assert ray.environment["RAY_USAGE_STATS_ENABLED"] == "0"
    assert len(ray.environment["RAY_AUTH_TOKEN"]) == 64
    assert ray.environment[engine._MARK] == str(folder)
    assert engine._MARK not in os.environ
    assert ray.shut_down == 1
    assert not folder.exists()


@pytest.mark.usefixtures("own_world")
def test_a_token_is_new_for_every_program(tmp_path):
    """It can be guessed from no other one; one that the user chose stays, and so does that of an earlier run."""
    first, second = (own_environment(tmp_path)["RAY_AUTH_TOKEN"] for _ in range(2))
    assert first != second
    os.environ["RAY_AUTH_TOKEN"] = first
    assert own_environment(tmp_path)["RAY_AUTH_TOKEN"] == first


def test_a_ray_that_would_be_open_is_not_started(own_world, unguarded):
    """Loaded before the run it does not heed its environment: nothing is started, and nothing is left."""
    ray = install(own_world, FakeRay(address="192.0.2.2"))
    with pytest.raises(UsageError, match="would listen on all addresses"), cluster(1):
        pass
    assert ray.asked is None
    assert unguarded == ["made", "removed"]
    assert engine._MARK not in os.environ


def test_the_cluster_of_others_is_joined_as_it_is(own_world):
    """Its token, its addresses and its folder are its owner's affair."""
    ray = install(own_world, FakeRay(address="192.0.2.2"))
    own_world.setenv("RAY_ADDRESS", "192.0.2.9:6379")
    with cluster(3):
        pass
    assert not {"address", "num_cpus", "_temp_dir", "_node_ip_address"} & set(ray.asked)
    assert not {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"} & set(ray.environment)


def test_a_cluster_that_the_program_has_already_is_left_alone(own_world, unguarded):
    """Ray refuses a second one; the first goes on."""
    ray = install(own_world, FakeRay(error=RuntimeError("Maybe you called ray.init twice by accident?")))
    with pytest.raises(UsageError, match="twice"), cluster(1):
        pass
    assert ray.shut_down == 0
    assert unguarded == ["made", "removed"]


@pytest.mark.parametrize("error", [RayError("a token\nis wanted"), RuntimeError("no"), OSError("no"), ValueError("no")])
def test_a_cluster_that_cannot_be_had(own_world, unguarded, error):
    """It is one line, and nothing is left."""
    install(own_world, FakeRay(error=error))
    with pytest.raises(UsageError, match=r"^there is no Ray cluster to work with: [^\n]+$"), cluster(1):
        pass
    assert unguarded == ["made", "removed"]


def test_sockets_have_room_for_their_names(monkeypatch):
    """However long the folder for temporary files is called: a name has at most 107 bytes."""
    monkeypatch.setattr(tempfile, "tempdir", f"{tempfile.gettempdir()}/{'x' * 60}")
    with guarded_folder() as folder:
        inside = own_settings(folder, 1)["_temp_dir"]
    longest = f"{inside}/session_2026-11-26_15-26-00_713991_{2**22}/sockets/plasma_store"
    assert len(longest.encode()) <= 107


STARTS = """
import os, subprocess, sys, time
from baogao.engines.ray import guarded_folder
with guarded_folder() as folder:
    (folder / "ray").mkdir()
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    marked = subprocess.Popen(sleep, env=dict(os.environ, BAOGAO_RAY_FOLDER=str(folder)), start_new_session=True)
    other = subprocess.Popen(sleep, start_new_session=True)
    print(folder, marked.pid, other.pid, flush=True)
    time.sleep(60)
"""


def alive(pid):
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@needs_proc
def test_a_killed_run_leaves_no_cluster():
    """Its guard ends the processes of the cluster and no others, and removes the folder."""
    environment = dict(os.environ, PYTHONPATH=str(Path(engine.__file__).parents[2]))
    with subprocess.Popen([sys.executable, "-c", STARTS], stdout=subprocess.PIPE, text=True, env=environment) as run:
        folder, marked, other = run.stdout.readline().split()
        try:
            assert members(folder) == [int(marked)]
            run.kill()
            until = time.monotonic() + 10
            while (alive(marked) or Path(folder).exists()) and time.monotonic() < until:
                time.sleep(0.05)
            assert not alive(marked)
            assert not Path(folder).exists()
            assert alive(other)
        finally:
            os.kill(int(other), signal.SIGKILL)


@needs_proc
def test_who_looks_into_the_folder_is_no_member(tmp_path):
    """A process that reads a log of the cluster, or names its folder, is not ended with it."""
    log = tmp_path / "raylet.out"
    log.write_text("")
    with log.open() as opened, subprocess.Popen(["sleep", "60"], stdin=opened, cwd=tmp_path) as reader:
        try:
            assert members(str(tmp_path)) == []
        finally:
            reader.kill()


class Attempt:
    """One try of a worker's at a document: it begins or does not, and ends with an outcome or an error."""

    def __init__(self, begins, end):
        self.begins, self.end = begins, end

    async def steps(self):
        """What Ray hands over, reference by reference."""
        if self.begins:
            yield self._got(None)
        yield self._got(self.end)

    async def _got(self, what):
        if isinstance(what, BaseException):
            raise what
        return what


class FakeActor:
    """A worker whose attempts are written down; ``back`` says what answers whoever asks if it is there."""

    def __init__(self, attempts, back=()):
        self.attempts, self.back = list(attempts), list(back)
        self.do = self.is_there = self

    def options(self, **_):
        """The same."""
        return self

    def remote(self, *given):
        """Its next attempt, or whether it is there."""
        return self.attempts.pop(0).steps() if given else self._there()

    async def _there(self):
        if self.back and (error := self.back.pop(0)):
            raise error


def done_by(communique, *actors):
    """What becomes of one document with these workers."""
    made_by = provenance(communique, "rules")
    with pytest.MonkeyPatch.context() as patch:
        install(patch, FakeRay())
        workers = RayWorkers(lambda: None, Team(len(actors), 1), communique, made_by)
        workers._actors = list(actors)
        return asyncio.run(workers.do(SOURCE))


def good(communique):
    """An outcome as a worker sends it."""
    return Outcome(failed_record(SOURCE, "done", communique, provenance(communique, "rules")))


@given(st.lists(st.booleans(), max_size=20))
def test_only_documents_that_had_begun_count_deaths(communique, begun):
    """A worker may die any number of times before a document has begun, and three times after."""
    wanted = good(communique)
    attempts = [Attempt(begins, RayError("it died")) for begins in begun]
    outcome = done_by(communique, FakeActor([*attempts, Attempt(True, wanted)]))
    if sum(begun) <= engine._MOST_DEATHS:
        assert outcome is wanted
    else:
        assert outcome.again
        assert outcome.record.error == "its worker died 4 times (RayError); is there enough memory?"


def test_a_worker_is_waited_for(communique, monkeypatch):
    """While it is on its way, that is no answer."""
    monkeypatch.setattr(engine.asyncio, "sleep", lambda seconds, sleep=asyncio.sleep: sleep(0))
    wanted = good(communique)
    away = [ActorUnavailableError("restarting")] * 3
    assert done_by(communique, FakeActor([Attempt(True, RayError("x")), Attempt(True, wanted)], back=away)) is wanted


@pytest.mark.parametrize("begins", [True, False])
def test_a_cluster_that_broke_down_ends_the_run(communique, begins):
    """No document becomes a failed row: the run ends with one line that says how to go on."""
    actor = FakeActor(
        [Attempt(begins, RayError("it died"))], back=[RayError("The actor died.\n\tpid: 1\nNode crashed.")]
    )
    with pytest.raises(UsageError) as ending:
        done_by(communique, actor)
    assert str(ending.value).startswith("the Ray cluster broke down, or cannot make a worker; the same command goes on")
    assert str(ending.value).endswith("Node crashed.)")
    assert len(str(ending.value).splitlines()) == 1


def test_a_worker_that_never_comes_back_ends_the_run(communique, monkeypatch):
    """It is not waited for without end."""
    monkeypatch.setattr(engine, "_BACK_SECONDS", 0.05)
    away = [ActorUnavailableError("restarting")] * 1000
    with pytest.raises(UsageError, match="was not back"):
        done_by(communique, FakeActor([Attempt(False, RayError("x"))], back=away))


def test_a_worker_that_cannot_start_ends_the_run(communique):
    """What it raised is said in one line."""
    with pytest.raises(UsageError, match="a worker of Ray cannot start: no such schema"):
        done_by(communique, FakeActor([Attempt(True, RayTaskError())]))
