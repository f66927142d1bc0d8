"""Published runs come out again, offline, to the byte."""

import json
import shutil
from pathlib import Path

import pytest

from baogao.errors import ReplayError, UsageError
from baogao.evaluation.predict import replay_run
from baogao.evaluation.run_info import ExtractorInfo
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


def test_run_that_was_not_scored_cannot_be_compared(tmp_path: Path) -> None:
    """It is said before anything is played."""
    shutil.copy(EXAMPLES / "run.json", tmp_path)
    with pytest.raises(UsageError, match=r"there is no summary\.json; score the run first"):
        replay_run(Run(tmp_path), tmp_path / "again", cassettes_of(EXAMPLES))
    assert not (tmp_path / "again").exists()


def test_what_is_not_a_replays(tmp_path: Path) -> None:
    """Other people's records are not made again; a run that held answers back does so again."""
    earlier, again = tmp_path / "earlier", tmp_path / "again"
    info = Run(EXAMPLES).info()
    extractors = [*info.extractors, ExtractorInfo(name="theirs", origin="records")]
    parameters = info.parameters.model_copy(update={"min_confidence": 0.9})
    Run(earlier).write(info.model_copy(update={"extractors": extractors, "parameters": parameters}))
    shutil.copy(EXAMPLES / "summary.json", earlier)
    differences = replay_run(Run(earlier), again, cassettes_of(EXAMPLES))
    replayed = Run(again).info()
    assert replayed.names == ["rules", "llm", "hybrid"]
    assert replayed.parameters.min_confidence == 0.9
    assert differences


def test_a_summary_in_another_order_is_not_the_same(tmp_path: Path) -> None:
    """The bytes are compared, and where only they differ, that is said."""
    edited = tmp_path / "edited"
    shutil.copytree(EXAMPLES, edited)
    (edited / "summary.json").write_text(json.dumps(Run(EXAMPLES).read_json("summary.json")), encoding="utf-8")
    assert replay_run(Run(edited), tmp_path / "again", cassettes_of(EXAMPLES)) == [
        "the order or the spacing of its keys"
    ]


def test_a_data_set_that_was_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay from another place says which folder it misses, before anything runs."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="there is no folder eval/datasets/examples, on which the run was made"):
        replay_run(Run(EXAMPLES), tmp_path / "again", cassettes_of(EXAMPLES))
    assert not (tmp_path / "again").exists()
