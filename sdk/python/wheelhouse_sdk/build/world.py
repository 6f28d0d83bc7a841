"""The world of a component: what the module brings is exported, what it asks for is imported, and nothing else."""

from pathlib import Path

from ..definition import Definition

#: What the world is called, and the package that it is in.
NAME = "wheelhouse:built/plugin-component"

_PACKAGE = "wheelhouse:plugin"
_VERSION = "0.1.0"
_SETTINGS = "wasi:config/store@0.2.0-rc.1"


def contract() -> Path:
    """The folder of the contract: beside this package where it is installed, in the repository else."""
    package = Path(__file__).parent.parent
    installed = package / "wit"
    return installed if installed.is_dir() else package.parent.parent / "wit"


def imports(definition: Definition) -> list[str]:
    """The interfaces that the module asks for: `documents`, `http`, `settings`."""
    asked = [name for name in ("documents", "http") if definition.asks_for(name)]
    has_settings = definition.description is not None and definition.description.settings is not None
    return [*asked, "settings"] if has_settings else asked


def text(definition: Definition) -> str:
    """The world in WIT."""
    lines = []
    for name in imports(definition):
        interface = _SETTINGS if name == "settings" else f"{_PACKAGE}/{name}@{_VERSION}"
        lines.append(f"  import {interface};")
    for name in ("plugin", *definition.exports()):
        lines.append(f"  export {_PACKAGE}/{name}@{_VERSION};")
    package, world = NAME.split("/")
    return "\n".join([f"package {package};", "", f"world {world} {{", *lines, "}", ""])


def entry(definition: Definition, module: str) -> str:
    """The module that a component is made of: connects the imports, imports the author's, and has the exports."""
    connections = {"documents": "Documents()", "http": "send", "settings": "read"}
    lines = ["import gc", "", "from wheelhouse_sdk.host import host"]
    for name in imports(definition):
        what = connections[name].removesuffix("()")
        lines.append(f"from wheelhouse_sdk.guest.{name} import {what} as {name}_import")
    for name in imports(definition):
        call = "()" if connections[name].endswith("()") else ""
        lines.append(f"host.{name}_import = {name}_import{call}")
    lines.append(f"import {module}")
    for name in ("plugin", *definition.exports()):
        lines.append(f"from wheelhouse_sdk.guest.{name} import {name.capitalize()}")
    # What is there when a call begins stays: looking through it for garbage would copy its memory for every instance.
    lines += ["gc.collect()", "gc.freeze()", ""]
    return "\n".join(lines)
