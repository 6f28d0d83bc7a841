#!/usr/bin/env node
// Builds a plugin, or shows what it says of itself.

import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

import { BuildError, load } from "../src/build/author.js";
import { build } from "../src/build/component.js";

const USAGE = `usage: wheelhouse-plugin build MODULE [-o OUTPUT]   make a component of a module
       wheelhouse-plugin describe MODULE            print what it says of itself, as JSON`;

async function main() {
  let given;
  try {
    given = parseArgs({ allowPositionals: true, options: { output: { type: "string", short: "o" } } });
  } catch (error) {
    throw new BuildError(`${error.message}\n${USAGE}`);
  }
  const [command, module, ...more] = given.positionals;
  if (!["build", "describe"].includes(command) || module === undefined || more.length > 0) throw new BuildError(USAGE);
  const plugin = await load(module);
  if (command === "describe") {
    console.log(JSON.stringify(described(plugin), null, 2));
    return;
  }
  const began = performance.now();
  const output = given.values.output ?? join(dirname(module), `${plugin.id}.wasm`);
  const size = await build(plugin, module, output);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${output}: ${(size / 1e6).toFixed(1)} MB in ${seconds} s`);
  console.log(`  brings ${plugin.exports().join(", ")}; asks for ${plugin.imports().join(", ") || "nothing"}`);
}

function described(plugin) {
  const { id, version, name, summary, needs } = plugin;
  const tools = plugin.tools.map(({ name, summary, sentences, input, output, rest }) => ({
    name,
    summary,
    sentences,
    input: input.schema(),
    output: output?.schema() ?? null,
    rest: rest ? `${rest.method} ${rest.path} ${rest.status}` : null,
  }));
  const routes = plugin.routes.map(({ id, method, path, status, summary }) => ({
    id,
    route: `${method} ${path} ${status}`,
    summary,
  }));
  return { id, version, name, summary, needs, brings: plugin.exports(), tools, routes };
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
