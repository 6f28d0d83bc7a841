// What a component is made of, and the command that makes it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

import { load } from "../src/build/author.js";
import { text } from "../src/build/world.js";

const COMMAND = resolve(import.meta.dirname, "../bin/wheelhouse-plugin.js");
const EXAMPLES = resolve(import.meta.dirname, "../examples");

let folder;
before(async () => {
  // Inside the package, so that modules find the kit as they would anywhere.
  folder = await mkdtemp(join(import.meta.dirname, ".scratch-"));
});
after(() => rm(folder, { recursive: true }));

const run = (...given) =>
  new Promise((done) => {
    execFile(process.execPath, [COMMAND, ...given], (error, out, err) => done({ status: error?.code ?? 0, out, err }));
  });

test("a world is what the plugin brings and asks for", async () => {
  assert.deepEqual(
    text(await load(join(EXAMPLES, "greeter.js")))
      .split("\n")
      .slice(6, -2),
    [
      "  import wheelhouse:plugin/documents@0.1.0;",
      "  export wheelhouse:plugin/plugin@0.1.0;",
      "  export wheelhouse:plugin/tools@0.1.0;",
      "  export wheelhouse:plugin/routes@0.1.0;",
    ],
  );
  const beep = text(await load(join(EXAMPLES, "beep.js")));
  assert.ok(!beep.includes("import wheelhouse") && beep.includes("export wheelhouse:plugin/speech@0.1.0;"), beep);
});

test("a module is described as JSON", async () => {
  const { out } = await run("describe", join(EXAMPLES, "greeter.js"));
  const described = JSON.parse(out);
  assert.deepEqual([described.id, described.brings], ["greeter", ["tools", "routes"]]);
  assert.equal(described.tools[0].rest, "POST /greetings 200");
});

test("what stands in the way is said in a sentence", async () => {
  const head =
    'import { plugin, tool } from "wheelhouse-sdk";\nexport default plugin({ id: "x", version: "0.1.0", name: "X", summary: "X."';
  for (const [source, said] of [
    ["", /exports no plugin/],
    [`${head} });`, /brings nothing/],
    [`${head}, tools: [tool({ name: "x", summary: "X." })] });`, /needs a function/],
    [`${head}, tools: [() => "x"] });`, /tools are made by tool/],
    [`${head.replace('"x"', '"X y"')} });`, /kebab-case/],
    [`${head.replace("0.1.0", "1")} });`, /semantic version/],
  ]) {
    const module = join(folder, "app.js");
    await writeFile(module, source);
    const { status, err } = await run("build", module);
    assert.equal(status, 1);
    assert.match(err, /^error: /);
    assert.match(err, said);
  }
  assert.match((await run("build", join(folder, "none.js"))).err, /there is no file/);
  assert.match((await run("make", "x")).err, /usage:/);
});
