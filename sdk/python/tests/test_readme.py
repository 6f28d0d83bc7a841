"""What the guide shows runs."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from wheelhouse_sdk import testing
from wheelhouse_sdk.build.author import load

from .support import KitTest

KIT = Path(__file__).parent.parent
BLOCK = re.compile(r"(?:`(\w+)\.py`:\n\n)?```python\n(.*?)```", re.DOTALL)


class Readme(KitTest):
    def setUp(self) -> None:
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.blocks = BLOCK.findall((KIT / "README.md").read_text())

    def module(self, name: str, text: str) -> Path:
        self.addCleanup(sys.modules.pop, name, None)
        path = self.folder / f"{name}.py"
        path.write_text(text)
        return path

    def test_every_plugin_of_the_guide_is_one(self) -> None:
        plugins = [text for _, text in self.blocks if "plugin(" in text]
        brought = [load(self.module(f"plugin{index}", text)).exports() for index, text in enumerate(plugins)]
        self.assertEqual(brought, [["tools", "routes"], ["tools"], ["speech"]])

    def test_the_tutorials_own_tests_pass(self) -> None:
        for name, text in self.blocks:
            if name:
                self.module(name, text)
        environment = {**os.environ, "PYTHONPATH": str(KIT)}
        command = [sys.executable, "-m", "unittest", "--quiet"]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Ran 2 tests", done.stderr)

    def test_the_forecast_is_read_from_the_server(self) -> None:
        [weather] = [text for _, text in self.blocks if "get_forecast" in text]
        load(self.module("weather", weather))
        testing.set_settings(api_key="12345")
        testing.answer_http(lambda request: testing.http_response(json={"high": 21.5}))
        outcome = testing.call_tool("get_forecast", {"place": "Moab"})
        self.assertEqual(outcome.text, "It gets up to 21.5 degrees in Moab.")
        [sent] = testing.sent_http()
        self.assertEqual(sent.url, "https://api.example.com/forecast?place=Moab&days=3")
