// What the guide shows runs.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";

import { answerHttp, callTool, httpResponse, reset, sentHttp, setSettings } from "wheelhouse-sdk/testing";

let folder;
let blocks;
before(async () => {
  const guide = await readFile(resolve(import.meta.dirname, "../README.md"), "utf8");
  blocks = [...guide.matchAll(/(?:`([\w.]+\.js)`:\n\n)?```js\n(.*?)```/gs)].map(([, name, text]) => ({ name, text }));
  // Inside the package, so that modules find the kit as they would anywhere.
  folder = await mkdtemp(join(import.meta.dirname, ".scratch-"));
});
after(() => rm(folder, { recursive: true }));
beforeEach(reset);

async function load(name, text) {
  const path = join(folder, name);
  await writeFile(path, text);
  return (await import(pathToFileURL(path))).default;
}

test("every plugin of the guide is one", async () => {
  const plugins = blocks.filter(({ text }) => text.includes("export default plugin("));
  const brought = await Promise.all(plugins.map(({ text }, index) => load(`plugin${index}.js`, text)));
  assert.deepEqual(
    brought.map((plugin) => plugin.exports()),
    [["tools", "routes"], ["tools"], ["speech"]],
  );
});

test("the tutorial's own tests pass", async () => {
  for (const { name, text } of blocks.filter(({ name }) => name !== undefined))
    await writeFile(join(folder, name), text);
  const environment = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const { status, out } = await new Promise((done) => {
    const options = { cwd: folder, env: environment };
    execFile(process.execPath, ["--test"], options, (error, out) => done({ status: error?.code ?? 0, out }));
  });
  assert.equal(status, 0, out);
  assert.match(out, /pass 2/);
});

test("the forecast is read from the server", async () => {
  const plugin = await load("weather.js", blocks.find(({ text }) => text.includes("get_forecast")).text);
  setSettings({ api_key: "12345" });
  answerHttp(() => httpResponse(200, { json: { high: 21.5 } }));
  const outcome = await callTool(plugin.tools[0], { place: "Moab" });
  assert.equal(outcome.text, "It gets up to 21.5 degrees in Moab.");
  assert.equal(sentHttp()[0].url, "https://api.example.com/forecast?place=Moab&days=3");
});
