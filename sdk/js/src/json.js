// Between a plugin's values and JSON.

import { Internal, Invalid } from "./failure.js";

/**
 * The value as JSON; undefined where it is nothing. `Internal`, with the reason in the log, when it has no form in
 * JSON.
 */
export function write(value, what) {
  try {
    check(value, 0);
    // Halves of characters have no form outside JavaScript.
    return JSON.stringify(value, (_, item) => (typeof item === "string" ? item.toWellFormed() : item));
  } catch (error) {
    throw new Internal(`${what} could not be written.`, { cause: error });
  }
}

/** JSON has null for numbers that are none, and drops what it does not know: neither may happen unseen. */
function check(value, depth) {
  if (depth > 200) throw new TypeError("a value is nested too deep, or contains itself");
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${value} has no form in JSON`);
  if (["bigint", "function", "symbol"].includes(typeof value))
    throw new TypeError(`a ${typeof value} has no form in JSON`);
  if (value instanceof Map || value instanceof Set) throw new TypeError("a Map or Set has no form in JSON");
  if (typeof value === "object" && value !== null && typeof value.toJSON !== "function") {
    for (const item of Object.values(value)) check(item, depth + 1);
  }
}

/** The JSON object in the text; an empty text is an empty object. `Invalid` when there is none. */
export function readObject(text) {
  if (text.trim() === "") return {};
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Invalid(`The input is not valid JSON: ${error.message}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Invalid("The input must be a JSON object.");
  }
  // They can be written in JSON all the same.
  if (/\\ud/i.test(text) && !isWellFormed(value)) throw new Invalid("The input is not valid JSON: it cannot be read.");
  return value;
}

function isWellFormed(value) {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, item]) => name.isWellFormed() && isWellFormed(item));
}
