"""Record what the embedded model answers on the communiqués, for the tests that play it.

Run it after a change of a prompt or of the way passages are cut: ``python tests/record_cassettes.py``. It needs the
model (``baogao model pull``) and takes a minute. The example reports are recorded as cassettes/README.md says.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent
FIXTURE = TESTS / "fixtures" / "communique"
CASSETTES = FIXTURE / "cassettes"
SCHEMA = FIXTURE / "communique.py"


def baogao(*arguments: object) -> None:
    """Run the command line; an error ends the script."""
    subprocess.run([sys.executable, "-m", "baogao", *map(str, arguments), "--schema", str(SCHEMA)], check=True)


def main() -> None:
    """Compile the marked reports, and run the model over them."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = Path(folder) / "communiques"
        baogao("gold", "build", *sorted(FIXTURE.glob("*.marked.txt")), "--out", dataset)
        asking = ["--extractor", "llm", "--extractor", "hybrid", "--embedded"]
        baogao("eval", dataset, "--out", Path(folder) / "run", *asking, "--record", CASSETTES)


if __name__ == "__main__":
    main()
