"""Equations as text."""

from __future__ import annotations

import lxml.html
import pytest
from lxml import etree

from baogao.document.equations import MATH, math_text, mathml_text
from baogao.document.signs import plain


def word_equation(inner: str) -> str:
    """The text of an equation of a Word document; prefixes are left out of the source."""
    space = MATH[1:].partition("}")[0]
    return plain(math_text(etree.fromstring(f'<oMath xmlns="{space}">{inner}</oMath>')))


def run(text: str) -> str:
    """A piece of an equation."""
    return f"<r><t>{text}</t></r>"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (run("128"), "128"),
        (run("1") + run("28"), "128"),
        (f"<f><num>{run('3')}</num><den>{run('4')}</den></f>", "3/4"),
        (f"<f><fPr/><num>{run('a+b')}</num><den>{run('2')}</den></f>", "(a+b)/2"),
        (f"<sSup><e>{run('10')}</e><sup>{run('4')}</sup></sSup>", "10⁴"),
        (f"<sSub><e>{run('x')}</e><sub>{run('1')}</sub></sSub>", "x₁"),
        (f"<sSubSup><e>{run('x')}</e><sub>{run('1')}</sub><sup>{run('2')}</sup></sSubSup>", "x₁²"),
        (f"<rad><e>{run('2')}</e></rad>", "√2"),
        (f"<d><e>{run('12')}</e></d>{run('件')}", "(12)件"),
        (f"<box><e>{run('97')}</e></box>", "97"),
        ("<r><rPr><t>1</t></rPr><t>2</t></r>", "2"),
        (f"<sPre><sub>{run('1')}</sub><sup>{run('3')}</sup><e>{run('27')}</e></sPre>", "³₁27"),
        (f"<limLow><e>{run('12')}</e><lim>{run('7')}</lim></limLow>", "12₇"),
        (f"<limUpp><e>{run('12')}</e><lim>{run('口径')}</lim></limUpp>", "12（口径）"),
        (f"<nary><sub>{run('1')}</sub><sup>{run('12')}</sup><e>{run('8')}</e></nary>", "∫₁¹² 8"),
        (f"<eqArr><e>{run('12')}</e><e>{run('8')}</e></eqArr>", "12；8"),
        (f"<m><mr><e>{run('1')}</e><e>{run('2')}</e></mr><mr><e>{run('8')}</e></mr></m>", "1 2；8"),
        (f"<phant><phantPr><show xmlns:m='{MATH[1:-6]}' m:val='0'/></phantPr><e>{run('9')}</e></phant>{run('8')}", "8"),
        ("<f>" * 100 + run("1") + "</f>" * 100, "/"),
    ],
)
def test_equations_of_word(inner, text):
    """Numbers come in order, fractions with a stroke, exponents as superscripts; one that is too deep is nothing."""
    assert word_equation(inner).strip("/") == text.strip("/")


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<mn>128</mn>", "128"),
        ("<mrow><mn>1</mn><mo>+</mo><mn>2</mn></mrow>", "1+2"),
        ("<mfrac><mn>3</mn><mn>4</mn></mfrac>", "3/4"),
        ("<msup><mn>10</mn><mn>4</mn></msup>", "10⁴"),
        ("<msub><mi>x</mi><mn>1</mn></msub>", "x₁"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x₁²"),
        ("<msqrt><mn>2</mn></msqrt>", "√2"),
        ("<mroot><mn>2</mn><mn>3</mn></mroot>", "³√2"),
        ("<munder><mn>12</mn><mn>8</mn></munder>", "12₈"),
        ("<mover><mn>12</mn><mo>¯</mo></mover>", "12（¯）"),
        ("<munderover><mo>∑</mo><mn>1</mn><mn>12</mn></munderover><mn>8</mn>", "∑₁¹² 8"),
        ("<mtable><mtr><mtd>12</mtd><mtd>8</mtd></mtr><mtr><mtd>7</mtd></mtr></mtable>", "12 8；7"),
        ("<mphantom><mn>9</mn></mphantom><mn>128</mn>", "128"),
        ("<semantics><mn>97</mn><annotation>97x</annotation></semantics>", "97"),
    ],
)
def test_equations_of_pages(inner, text):
    """The same for MathML."""
    assert plain(mathml_text(lxml.html.fromstring(f"<math>{inner}</math>"))) == text
