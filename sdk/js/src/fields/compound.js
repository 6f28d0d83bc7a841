// Fields that are made of others.

import { Field, about, inside, oneOf } from "./base.js";
import { given } from "./scalar.js";
import { Mistake } from "../mistake.js";

class List extends Field {
  static options = ["min", "max"];
  expected = "a list";

  constructor(summary, item, options) {
    super(summary, options);
    this.item = checked(item);
  }

  kind() {
    return given({ type: "array", items: this.item.schema(), minItems: this.options.min, maxItems: this.options.max });
  }

  readValue(value, path, problems) {
    if (!Array.isArray(value)) {
      problems.must(path, this.expected, value);
      return value;
    }
    return this.bounded(
      value.map((item, index) => this.item.read(item, `${path}[${index}]`, problems)),
      path,
      problems,
    );
  }

  readText(texts, path, problems) {
    return this.bounded(
      texts.map((text, index) => this.item.readText([text], `${path}[${index}]`, problems)),
      path,
      problems,
    );
  }

  bounded(items, path, problems) {
    const { min, max } = this.options;
    if (min !== undefined && items.length < min) problems.add(path, `${about(path)} must have at least ${min} items.`);
    else if (max !== undefined && items.length > max)
      problems.add(path, `${about(path)} must have at most ${max} items.`);
    return items;
  }
}

class Dict extends Field {
  expected = "an object";

  constructor(summary, item, options) {
    super(summary, options);
    this.item = checked(item);
  }

  kind() {
    const item = this.item.schema();
    return { type: "object", additionalProperties: Object.keys(item).length === 0 ? true : item };
  }

  readValue(value, path, problems) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.must(path, this.expected, value);
      return value;
    }
    const read = Object.entries(value).map(([name, item]) => [
      name,
      this.item.read(item, inside(path, name), problems),
    ]);
    return Object.fromEntries(read);
  }
}

/** An object with these fields and no others. */
export class Record extends Field {
  expected = "an object";

  constructor(summary, fields, options) {
    super(summary, options);
    this.fields = fields;
    for (const [name, field] of Object.entries(fields)) {
      if (!(field instanceof Field))
        throw new Mistake(`\`${name}\` is no field: text("…"), integer("…") and the like are`);
    }
  }

  kind() {
    const fields = Object.entries(this.fields);
    const required = fields.filter(([, field]) => field.required).map(([name]) => name);
    return given({
      type: "object",
      properties: Object.fromEntries(fields.map(([name, field]) => [name, field.schema()])),
      required: required.length > 0 ? required : undefined,
      additionalProperties: false,
    });
  }

  readValue(value, path, problems) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.must(path, this.expected, value);
      return value;
    }
    const parts = new Map(Object.entries(value).map(([name, item]) => [name, { value: item }]));
    return this.readParts(parts, path, problems);
  }

  /** From fields that come from different places: each a JSON value, or texts. */
  readParts(parts, path, problems) {
    const read = {};
    for (const [name, part] of parts) {
      const field = Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
      const at = inside(path, name);
      if (field === undefined) problems.add(at, unknown(at, Object.keys(this.fields)));
      else if (part.texts === undefined) read[name] = field.read(part.value, at, problems);
      else read[name] = field.readText(part.texts, at, problems);
    }
    for (const [name, field] of Object.entries(this.fields)) {
      if (parts.has(name)) continue;
      if (field.required) problems.add(inside(path, name), `\`${inside(path, name)}\` is missing.`);
      // Read as if it had been sent, so that a default has the type of its field.
      else if (field.standard !== undefined)
        read[name] = field.read(JSON.parse(JSON.stringify(field.standard)), inside(path, name), problems);
    }
    return read;
  }
}

function unknown(path, known) {
  const shown = path.length <= 100 ? path : `${path.slice(0, 100)}…`;
  const right = known.length === 0 ? "" : `: it must be ${oneOf(known.map((name) => `\`${name}\``))}`;
  return `\`${shown}\` is not a known field${right}.`;
}

function checked(item) {
  if (!(item instanceof Field)) throw new Mistake("the items need a field: text(), integer() and the like");
  return item;
}

/** A list of such items; in a query, a name that comes more than once. Options: `min` and `max` items. */
export const list = (summary, item, options) => new List(summary, item, options);
/** An object with names of the caller's choice. */
export const dict = (summary, item, options) => new Dict(summary, item, options);
/** An object with these fields and no others. */
export const record = (summary, fields, options) => new Record(summary, fields, options);
