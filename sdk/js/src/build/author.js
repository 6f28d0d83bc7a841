// The author's module, imported on the build machine to learn what the plugin brings.

import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { Mistake } from "../mistake.js";
import { Plugin } from "../plugin.js";
import "../testing.js";

/** Why there is no component: a sentence for the author. */
export class BuildError extends Error {}

/**
 * Imports the module and returns the plugin that it exports. Throws `BuildError`; what the module itself throws passes
 * through.
 */
export async function load(path) {
  if (!existsSync(path)) throw new BuildError(`there is no file ${path}`);
  let module;
  try {
    module = await import(pathToFileURL(path));
  } catch (error) {
    // Its sentence is enough.
    if (error instanceof Mistake) throw new BuildError(error.message);
    throw error;
  }
  if (!(module.default instanceof Plugin)) {
    throw new BuildError("the module exports no plugin: export default plugin({ … })");
  }
  return module.default;
}
