"""Clauses: where a sentence is cut, that nothing is lost by it, and which name a listed figure gets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baogao.document.document import Sentence
from baogao.rules.clauses import _BREAK, Clause, clauses_of, cut_gap, cut_lead, listed_names, sentence_clauses
from pattern_words import spans
from short_reports import Read, read

NAMES = ["来信", "来电", "办结", "其中", "农村", "截至6月末", "前者", "后者"]
WORDS = [*NAMES, "由", "增至", "分别为", "以及", "和", "与"]
SIGNS = ["，", "、", "。", "；", "（", "）", "：", "！", "\n", "\t", " ", "—", "／", "(", ")"]
FIGURES = ["37件", "12件", "8个", "一次", "98.2%", "3", "2021年", "六成"]
TEXTS = st.lists(st.sampled_from(WORDS + SIGNS + FIGURES + FIGURES), max_size=24).map("".join)
LINKS = re.compile(r"[^\w]*|、|以及|和|与|及|并|或")
"""What a cut may leave out: signs, and what links two listed names."""


def cut_sentences(text: str) -> Iterator[tuple[Read, Sentence, list[Clause]]]:
    """Each sentence of a text with its clauses, before names are given out."""
    report = read(text)
    for sentence in report.document.sentences:
        start, end = sentence.span
        figures = [one for one in report.candidates.of_kind("number") if start <= one.start < end]
        yield report, sentence, list(sentence_clauses(report.document.text, sentence, 0, figures))


def clauses(text: str) -> list[Clause]:
    """The clauses of a text."""
    report = read(text)
    return list(clauses_of(report.document, report.candidates))


def printed(clause: Clause) -> str:
    """A clause with its figures as they are printed, without brackets and white space."""
    pieces = [clause.pieces[0]]
    for figure, piece in zip(clause.figures, clause.pieces[1:], strict=True):
        pieces += [figure.text, piece]
    return squeezed("".join(pieces))


def squeezed(text: str) -> str:
    """A text without brackets and white space."""
    return re.sub(r"[\s（）()]", "", text)


@given(TEXTS)
@example("办结（含结转2件）9件。")
@example("由8件、9件增至12件、来信3件")
def test_no_figure_is_lost(text):
    """Every number of the sentences stands in one clause, and all in reading order."""
    report = read(text)
    found = [figure for clause in clauses_of(report.document, report.candidates) for figure in clause.figures]
    inside = [one for one in report.candidates.of_kind("number") if report.document.sentence_at(one.start)]
    assert found == inside


@given(TEXTS)
@example("来信（信访、电话）37件和来电12件，已办。")
def test_no_word_is_lost(text):
    """Clauses stand in order, do not overlap, and leave out nothing but signs and links."""
    for report, sentence, found in cut_sentences(text):
        position = sentence.span[0]
        for clause in found:
            assert clause.span[0] >= position
            assert LINKS.fullmatch(report.document.text[position : clause.span[0]])
            position = clause.span[1]
        assert LINKS.fullmatch(report.document.text[position : sentence.span[1]])


@given(TEXTS)
def test_a_clause_says_what_is_printed_in_its_span(text):
    """Pieces and figures together are its characters; only what went on after a bracket stands before them."""
    for report, _, found in cut_sentences(text):
        for clause in found:
            assert printed(clause).endswith(squeezed(report.document.slice(clause.span)))


@given(TEXTS)
def test_leads_are_made_of_the_sentence(text):
    """A coordinated figure's name has no character that its sentence has not."""
    for clause in clauses(text):
        if clause.lead is not None:
            assert clause.figures
            assert set(clause.lead) <= set(read(text).document.slice(clause.sentence.span)) | set("#")


@given(st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=8).map("".join), st.booleans())
def test_a_cut_leaves_out_one_link_at_most(gap, last):
    """What stands between two figures goes to the first, to clauses of its own, or to the second; links are dropped."""
    cut = cut_gap(gap, last=last)
    if cut is None:
        assert not last
        assert "，" not in gap
        return
    tail, middle, lead = cut
    assert gap.startswith(tail)
    assert gap.endswith(lead)
    assert middle in gap
    missing = len(gap) - len(tail + middle + lead)
    assert missing == 0 if last else missing <= 2
    if missing:
        assert LINKS.fullmatch(gap[len(tail) : len(gap) - len(lead)])


@pytest.mark.parametrize(
    ("gap", "cut"),
    [
        ("，其中", ("", "，", "其中")),
        ("已办，另有不少，其中", ("已办", "，另有不少，", "其中")),
        ("、来电", ("", "", "来电")),
        ("和来电", ("", "", "来电")),
        ("以及来电", ("", "", "来电")),
        ("人和", ("人", "", "")),
        ("计划的", None),
        ("", None),
    ],
)
def test_what_parts_two_figures(gap, cut):
    """Punctuation first, then 、, then a link at either end; a noun alone parts nothing."""
    assert cut_gap(gap, last=False) == cut


@pytest.mark.parametrize(
    ("gap", "cut"),
    [
        ("，已办。", ("", "，已办。", "")),
        ("已办", ("已办", "", "")),
        ("、来电。", ("、来电", "。", "")),
        ("", ("", "", "")),
    ],
)
def test_what_stands_behind_the_last_figure(gap, cut):
    """Up to the first punctuation it belongs to the figure's clause."""
    assert cut_gap(gap, last=True) == cut


@given(TEXTS)
def test_a_lead_is_what_follows_the_last_break(text):
    """The two parts are the text, and no comma stands in the second."""
    before, own = cut_lead(text)
    assert before + own == text
    assert not set(own) & set("，；。（）")


@pytest.mark.parametrize(
    ("text", "own"), [("面积3.5", "面积3.5"), ("好：其中来信", "其中来信"), ("来信：", "来信："), ("来信——", "")]
)
def test_signs_that_break_and_signs_that_do_not(text, own):
    """A decimal point and a colon at the end break nothing; a dash does."""
    assert cut_lead(text)[1] == own


@given(
    st.lists(st.text("收办结信电访件", min_size=1, max_size=5), min_size=2, max_size=5),
    st.sampled_from(["分别为", "依次是"]),
)
def test_listed_names_go_to_their_figures(names, marker):
    """As many as there are figures, the last ones, each with the verb behind 分别."""
    lead = "、".join(names) + marker
    assert listed_names(lead, len(names)) == [name + marker[2:] for name in names]
    assert listed_names(lead, len(names) - 1) == [name + marker[2:] for name in names[1:]]
    assert listed_names(lead, len(names) + 1) is None


@pytest.mark.parametrize(
    ("lead", "count", "names"),
    [
        ("来信与来电", 2, ["来信", "来电"]),
        ("来信、来电和走访分别", 3, ["来信", "来电", "走访"]),
        ("建议和提案、来信分别为", 2, ["建议和提案为", "来信为"]),
        ("来信、来电，截至12月末分别为", 2, ["来信为", "来电为"]),
        ("来信、来电各", 2, ["来信", "来电"]),
        ("各乡镇来信、来电", 2, ["各乡镇来信", "来电"]),
        ("来信", 2, None),
        ("", 2, None),
    ],
)
def test_what_parts_listed_names(lead, count, names):
    """和 parts names only where they are too few without it; a point in time is no name; 各 counts only at the end."""
    assert listed_names(lead, count) == names


def leads(text: str) -> dict[str, str | None]:
    """Each figure's own share of a coordination."""
    return {clause.figures[-1].text: clause.lead for clause in clauses(text) if clause.figures}


def test_figures_without_a_list_have_no_lead():
    """Each has its own words already."""
    assert leads("收到来信37件，办结36件。") == {"37件": None, "36件": None}


def test_figures_of_two_kinds_are_no_list():
    """甲、乙两地: the two names are not those of the two figures behind."""
    assert leads("在城、乡举办晚会9场、86人。") == {"9场": None, "86人": None}


def test_more_figures_than_names_are_no_list():
    """A name too few, and nothing is given out."""
    assert leads("来信9件、8件、7件。") == {"9件": None, "8件": None, "7件": None}


def test_the_former_and_the_latter():
    """前者 and 后者 stand for the names of the first two figures, and for nothing where there are none."""
    said = [one.lead_of(0) for one in clauses("来信9件、来电8件，前者办结7件，后者办结6件。") if one.figures]
    assert said == ["来信", "来电", "来信办结", "来电办结"]
    assert [one.lead_of(0) for one in clauses("会上，前者办结7件，后者6件。") if one.figures] == ["前者办结", "后者"]


def test_figures_are_masked_from_each_other():
    """One figure is # to another; a mere 一次 stays in words, because it may be part of a name."""
    (clause,) = [one for one in clauses("对3项计划的12件来信作了答复。") if one.figures]
    assert [clause.lead_of(index) for index in (0, 1)] == ["对", "对#计划的"]
    assert [clause.tail_of(index) for index in (0, 1)] == ["计划的#来信作了答复", "来信作了答复"]
    assert clause.masked() == "对#计划的#来信作了答复"
    (clause,) = [one for one in clauses("一次性办结来信12件") if one.figures]
    assert "#" not in clause.lead_of(len(clause.figures) - 1)


def test_what_stands_around_a_clause():
    """The clauses without figures before and after it, and clauses of their own for what they mention."""
    before, own, after = clauses("各方重视，来信37件，均已办结。")
    assert (before.figures, after.figures) == ([], [])
    assert (own.before, own.after) == ("各方重视，", "，均已办结。")
    assert (own.sentence_number, own.topics, own.is_rival) == (0, (), False)


def test_a_sentence_without_figures_is_one_clause():
    """Nothing in it is asked about, so nothing is cut."""
    (clause,) = clauses("各方重视，群众满意；效果良好。")
    assert clause.pieces == ["各方重视，群众满意；效果良好。"]
    assert clause.masked() == clause.pieces[0]


@given(st.text(alphabet="件甲1，；（：:.。—- \n", max_size=12))
def test_breaks(text):
    """Punctuation, a colon that something follows, a point that is none of a decimal, and a dash part two clauses."""
    signs = r"[，,；;。！!？?（）()／/\n\r\t]"
    each = re.compile(rf"{signs}|[：:](?=[^，,；;。\s]{{2}})|[.](?!\d)|—+|--+")
    assert spans(_BREAK, text) == spans(each, text)


COLLECTIVE = {"东西": ["东区", "西区"]}


@pytest.mark.parametrize(
    ("lead", "count", "names"),
    [
        ("又进一步，东西收信分别达到", 2, ["东区收信达到", "西区收信达到"]),
        ("东西收信分别达到", 3, None),
        ("来电、东西收信分别达到", 2, ["来电达到", "东西收信达到"]),
    ],
)
def test_a_word_may_name_several_things(lead, count, names):
    """Where no names are listed, and only for as many figures as it names things."""
    assert listed_names(lead, count, COLLECTIVE) == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收信9件，收电8件，同比分别增长5%和6%。", {"5%": "收信#同比增长", "6%": "收电#同比增长"}),
        ("信、电分别为9件、8件，增长5%、6%。", {"5%": "信为#增长", "6%": "电为#增长"}),
        ("收信9件，收电8件，增长5%、6%。", {"5%": None, "6%": None}),
        ("收信9件，收电8件，处理分别增长5%和6%。", {"5%": None, "6%": None}),
    ],
)
def test_a_run_without_names_is_of_the_figures_before(text, expected):
    """With 分别, or where those before it were a run as well; not where something else is named."""
    found = leads(text)
    assert {name: found[name] for name in expected} == expected
