"""What is printed twice is read once, and no figure is lost by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text
from baogao.document.copies import find_copies

BODY = (
    "全县认真落实上级部署，着力保障粮食安全，各项工作取得新的成效。\n"
    "一、全年收购粮食6.5万吨，新建粮仓12座，改造旧仓30余座，仓容达到历史最高水平。\n"
    "二、开展检查46次，发现问题9个，约谈企业3家，均已整改到位。\n"
)


def read(text: str) -> str:
    """What is left to read of a text."""
    document = document_from_text(text)
    return "".join(document.slice(span) for span in document.main)


def test_a_body_printed_twice_is_read_once():
    """The second copy is skipped, wherever the lines of the copies are broken."""
    again = BODY.replace("，", "，\n    ")
    (found,) = find_copies(f"标题\n{BODY}\n{again}")
    assert found.original[0] == len("标题\n")
    assert "".join(read(f"标题\n{BODY}\n{again}").split()) == "".join(f"标题{BODY}".split())


def test_a_paragraph_printed_twice_is_read_once():
    """A single paragraph of some length counts, in the middle of other text."""
    paragraph = (
        "开展专项检查46次，出动执法人员320人次，检查企业112家，发现问题隐患9个，约谈企业3家，"
        "均已整改到位，群众满意度持续提升，未发生安全事故。\n"
    )
    text = f"甲。\n{paragraph}乙在中间。\n{paragraph}丙在最后。\n"
    assert read(text).count("46次") == 1
    assert "乙在中间" in read(text)
    assert "丙在最后" in read(text)


@pytest.mark.parametrize("blank", ["(略)", "（略）", " (略) ", "***", "××××"])
def test_the_copy_with_fewer_blanks_is_read(blank):
    """Words blanked out in one copy are read from the other, whichever comes first."""
    blanked = BODY.replace("上级", blank).replace("12座", f"{blank}座")
    assert "12座" in read(f"{BODY}\n{blanked}")
    assert "12座" in read(f"{blanked}\n{BODY}")
    assert blank.strip() not in read(f"{blanked}\n{BODY}")


def test_three_copies_leave_one():
    """A body printed three times is read once, also when the first copy has blanks."""
    blanked = BODY.replace("12座", "(略)")
    assert read(f"{BODY}\n{BODY}\n{BODY}").count("46次") == 1
    assert read(f"{blanked}\n{BODY}\n{BODY}").count("46次") == 1


def test_the_same_frame_with_other_figures_is_no_copy():
    """Two paragraphs that differ in a figure are two statements."""
    frame = (
        "组织开展粮食安全集中宣传活动{}场次，发放各类宣传材料若干份，"
        "邀请群众代表座谈交流并征求意见建议，形成调研报告上报政府。"
    )
    text = f"东乡：{frame.format(12)}\n西乡：{frame.format(15)}\n"
    assert "12场次" in read(text)
    assert "15场次" in read(text)


def test_short_repetitions_are_ordinary():
    """Names and slogans stand twice in every report."""
    slogan = "深入学习贯彻党的二十大精神和关于粮食安全的重要论述，"
    assert not find_copies(f"{slogan}召开会议2次。\n{slogan}举办讲座3场。\n")


def test_copies_end_with_sentences():
    """Likeness at the edges of a copy does not tear the sentences beside it."""
    text = f"甲部门报告如下。\n{BODY}乙部门检查5次，报告如下。\n{BODY}甲部门检查6次。\n"
    left = read(text)
    assert "乙部门检查5次，报告如下。" in left
    assert "甲部门检查6次。" in left


PARTS = [BODY, BODY[: len(BODY) // 2], BODY.replace("46次", "47次"), "标题\n", "一、二件。\n"]


@given(st.lists(st.sampled_from(PARTS), max_size=6))
def test_any_text_has_sane_copies(parts):
    """Copies lie inside the text, in order, and never swallow both places."""
    text = "".join(parts)
    copies = find_copies(text)
    assert copies or set(parts) != {BODY} or len(parts) < 2
    for copy in copies:
        assert 0 <= copy.span[0] < copy.span[1] <= len(text)
        assert copy.span[1] <= copy.original[0] or copy.original[1] <= copy.span[0]


@given(st.lists(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=70, max_size=90)))
def test_doubling_any_prose_changes_nothing(paragraphs):
    """Whatever is printed, printing it again adds nothing to read."""
    body = "".join(f"{paragraph}。\n" for paragraph in dict.fromkeys(paragraphs))
    assert "".join(read(body + body).split()) == "".join(body.split())


def test_a_copy_says_what_it_repeats():
    """Both places of a copy hold the same words, white space aside."""
    text = f"标题\n{BODY}在中间。\n{BODY}"
    (found,) = find_copies(text)
    one, other = ("".join(text[slice(*span)].split()) for span in (found.original, found.span))
    assert one == other == "".join(BODY.split())


def test_a_few_differing_words_do_not_end_a_copy():
    """A word that was corrected in the second copy is no new statement, a figure that differs is one."""
    corrected = BODY.replace("着力保障", "着力保证和保障")
    assert read(f"{BODY}\n{corrected}").count("46次") == 1
    other = BODY.replace("46次", "47次")
    assert "46次" in read(f"{BODY}\n{other}")
    assert "47次" in read(f"{BODY}\n{other}")


def test_a_refrain_anchors_few_copies():
    """A clause that stands in every section is not taken for a copy of each of its places."""
    text = "深入学习贯彻党的二十大精神和关于粮食安全的重要论述。" * 400
    assert len(find_copies(text)) <= 10


def test_no_text_no_copies():
    """Nothing, and white space, is not printed twice."""
    assert find_copies("") == ()
    assert find_copies(" \n" * 200) == ()
