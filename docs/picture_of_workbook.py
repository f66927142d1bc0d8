"""Makes ``docs/pictures/workbook.png``: the workbook of the example reports, read by rules, as LibreOffice shows it.

``python docs/picture_of_workbook.py`` needs LibreOffice with Calc, a Chinese font, and Pillow.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from PIL import Image, ImageChops

from baogao.outputs.corrected import text_digest
from baogao.outputs.decisions import Decision, ReviewsFile
from baogao.outputs.records import kept_text, read_records

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pictures" / "workbook.png"
WIDTH = 1500
"""Of the picture, in pixels."""
SHOWN = (("数据", 1, 1, 1, 300), ("数据", 2, 1, 1, 300), ("依据", 1, 0.66, 1, 560), ("说明", 1, 1, 0.6, 640))
"""The pages that are shown: sheet and number, share of the width, width in the picture, pixels of height."""
HEADS = {"数据": "颜色说明", "依据": "所在句", "说明": "制作说明"}
"""Words by which a page is known."""


def baogao(*arguments: object) -> None:
    """Call the program."""
    subprocess.run([sys.executable, "-m", "baogao", *map(str, arguments)], check=True, cwd=ROOT)


def decide(run: Path) -> None:
    """Look at some answers of the first report, as a person would."""
    record = read_records(run)[0]
    text = kept_text(record.doc_id, run / "texts") or ""
    stated = {name: one for name, one in record.fields.items() if one.status != "not_reported"}
    silent = next(name for name in record.fields if name not in stated)
    said = [(name, "accept", one.model_dump(mode="json", exclude_none=True)) for name, one in [*stated.items()][:6]]
    name, figure = [*stated.items()][9]
    said.append((name, "correct", figure.model_dump(mode="json", exclude_none=True) | {"bound": "about"}))
    said.append((silent, "absent", {"status": "not_reported"}))
    told = {"who": "李云", "doc_id": record.doc_id, "text_sha256": text_digest(text)}
    ReviewsFile(run).add([Decision(**told, key=key, act=act, after=after) for key, act, after in said])


def pages_of(book: Path, folder: Path) -> list[tuple[str, Image.Image]]:
    """The words and the picture of each page that LibreOffice prints."""
    office = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    subprocess.run(
        [*office, "--convert-to", "pdf", "--outdir", str(folder), str(book)], check=True, capture_output=True
    )
    pdf = pypdfium2.PdfDocument(folder / f"{book.stem}.pdf")
    return [(page.get_textpage().get_text_range(), page.render(scale=4).to_pil()) for page in pdf]


def trimmed(picture: Image.Image, share: float, width: float, height: int) -> Image.Image:
    """A share of a page without its margins, so wide and at most so high."""
    box = ImageChops.difference(picture, Image.new(picture.mode, picture.size, "white")).getbbox()
    cut = picture.crop(box)
    cut = cut.crop((0, 0, round(cut.width * share), cut.height))
    size = round(WIDTH * width)
    cut = cut.resize((size, round(cut.height * size / cut.width)), Image.Resampling.LANCZOS)
    return cut.crop((0, 0, size, min(height, cut.height)))


def main() -> None:
    """Read, decide, export, print, and put pages together."""
    with TemporaryDirectory() as made:
        run = Path(made) / "run"
        baogao("extract", "eval/datasets/examples/*.txt", "--extractor", "rules", "--out", run)
        decide(run)
        baogao("export", run, "--to", run / "workbook.xlsx", "--labels", "zh")
        pages = pages_of(run / "workbook.xlsx", Path(made))
    parts = []
    for sheet, number, share, width, height in SHOWN:
        found = [picture for words, picture in pages if HEADS[sheet] in words]
        parts.append(trimmed(found[number - 1], share, width, height))
    gap = 18
    whole = Image.new("RGB", (WIDTH, sum(part.height + gap for part in parts) - gap), "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height + gap
    PICTURE.parent.mkdir(exist_ok=True)
    whole.quantize(200).save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
