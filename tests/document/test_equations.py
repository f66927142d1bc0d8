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
        ("<semantics><mn>97</mn><annotation>97x</annotation></semantics>", "97"),
    ],
)
def test_equations_of_pages(inner, text):
    """The same for MathML."""
    assert plain(mathml_text(lxml.html.fromstring(f"<math>{inner}</math>"))) == text
