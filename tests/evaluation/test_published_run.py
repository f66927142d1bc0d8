"""Published runs come out again, offline, to the byte."""

import shutil
from pathlib import Path

import pytest

from baogao.errors import ReplayError, UsageError
from baogao.evaluation.predict import replay_run
from baogao.evaluation.runs import Run

CHECKOUT = Path(__file__).parents[2]
PUBLISHED = sorted(path.parent for path in (CHECKOUT / "eval" / "runs").glob("*/run.json"))
EXAMPLES = CHECKOUT / "eval" / "runs" / "examples"


@pytest.fixture(autouse=True)
def _in_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run names its data sets as they were named when it was made: from the top of the checkout."""
    monkeypatch.chdir(CHECKOUT)


def cassettes_of(run: Path) -> Path:
    """A run's recording: its own, or the one of its name that the tests share."""
    own = run / "cassettes"
    return own if own.is_dir() else CHECKOUT / "cassettes" / run.name


@pytest.mark.parametrize("run", PUBLISHED, ids=lambda path: path.name)
def test_summary_comes_out_again_to_the_byte(run: Path, tmp_path: Path) -> None:
    """What was published is what the committed code makes of the committed recordings."""
    assert replay_run(Run(run), tmp_path, cassettes_of(run)) == []


def test_there_is_a_published_run() -> None:
    """The test above has something to hold."""
    assert PUBLISHED


def test_changed_figure_is_named(tmp_path: Path) -> None:
    """A summary that was edited by hand is found out, and the place is said."""
    edited = tmp_path / "edited"
    shutil.copytree(EXAMPLES, edited)
    summary = edited / "summary.json"
    summary.write_text(
        summary.read_text(encoding="utf-8").replace('"documents": 3', '"documents": 4'), encoding="utf-8"
    )
    differences = replay_run(Run(edited), tmp_path / "again", cassettes_of(EXAMPLES))
    assert any(line.endswith("4 is now 3") for line in differences)


def test_recording_of_a_report_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """A recording that lost a report is not silently replayed without it."""
    cut = tmp_path / "cut"
    shutil.copytree(cassettes_of(EXAMPLES), cut)
    next((cut / "reports").glob("*.yaml")).unlink()
    with pytest.raises(ReplayError):
        replay_run(Run(EXAMPLES), tmp_path / "again", cut)


def test_run_without_recordings_cannot_be_replayed(tmp_path: Path) -> None:
    """The error says what is missing."""
    shutil.copy(EXAMPLES / "run.json", tmp_path)
    with pytest.raises(UsageError, match="there is no folder"):
        replay_run(Run(tmp_path), tmp_path / "again")
