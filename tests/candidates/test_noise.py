"""What counts nothing is left out, and what counts stays: by what the number is, both sides for each kind."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from baogao.candidates import noise
from baogao.candidates.figures import find_figures
from pattern_words import spans, texts_of


def read(text):
    """The figures of a text, as they are printed."""
    return [text[figure.start : figure.end] for figure in find_figures(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # telephones and addresses
        ("群众来电话1250个", ["1250个"]),
        ("开展电话回访2600余人次", ["2600余人次"]),
        ("接听电话3200，当场答复2987件", ["3200", "2987件"]),
        ("举报电话12388受理线索12件", ["12件"]),
        ("热线是3件，手机端办结15件", ["3件", "15件"]),
        ("联系电话：0471-1234567，办结3件", ["3件"]),
        ("咨询电话:1234567、7654321。", []),
        ("传真：0479-2233445", []),
        ("手机13812345678", []),
        ("联系方式400-123-4567", []),
        ("邮编：010020，公开15条", ["15条"]),
        ("备案号：蒙ICP备12000123号-1", []),
        ("网址www.abc.gov.cn，公开12条", ["12条"]),
        ("登录nmg12348.gov.cn办理3件", ["3件"]),
        ("邮箱fz163@163.com收到建议7条", ["7条"]),
        # years in brackets and document numbers
        ("本年度（2023）收到申请128件", ["128件"]),
        ("全旗（2022）开展检查12次", ["12次"]),
        ("（2023）年内培训3期", ["3期"]),
        ("去年（2022）126件", ["126件"]),
        ("〔2023〕128件", ["128件"]),
        ("甲政发〔2023〕12号文件", []),
        ("（2022）内0526行初12号判决", []),
        ("甲政办发〔2022〕12、15号", []),
        ("甲府复决字（2023）第7号决定", []),
        ("甲政发[2023]15", []),
        # months and days
        ("6月2场、9月3场", ["2场", "3场"]),
        ("12月份3场讲座", ["3场"]),
        ("11月120余人参训", ["120余人"]),
        ("10月2.5万人次浏览", ["2.5万人次"]),
        ("8月 12 批次", ["12 批次"]),
        ("截至12月31日128件", ["128件"]),
        ("1-6月受理12件", ["12件"]),
        ("2023年1月至6月办案30件", ["30件"]),
        ("近3年12件", ["12件"]),
        ("6月12日召开会议", []),
        ("6月12-15日、9月3、5日", []),
        ("于6月12召开会议", []),
        ("3、6、9月", []),
        ("5月1日起施行", []),
        # ordinals and clauses
        ("第一、128件", ["128件"]),
        ("第1、128件", ["128件"]),
        ("第3次会议审议12件", ["12件"]),
        ("修订第三章12条", ["12条"]),
        ("第一12件", ["12件"]),
        ("第三、四条", []),
        ("第3、5条和第12至15条", []),
        ("第一、二批次", []),
        ("《办法》第12条", []),
        ("第3名、第5名", []),
        # hotlines
        ("12345热线受理3200件", ["3200件"]),
        ("“12348”平台解答120人次", ["120人次"]),
        ("110接处警3200起", ["3200起"]),
        ("收到申请120，办结119。", ["120", "119"]),
        ("119、120件", ["119", "120件"]),
        ("受理12345件", ["12345件"]),
        ("12345、12348热线", []),
        ("拨打120，", []),
        ("12345人工服务", []),
        ("119消防、122报警", []),
        ("“96111”热线", []),
        # numbering
        ("1、128件", ["128件"]),
        ("（1）128件", ["128件"]),
        ("1.128件", ["128件"]),
        ("办结。2、12件", ["12件"]),
        ("一是128件，二是3件", ["128件", "3件"]),
        ("\n3、4和5件", ["3", "4", "5件"]),
        ("\n2.5万件", ["2.5万件"]),
        # codes and long counts
        ("访问123456789人次", ["123456789人次"]),
        ("罚没13512345678元", ["13512345678元"]),
        ("收入1234567890.5元", ["1234567890.5元"]),
        ("代码911501020000000000", []),
        ("账号6217000010001234567户名", []),
        ("电话13512345678分机", []),
        ("编号123456789", []),
        # names
        ("“收件12份”", ["12份"]),
        ("“三件实事”、“1+3”模式", []),
        ("梳理12大类34小项", ["12", "34"]),
        ("19大精神、20大报告", []),
        ("平台升级至4.0版", []),
        ("占98.5左右、12.4万件", ["98.5左右", "12.4万件"]),
        ("12.4宪法日", []),
        ("2000-2010人次", ["2000", "2010人次"]),
        ("2021-2025年", []),
    ],
)
def test_noise_and_counts(text, found):
    """A number counts or not by what it is: a word like 电话, a bracket or a month before it decides nothing."""
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    ["较上年-12件", "同比 -3.5%", "比去年+12件", "增长-3.5%", "增幅为负3.5%", "（-12件）", "：−12件", "较上年- 12件"],
)
def test_a_change_with_a_sign_is_no_figure(text):
    """The number behind a minus or a plus is a difference: nothing of the period."""
    assert read(f"行政复议{text}，办结5件") == ["5件"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3-5件", ["3", "5件"]),
        ("3件-5件", ["3件", "5件"]),
        ("90%-95%", ["90%", "95%"]),
        ("本年情况——12件", ["12件"]),
        ("- 12件", ["12件"]),
        ("担负12项任务", ["12项"]),
        ("3~5场", ["3", "5场"]),
    ],
)
def test_dashes_that_are_no_minus(text, found):
    """A range, a dash of two strokes and the mark of an entry leave the number what it is."""
    assert read(text) == found


@pytest.mark.parametrize("text", ["受理八、九十人", "培训七、八百人次", "发放3、4百份", "两、三千人"])
def test_guesses_have_no_value(text):
    """八、九十人 is some eighty or ninety people: neither 8 nor 90."""
    assert read(f"共{text}") == []


SIGNS = [*"-~至到/:+*#%xX", "2023", "12345678", "0", "010", "400", "届", "版", "号", "季度", "人次", "户"]


@given(texts_of(noise._DIGITS_FIRST, more=SIGNS))
def test_counts_that_are_passed_over_at_once_are_none_of_the_noise(text):
    """Few digits with a measure word behind them are skipped, and nothing is lost by it."""
    skipped = r"(?!\d{1,8}[件份人名户场宗次项个条部篇家册卷%])"
    assert skipped in noise._DIGITS_FIRST.pattern
    every = re.compile(noise._DIGITS_FIRST.pattern.replace(skipped, ""), noise._DIGITS_FIRST.flags)
    assert spans(noise._DIGITS_FIRST, text) == spans(every, text)


@given(texts_of(noise._ADDRESS, more=[*"-/:+", "http://a.b", "www.a", "(0471)", "1234567", "13912345678", "0471"]))
def test_addresses_are_found_wherever_they_begin(text):
    """The characters that come first in the pattern are all that an address begins with."""
    anywhere = re.compile(noise._ADDRESS.pattern[noise._ADDRESS.pattern.index("(?:") :])
    assert spans(noise._ADDRESS, text) == spans(anywhere, text)
