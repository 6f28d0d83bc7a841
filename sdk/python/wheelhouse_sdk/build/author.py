"""The author's module, imported on the build machine to learn what it declares."""

import importlib
import sys
from pathlib import Path

from .. import testing
from ..definition import Definition, current, reset
from ..mistake import Mistake


class BuildError(Exception):
    """Why there is no component: a sentence for the author."""


def load(path: Path) -> Definition:
    """Imports the module and returns what it declares. Raises `BuildError`; what the module itself raises passes
    through."""
    if not path.is_file():
        raise BuildError(f"there is no file {path}")
    name = path.stem
    if path.suffix != ".py" or not name.isidentifier():
        raise BuildError(f"{path.name} is no module: a name such as my_plugin.py is needed")
    if name in sys.stdlib_module_names or name in ("wheelhouse_sdk", "wit_world", "entry"):
        raise BuildError(f"a module cannot be called {name}: there is another of this name")
    reset()
    testing.reset()
    sys.path.insert(0, str(path.resolve().parent))
    try:
        importlib.import_module(name)
        current.check()
    except Mistake as error:
        raise BuildError(str(error)) from error
    finally:
        sys.path.pop(0)
    return current
