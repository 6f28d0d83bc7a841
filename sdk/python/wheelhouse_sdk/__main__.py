"""`python -m wheelhouse_sdk`: builds a plugin, or shows what it says of itself."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from .build import world
from .build.author import BuildError, load
from .build.component import build
from .definition import Definition


def main() -> int:
    """Runs the command; the status is 0, or 1 when there is nothing to show for it."""
    parser = argparse.ArgumentParser(prog="python -m wheelhouse_sdk", description="The kit for Wheelhouse plugins.")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="make a component of a module")
    building.add_argument("module", type=Path, help="the plugin's module, such as app.py")
    building.add_argument("-o", "--output", type=Path, help="where to put it; beside the module under the plugin's id")
    describing = commands.add_parser("describe", help="print what a module says of itself, as JSON")
    describing.add_argument("module", type=Path, help="the plugin's module, such as app.py")
    arguments = parser.parse_args()
    try:
        definition = load(arguments.module)
        if arguments.command == "describe":
            print(json.dumps(described(definition), indent=2, ensure_ascii=False))
            return 0
        began = time.monotonic()
        output = arguments.output or arguments.module.with_name(f"{definition.check().id}.wasm")
        build(definition, arguments.module, output)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    imports = ", ".join(world.imports(definition)) or "nothing"
    print(f"{output}: {output.stat().st_size / 1e6:.1f} MB in {time.monotonic() - began:.1f} s")
    print(f"  brings {', '.join(definition.exports())}; asks for {imports}")
    return 0


def described(definition: Definition) -> dict[str, Any]:
    """What a host will be told, in short."""
    of = definition.check()
    tools = [
        {
            "name": tool.name,
            "summary": tool.summary,
            "sentences": list(tool.sentences),
            "input": tool.signature.arguments.schema(),
            "output": None if tool.output is None else tool.output.schema(),
            "rest": None if tool.rest is None else f"{tool.rest.method} {tool.rest.path} {tool.rest.status}",
        }
        for tool in definition.tools.values()
    ]
    routes = [
        {"id": route.id, "route": f"{route.method} {route.path} {route.status}", "summary": route.summary}
        for route in definition.routes.values()
    ]
    return {
        "id": of.id,
        "version": of.version,
        "name": of.name,
        "summary": of.summary,
        "needs": [{"name": need.name, "targets": list(need.targets), "reason": need.reason} for need in of.needs],
        "brings": definition.exports(),
        "tools": tools,
        "routes": routes,
    }


if __name__ == "__main__":
    sys.exit(main())
