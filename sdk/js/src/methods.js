// Methods and paths of routes.

import { Mistake } from "./mistake.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const PATH = /^(\/([A-Za-z0-9_.~-]+|\{[A-Za-z_][A-Za-z0-9_]*\}))+$/;

/** Whether arguments come from a body; else they come from the query. */
export const hasBody = (method) => ["POST", "PUT", "PATCH"].includes(method);

/** The names in braces. */
export const inPath = (path) =>
  path
    .split("/")
    .filter((part) => part.startsWith("{"))
    .map((part) => part.slice(1, -1));

/**
 * Throws a `TypeError` for a method or a path that no route has; `fields` are the names that a path may use, if they
 * are known.
 */
export function checkRoute(name, method, path, fields) {
  if (!METHODS.includes(method))
    throw new Mistake(`${name}: the method is one of ${METHODS.join(", ")}, not \`${method}\``);
  if (typeof path !== "string" || !PATH.test(path)) {
    throw new Mistake(`${name}: \`${path}\` is no path below /api/v1, such as \`/greetings/{id}\``);
  }
  for (const part of fields === undefined ? [] : inPath(path)) {
    if (!fields.includes(part))
      throw new Mistake(`${name}: the path names \`${part}\`, and the input has no such field`);
  }
}

/** Throws a `TypeError` for members that a definition does not know. */
export function checkMembers(what, definition, known) {
  for (const name of Object.keys(definition)) {
    if (!known.includes(name)) throw new Mistake(`${what}: there is no \`${name}\`; known are ${known.join(", ")}`);
  }
}
