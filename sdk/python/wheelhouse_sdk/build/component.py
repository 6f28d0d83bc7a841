"""Runs componentize-py on a module."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..definition import Definition
from . import world
from .author import BuildError

#: The version that the kit is made for and tested with.
VERSION = "0.25.1"

_PACKAGE = Path(__file__).parent.parent


def check_tool() -> None:
    """Raises `BuildError` when componentize-py is not there in the version that is needed."""
    needed = f"pip install componentize-py=={VERSION}"
    try:
        found = importlib.metadata.version("componentize-py")
    except importlib.metadata.PackageNotFoundError:
        raise BuildError(f"componentize-py is missing: {needed}") from None
    if found != VERSION:
        raise BuildError(f"componentize-py {found} is installed, and {VERSION} is needed: {needed}")


def build(definition: Definition, module: Path, output: Path) -> None:
    """Writes the component. Raises `BuildError` when it cannot be made; componentize-py has said more then."""
    check_tool()
    with tempfile.TemporaryDirectory(prefix="wheelhouse-") as folder:
        stage = Path(folder)
        ignored = shutil.ignore_patterns("__pycache__", "wit", "build", "testing.py", "memory.py", "server.py")
        shutil.copytree(_PACKAGE, stage / "python" / "wheelhouse_sdk", ignore=ignored)
        (stage / "python" / "entry.py").write_text(world.entry(definition, module.stem))
        (stage / "world.wit").write_text(world.text(definition))
        made = stage / "component.wasm"
        arguments = ["-q", "-d", str(world.contract()), "-d", str(stage / "world.wit"), "-w", world.NAME]
        arguments += ["componentize", "-p", str(stage / "python"), "-p", str(module.resolve().parent)]
        arguments += ["-o", str(made), "entry"]
        command = [sys.executable, "-c", "from componentize_py import script; script()", *arguments]
        # The trace of a build tool's own frames helps nobody who writes a plugin.
        environment = {**os.environ, "RUST_BACKTRACE": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0 or not made.is_file():
            sys.stderr.write(done.stderr)
            raise BuildError("componentize-py has made no component")
        output.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a host may be looking at the folder.
        part = output.with_name(f".{output.name}.part")
        shutil.copyfile(made, part)
        part.replace(output)
