"""The printed characters of a page."""

from __future__ import annotations

from itertools import pairwise

import pypdfium2
import pytest

from baogao.document import text_of
from baogao.document.glyphs import page_of


def file_of(shown: str, meanings: dict[str, str], widths: dict[str, int]) -> bytes:
    """A PDF of one line.

    :param shown: what its page draws: the operators of a text object.
    :param meanings: for each letter of its font, the characters that it stands for.
    :param widths: of letters that are not as wide as high, in thousandths.
    """
    rows = "\n".join(f"<{ord(one):02X}> <{text.encode('utf-16-be').hex()}>" for one, text in meanings.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{len(meanings)} beginbfchar\n{rows}\nendbfchar\n"
        "endcmap end end"
    )
    wide = " ".join(str(widths.get(chr(code), 1000)) for code in range(65, 91))
    stream = f"BT /F 12 Tf 72 700 Td {shown} ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F 4 0 R >> >> >>",
        f"<< /Type /Font /Subtype /TrueType /BaseFont /Made /FirstChar 65 /LastChar 90 /Widths [{wide}] "
        "/FontDescriptor 7 0 R /ToUnicode 6 0 R >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        "<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 "
        "/Descent -120 /CapHeight 700 /StemV 80 >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF"
    return data + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


MEANINGS = {"A": "县", "B": "——", "C": "8", "D": "家", "E": "……", "F": "ffi", "G": "66", "H": "㎡等", "I": "－－－"}


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("(ABCD) Tj", "县——8家"),
        ("(ABAB) Tj", "县——县——"),
        ("(BA) Tj", "——县"),
        ("(AB) Tj", "县——"),
        ("(AED) Tj", "县……家"),
        ("(F) Tj", "ffi"),
        ("(AGD) Tj", "县66家"),
        ("(AHD) Tj", "县㎡等家"),
        ("(AID) Tj", "县－－－家"),
        ("(BB) Tj", "————"),
        ("(A) Tj (B) Tj (C) Tj", "县——8"),
        ("[(A) -20 (B) 10 (CD)] TJ", "县——8家"),
    ],
)
def test_one_piece_of_print_for_several_characters(shown, text):
    """All characters that a piece of print stands for are read, and each has its part of the place."""
    data = file_of(shown, MEANINGS, {"B": 1780, "E": 2000, "C": 560})
    assert text_of(data).text == text
    with pypdfium2.PdfDocument(data) as pdf:
        glyphs = page_of(pdf[0]).glyphs
    assert all(before.x1 <= after.x0 + 1 for before, after in pairwise(glyphs))


@pytest.mark.parametrize("step", [0.1, 0.2, 0.4])
def test_what_is_printed_twice_to_look_bold_is_one(step):
    """A text that is drawn once more, a hair's breadth aside, is read once."""
    shown = f"(ABCD) Tj {step} 0 Td (ABCD) Tj"
    assert text_of(file_of(shown, MEANINGS, {"B": 1780, "C": 560})).text == "县——8家"
