// What the operator set for this plugin, secrets included. Which of the settings are secrets is up to the operator: the
// plugin reads them alike.

import { Problems } from "./fields/base.js";
import { record } from "./fields/compound.js";
import { Internal } from "./failure.js";
import { settings as connection } from "./host.js";

/** While a plugin describes itself, nothing is set. */
export const settings = {
  /** One setting as text; undefined when it is not set and has no default. What is no text is given as JSON. */
  get(key) {
    return connection()().get(key);
  },

  /**
   * All settings of these fields; other keys are left alone. `Internal`, with the names of those at fault in the log
   * and without their values, when they do not fit: the schema said something else to the host than the fields say
   * here.
   */
  read(fields) {
    const given = connection()();
    const known = Object.entries(fields).filter(([name]) => given.has(name));
    const parts = new Map(known.map(([name, field]) => [name, { value: value(field, given.get(name)) }]));
    const problems = new Problems();
    const read = record("", fields).readParts(parts, "", problems);
    if (problems.found.length > 0) {
      const names = problems.found.map((problem) => `\`${problem.field}\``).join(", ");
      throw new Internal("The plugin's settings cannot be read.", { cause: `settings that do not fit: ${names}` });
    }
    return read;
  },
};

/** Whether a text stands for itself or for JSON is the field's to say. */
function value(field, text) {
  if (field.kind().type === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
