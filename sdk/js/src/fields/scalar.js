// Fields of single values.

import { Amount } from "../money.js";
import { Field, about, oneOf } from "./base.js";
import { Mistake } from "../mistake.js";

const NUMBER = /^-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?$/;

class Text extends Field {
  static options = ["min", "max", "pattern"];
  expected = "a text";

  kind() {
    const { min, max, pattern } = this.options;
    return given({ type: "string", minLength: min, maxLength: max, pattern });
  }

  readValue(value, path, problems) {
    if (typeof value !== "string") {
      problems.must(path, this.expected, value);
      return value;
    }
    const { min, max, pattern } = this.options;
    const length = [...value].length;
    if (min !== undefined && length < min) problems.add(path, `${about(path)} must have at least ${min} characters.`);
    else if (max !== undefined && length > max)
      problems.add(path, `${about(path)} must have at most ${max} characters.`);
    else if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) {
      problems.add(path, `${about(path)} must have the form ${pattern}.`);
    }
    return value;
  }
}

class Numeric extends Field {
  static options = ["min", "max"];

  parse(text) {
    const number = NUMBER.test(text) ? Number(text) : NaN;
    return Number.isFinite(number) ? number : text;
  }

  readValue(value, path, problems) {
    if (typeof value !== "number" || !this.fits(value)) {
      problems.must(path, this.expected, value);
      return value;
    }
    const { min, max } = this.options;
    if (min !== undefined && value < min) problems.add(path, `${about(path)} must be at least ${min}.`);
    else if (max !== undefined && value > max) problems.add(path, `${about(path)} must be at most ${max}.`);
    return value;
  }
}

class Integer extends Numeric {
  expected = "a whole number";

  kind() {
    return given({ type: "integer", minimum: this.options.min, maximum: this.options.max });
  }

  fits(value) {
    return Number.isSafeInteger(value);
  }
}

class Decimal extends Numeric {
  expected = "a number";

  kind() {
    return given({ type: "number", minimum: this.options.min, maximum: this.options.max });
  }

  fits(value) {
    return Number.isFinite(value);
  }
}

class Bool extends Field {
  expected = "true or false";

  kind() {
    return { type: "boolean" };
  }

  parse(text) {
    return { true: true, false: false }[text] ?? text;
  }

  readValue(value, path, problems) {
    if (typeof value !== "boolean") problems.must(path, this.expected, value);
    return value;
  }
}

class Day extends Field {
  expected = "a day such as 2026-11-22";

  kind() {
    return { type: "string", format: "date" };
  }

  readValue(value, path, problems) {
    if (typeof value !== "string" || !isDay(value)) problems.must(path, this.expected, value);
    return value;
  }
}

function isDay(text) {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  // 30 February is read as 2 March.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

class Money extends Field {
  kind() {
    return { type: "number", format: "decimal" };
  }

  readValue(value, path, problems) {
    try {
      return Amount.parse(value);
    } catch (error) {
      problems.add(path, `${about(path)} ${error.message}.`);
      return value;
    }
  }
}

class Choice extends Field {
  constructor(summary, choices, options) {
    super(summary, options);
    if (!Array.isArray(choices) || choices.length === 0 || !choices.every((choice) => typeof choice === "string")) {
      throw new Mistake('a choice is made of texts: choice(summary, ["one", "other"])');
    }
    this.choices = choices;
    this.expected = oneOf(choices.map((choice) => `\`${choice}\``));
  }

  kind() {
    return { type: "string", enum: [...this.choices] };
  }

  readValue(value, path, problems) {
    if (!this.choices.includes(value)) problems.must(path, this.expected, value);
    return value;
  }
}

class Anything extends Field {
  kind() {
    return {};
  }

  readValue(value) {
    return value;
  }
}

/** The members that are something. */
export function given(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** A text. Options: `min` and `max` characters, `pattern` (a regular expression that must be found in it). */
export const text = (summary, options) => new Text(summary, options);
/** A whole number. Options: `min`, `max`. */
export const integer = (summary, options) => new Integer(summary, options);
/** A number. Options: `min`, `max`. */
export const number = (summary, options) => new Decimal(summary, options);
/** `true` or `false`. */
export const boolean = (summary, options) => new Bool(summary, options);
/** A day: `2026-11-22`. */
export const date = (summary, options) => new Day(summary, options);
/** An `Amount`. */
export const amount = (summary, options) => new Money(summary, options);
/** One of these texts. */
export const choice = (summary, choices, options) => new Choice(summary, choices, options);
/** Whatever JSON has. */
export const anything = (summary, options) => new Anything(summary, options);
