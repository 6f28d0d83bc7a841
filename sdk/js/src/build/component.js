// Bundles a plugin's module into one file and makes a component of it.

import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

import { BuildError } from "./author.js";
import { NAME, entry, external, text } from "./world.js";

const KIT = resolve(import.meta.dirname, "..");
const PACKAGE = resolve(KIT, "..");

/** The folder of the contract: beside the package in the repository, inside it where it is installed. */
function contract() {
  const beside = resolve(PACKAGE, "..", "wit");
  return existsSync(join(beside, "types.wit")) ? beside : join(PACKAGE, "contract");
}

/** Writes the component. Throws `BuildError` when it cannot be made. */
export async function build(plugin, module, output) {
  const { bundle, componentize } = await tools();
  const stage = await mkdtemp(join(tmpdir(), "wheelhouse-"));
  try {
    for (const [name, source] of Object.entries(entry(plugin, resolve(module), KIT))) {
      await writeFile(join(stage, name), source);
    }
    await writeWorld(plugin, join(stage, "wit"));
    const jsSource = await bundled(bundle, join(stage, "entry.js"));
    const made = await componentize({ witPath: join(stage, "wit"), jsSource, world: NAME }).catch((error) => {
      throw new BuildError(`componentize-qjs has made no component: ${error.message}`);
    });
    await mkdir(dirname(resolve(output)), { recursive: true });
    // Whole or not at all: a host may be looking at the folder.
    const part = join(dirname(resolve(output)), `.${basename(output)}.part`);
    await writeFile(part, made.component);
    await rename(part, output);
    return made.component.length;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function tools() {
  try {
    const [{ build: bundle }, { componentize }] = await Promise.all([import("esbuild"), import("componentize-qjs")]);
    return { bundle, componentize };
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new BuildError(`${error.message}: run npm install where the kit is`);
  }
}

async function bundled(bundle, entryPoint) {
  try {
    const result = await bundle({
      entryPoints: [entryPoint],
      bundle: true,
      write: false,
      format: "esm",
      // What QuickJS understands.
      target: "es2024",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["import"],
      external,
      minifySyntax: true,
      // Stacks in the log name the author's functions.
      keepNames: true,
      logLevel: "error",
    });
    return result.outputFiles[0].text;
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    // esbuild has printed what is wrong and where.
    throw new BuildError("the module cannot be bundled");
  }
}

async function writeWorld(plugin, folder) {
  await mkdir(join(folder, "deps"), { recursive: true });
  await cp(contract(), join(folder, "deps", "wheelhouse-plugin"), { recursive: true });
  // Dependencies of a dependency stand beside it.
  await cp(join(folder, "deps", "wheelhouse-plugin", "deps"), join(folder, "deps"), { recursive: true });
  await rm(join(folder, "deps", "wheelhouse-plugin", "deps"), { recursive: true });
  await cp(join(PACKAGE, "wit"), join(folder, "deps"), { recursive: true });
  await writeFile(join(folder, "world.wit"), text(plugin));
}
