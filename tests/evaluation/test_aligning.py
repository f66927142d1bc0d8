"""Which row of an answer is which row of gold."""

from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.aligning import align_rows
from baogao.evaluation.gold import GoldField, GoldRow
from baogao.schema.values import Answer


def truth(**cells: tuple[object, int]) -> GoldRow:
    """A row of gold."""
    return {
        name: GoldField(status="reported", value=value, evidence=[[(at, at + 2)]])
        for name, (value, at) in cells.items()
    }


def said(**cells: tuple[object, int]) -> dict[str, Answer]:
    """A row of an answer."""
    return {
        name: Answer(status="reported", value=value, evidence=[(at, at + 2)]) for name, (value, at) in cells.items()
    }


def test_rows_are_paired_by_what_names_them(every_kind) -> None:
    """However they are ordered; a row with another name from another place is nobody's."""
    berths = every_kind.by_id["berths"]
    gold = [truth(name=("城东", 0), cost=(1, 10)), truth(name=("城西", 20), cost=(2, 30))]
    answers = [said(name=("《城西》", 90)), said(name=("码头", 50), stage=("建成", 60)), said(name=("城东", 0))]
    assert align_rows(gold, answers, berths) == (1, None, 0)


def test_a_name_that_is_read_otherwise_is_known_by_its_place(every_kind) -> None:
    """So is a row without the right name by a figure of the same value from the same place, and not by an option."""
    berths = every_kind.by_id["berths"]
    gold = [truth(name=("城东", 0), stage=("建成", 40)), truth(name=("城西", 20), cost=(2, 30), stage=("建成", 40))]
    answers = [
        said(name=("新码头", 60), stage=("建成", 40)),
        said(name=("某码头", 70), cost=(2, 31)),
        said(name=("城东泊位", 1)),
    ]
    assert align_rows(gold, answers, berths) == (None, 1, 0)


def test_of_two_rows_of_one_name_the_likelier_pairs_are_taken(every_kind) -> None:
    """The number of right cells decides, and among equals the order."""
    berths = every_kind.by_id["berths"]
    gold = [truth(name=("城东", 0), cost=(1, 10)), truth(name=("城东", 0), cost=(2, 30))]
    twice = [said(name=("城东", 0), cost=(2, 30)), said(name=("城东", 0), cost=(1, 10))]
    assert align_rows(gold, twice, berths) == (1, 0)
    bare = [said(name=("城东", 0))] * 3
    assert align_rows(gold, bare, berths) == (0, 1, None)


def test_no_rows_on_either_side(every_kind) -> None:
    """Nothing is paired with nothing."""
    berths = every_kind.by_id["berths"]
    assert align_rows([], [said(name=("城东", 0))], berths) == (None,)
    assert align_rows([truth(name=("城东", 0))], [], berths) == ()


@given(st.lists(st.integers(0, 5), max_size=6), st.lists(st.integers(0, 5), max_size=6))
def test_every_row_is_paired_once_and_with_its_like(every_kind, true: list[int], answered: list[int]) -> None:
    """As many rows of a name are paired as both sides have, whatever the order."""
    berths = every_kind.by_id["berths"]
    gold = [truth(name=(f"泊位{number}", 10 * number)) for number in true]
    answers = [said(name=(f"泊位{number}", 10 * number)) for number in answered]
    matches = align_rows(gold, answers, berths)
    pairs = [(true[match], answered[one]) for one, match in enumerate(matches) if match is not None]
    assert len({match for match in matches if match is not None}) == len(pairs)
    assert all(one == other for one, other in pairs)
    assert len(pairs) == sum(min(true.count(number), answered.count(number)) for number in range(6))
