// Tools: functions that the assistant, and any MCP client, can have done.

import { Problems } from "./fields/base.js";
import { record } from "./fields/compound.js";
import { Internal } from "./failure.js";
import { readObject, write } from "./json.js";
import { checkMembers, checkRoute } from "./methods.js";
import { Mistake } from "./mistake.js";

const MEMBERS = [
  ...["name", "summary", "input", "output", "sentences", "rest"],
  ...["readOnly", "destructive", "idempotent", "openWorld", "needsConfirmation"],
];

/** A tool: what it says of itself, and the function that does it. */
export class Tool {
  constructor(definition, run) {
    const { name, summary, input = {}, output, sentences = [], rest, ...hints } = definition;
    if (typeof name !== "string" || !/^[a-z][a-z0-9_]*$/.test(name)) {
      throw new Mistake(`tool: the name \`${name}\` must be in snake_case, such as \`greet_somebody\``);
    }
    checkMembers(name, definition, MEMBERS);
    if (typeof summary !== "string" || summary.trim() === "") {
      throw new Mistake(`${name} needs a summary: models and people read it`);
    }
    if (typeof run !== "function") throw new Mistake(`${name} needs a function: tool({ … }, (call, input) => …)`);
    this.name = name;
    this.summary = summary;
    this.input = record("", input);
    this.output = output;
    this.sentences = [...sentences];
    this.readOnly = hints.readOnly ?? false;
    this.destructive = hints.destructive ?? false;
    this.idempotent = hints.idempotent ?? this.readOnly;
    this.openWorld = hints.openWorld ?? false;
    this.needsConfirmation = hints.needsConfirmation ?? false;
    if (rest !== undefined) {
      const [method, path, status] = rest;
      checkRoute(name, method, path, Object.keys(input));
      this.rest = { method, path, status };
    }
    this.run = run;
  }

  /** Does it, from and to JSON. `Invalid` for arguments that do not fit, before the function sees them. */
  async call(call, json) {
    const problems = new Problems();
    const input = this.input.read(readObject(json), "", problems);
    problems.check();
    const answer = await this.run(call, input);
    const outcome = typeof answer === "string" ? { text: answer } : answer;
    if (typeof outcome !== "object" || outcome === null || typeof outcome.text !== "string") {
      throw new Internal("The tool's answer could not be written.", {
        cause: `${this.name} must return a text, or an object with a \`text\``,
      });
    }
    const { data, text, actions = [] } = outcome;
    const written = data === undefined || data === null ? undefined : write(data, "The tool's answer");
    return { data: written, text: text.toWellFormed(), actions };
  }
}

/** Makes a tool of a definition and a function. */
export const tool = (definition, run) => new Tool(definition, run);
