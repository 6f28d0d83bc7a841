"""What a component is made of, and the command that makes it."""

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from unittest import mock

from wheelhouse_sdk.__main__ import main
from wheelhouse_sdk.build import world
from wheelhouse_sdk.build.author import BuildError, load

from .support import KitTest

EXAMPLES = Path(__file__).parent.parent / "examples"


class Build(KitTest):
    def setUp(self) -> None:
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def module(self, text: str, name: str = "my_app") -> Path:
        path = self.folder / f"{name}.py"
        path.write_text(text)
        self.addCleanup(sys.modules.pop, name, None)
        return path

    def run_command(self, *arguments: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.object(sys, "argv", ["wheelhouse_sdk", *arguments]),
        ):
            status = main()
        return status, out.getvalue(), err.getvalue()

    def example(self, name: str) -> Path:
        sys.modules.pop(name, None)
        return EXAMPLES / f"{name}.py"

    def test_a_world_is_what_the_module_brings_and_asks_for(self) -> None:
        self.assertEqual(
            world.text(load(self.example("greeter"))).split("\n")[3:-2],
            [
                "  import wheelhouse:plugin/documents@0.1.0;",
                "  export wheelhouse:plugin/plugin@0.1.0;",
                "  export wheelhouse:plugin/tools@0.1.0;",
                "  export wheelhouse:plugin/routes@0.1.0;",
            ],
        )
        beep = world.text(load(self.example("beep")))
        self.assertNotIn("import", beep)
        self.assertIn("export wheelhouse:plugin/speech@0.1.0;", beep)

    def test_the_contract_is_found(self) -> None:
        self.assertTrue((world.contract() / "documents.wit").is_file())

    def test_a_module_is_described_as_json(self) -> None:
        status, out, _ = self.run_command("describe", str(self.example("greeter")))
        described = json.loads(out)
        self.assertEqual((status, described["id"], described["brings"]), (0, "greeter", ["tools", "routes"]))
        self.assertEqual(described["tools"][0]["rest"], "POST /greetings 200")

    def test_what_stands_in_the_way_is_said_in_a_sentence(self) -> None:
        plugin = 'from wheelhouse_sdk import plugin, tool\nplugin(id="x", version="0.1.0", name="X", summary="X.")\n'
        for text, said in [
            ("", "does not call plugin("),
            (plugin, "brings nothing"),
            (plugin + "@tool\ndef greet(name):\n    'X.'\n", "`name` needs a type hint"),
            (plugin.replace('"x"', '"X y"'), "kebab-case"),
            (plugin.replace("0.1.0", "1"), "semantic version"),
        ]:
            with self.subTest(said):
                status, _, err = self.run_command("build", str(self.module(text)))
                self.assertEqual((status, err.startswith("error: ")), (1, True))
                self.assertIn(said, err)
            sys.modules.pop("my_app", None)

    def test_files_that_are_no_modules_are_refused(self) -> None:
        for path, said in [
            (self.folder / "none.py", "there is no file"),
            (self.module("", "two words"), "is no module"),
            (self.module("", "json"), "there is another of this name"),
        ]:
            with self.subTest(said), self.assertRaisesRegex(BuildError, said):
                load(path)

    def test_a_missing_componentize_py_is_said_with_what_to_do(self) -> None:
        with mock.patch("importlib.metadata.version", side_effect=importlib_missing):
            status, _, err = self.run_command("build", str(self.example("greeter")), "-o", str(self.folder / "x.wasm"))
        self.assertEqual(status, 1)
        self.assertIn("pip install componentize-py==", err)

    def test_another_componentize_py_is_refused(self) -> None:
        with mock.patch("importlib.metadata.version", return_value="0.1.0"):
            _, _, err = self.run_command("build", str(self.example("greeter")))
        self.assertIn("0.1.0 is installed", err)


def importlib_missing(name: str) -> str:
    import importlib.metadata

    raise importlib.metadata.PackageNotFoundError(name)
