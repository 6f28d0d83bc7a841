// What the operator set for this plugin, in `[plugins.<id>]`.

import { Problems } from "./fields/base.js";
import { record } from "./fields/compound.js";
import { Unavailable } from "./failure.js";
import { settings as connection } from "./host.js";

export const settings = {
  /** The value of a key, if the operator set it. A value that is no text is given as JSON. */
  find(key) {
    return connection()().get(key);
  },

  /**
   * All settings of these fields; other keys are left alone. `Unavailable`, with what is wrong in the log, when they do not fit: that is for the
   * operator to mend.
   */
  read(fields) {
    const given = connection()();
    const known = Object.entries(fields).filter(([name]) => given.has(name));
    const parts = new Map(known.map(([name, field]) => [name, { value: value(field, given.get(name)) }]));
    const problems = new Problems();
    const read = record("", fields).readParts(parts, "", problems);
    if (problems.found.length > 0) {
      const cause = problems.found.map((problem) => problem.message).join(" ");
      throw new Unavailable("The plugin is not set up.", { cause });
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
