// What every field is: it knows its JSON Schema and reads values.

import { Invalid } from "../failure.js";
import { Mistake } from "../mistake.js";

/** The most fields that one answer names. */
const MOST_PROBLEMS = 16;
/** The most characters of what was sent that an answer repeats. */
const MOST_SHOWN = 60;

/** What is wrong with an input, in sentences for the person who sent it. */
export class Problems {
  found = [];

  /** One more sentence about the field at `path`; about the whole input where the path is empty. */
  add(path, message) {
    if (this.found.length < MOST_PROBLEMS) this.found.push({ field: path, message });
  }

  /** The field must be something else than what was sent. */
  must(path, expected, value) {
    this.add(path, `${about(path)} must be ${expected}, not ${shown(value)}.`);
  }

  /** Throws `Invalid` when something is wrong. */
  check() {
    if (this.found.length === 0) return;
    const message = this.found.map((problem) => problem.message).join(" ");
    throw new Invalid(
      message,
      this.found.filter((problem) => problem.field !== ""),
    );
  }
}

/**
 * A field of an input. `read` and `readText` return its value; what does not fit goes to the problems, and the value
 * returned then is of no use.
 */
export class Field {
  /** What is right, in words that follow `must be`. */
  expected = "something else";

  constructor(summary = "", options = {}) {
    const { optional = false, default: standard, ...others } = options;
    for (const name of Object.keys(others)) {
      if (!this.constructor.options.includes(name)) throw new Mistake(`a field has no option \`${name}\``);
    }
    if (optional && standard !== undefined) throw new Mistake("a field with a default is optional already");
    this.summary = summary;
    this.optional = optional;
    this.standard = standard;
    this.options = others;
  }

  /** Options besides `optional` and `default`. */
  static options = [];

  /** Whether it must be there. */
  get required() {
    return !this.optional && this.standard === undefined;
  }

  /** The JSON Schema with the summary and the default. */
  schema() {
    const kind = this.kind();
    const schema = this.optional ? nullable(kind) : kind;
    if (this.summary !== "") schema.description = this.summary;
    if (this.standard !== undefined) schema.default = this.standard;
    return schema;
  }

  /** From a JSON value. Where null is right, it is the same as nothing. */
  read(value, path, problems) {
    return this.optional && value === null ? undefined : this.readValue(value, path, problems);
  }

  /**
   * From a path or a query, where a number is text too and a list is a name that comes more than once. Of several
   * values for one that is no list, the last counts.
   */
  readText(texts, path, problems) {
    return this.readValue(this.parse(texts.at(-1)), path, problems);
  }

  /** A text as the JSON value that it stands for, or as it is. */
  parse(text) {
    return text;
  }
}

function nullable(schema) {
  if (schema.type === undefined)
    return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: "null" }] };
  const both = { ...schema, type: [schema.type, "null"] };
  return schema.enum === undefined ? both : { ...both, enum: [...schema.enum, null] };
}

/** The beginning of a sentence about the field. */
export function about(path) {
  return path === "" ? "The input" : `\`${path}\``;
}

/** The path of a member. */
export function inside(path, name) {
  return path === "" ? name : `${path}.${name}`;
}

/** Words in a list of choices. */
export function oneOf(words) {
  return words.length < 3 ? words.join(" or ") : `one of ${words.join(", ")}`;
}

/** What was sent, in words for people and not longer than needed. */
function shown(value) {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length <= MOST_SHOWN + 2
    ? text
    : `${[...text].slice(0, MOST_SHOWN).join("")}…${text.endsWith('"') ? '"' : ""}`;
}
