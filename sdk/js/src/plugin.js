// What a plugin is: its description, and everything that it brings.

import { record } from "./fields/compound.js";
import { declare } from "./host.js";
import { checkMembers } from "./methods.js";
import { ChatProvider } from "./chat.js";
import { Route } from "./route.js";
import { SpeechEngine } from "./speech.js";
import { Tool } from "./tool.js";
import { Mistake } from "./mistake.js";

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const VERSION = /^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const MEMBERS = ["id", "version", "name", "summary", "needs", "warm", "settings", "tools", "routes", "speech", "chat"];

/** Something that the plugin wants to do outside itself, once the operator has granted it. */
export const need = {
  /** Documents of the user that a call is made for. */
  documents: (reason) => ({ name: "documents", targets: ["user"], reason }),
  /** Documents that all users share. */
  sharedDocuments: (reason) => ({ name: "documents", targets: ["shared"], reason }),
  /** Requests to these hosts. */
  http: (reason, ...hosts) => {
    if (hosts.length === 0) throw new Mistake("need.http: name at least one host");
    return { name: "http", targets: hosts, reason };
  },
};

/** A plugin. */
export class Plugin {
  constructor(definition) {
    checkMembers("plugin", definition, MEMBERS);
    const {
      id,
      version,
      name,
      summary,
      needs = [],
      warm = false,
      settings,
      tools = [],
      routes = [],
      speech,
      chat,
    } = definition;
    if (!ID.test(id)) throw new Mistake(`plugin: the id \`${id}\` must be in kebab-case, such as \`my-plugin\``);
    if (!VERSION.test(version)) {
      throw new Mistake(`plugin: the version \`${version}\` must be a semantic version, such as \`0.1.0\``);
    }
    for (const [member, text] of Object.entries({ name, summary })) {
      if (typeof text !== "string" || text.trim() === "") throw new Mistake(`plugin: it needs a ${member}`);
    }
    checkKinds("tools", tools, Tool, "name");
    checkKinds("routes", routes, Route, "id");
    if (speech !== undefined && !(speech instanceof SpeechEngine))
      throw new Mistake("plugin: speech is a speechEngine(…)");
    if (chat !== undefined && !(chat instanceof ChatProvider)) throw new Mistake("plugin: chat is a chatProvider(…)");
    Object.assign(this, { id, version, name, summary, needs, warm, tools, routes, speech, chat });
    this.settings = settings === undefined ? undefined : record("", settings);
    if (this.exports().length === 0) throw new Mistake("plugin: it brings nothing: no tools, routes, speech or chat");
    declare(this);
  }

  /** The interfaces of the contract that it brings besides `plugin`. */
  exports() {
    const brought = {
      tools: this.tools.length > 0,
      routes: this.routes.length > 0,
      speech: this.speech,
      chat: this.chat,
    };
    return Object.keys(brought).filter((name) => brought[name]);
  }

  /** What it asks for: `documents`, `http`, `settings`. */
  imports() {
    const asked = ["documents", "http"].filter((name) => this.needs.some((need) => need.name === name));
    return this.settings === undefined ? asked : [...asked, "settings"];
  }
}

function checkKinds(member, all, kind, name) {
  const names = new Set();
  for (const one of all) {
    if (!(one instanceof kind)) throw new Mistake(`plugin: ${member} are made by ${member.slice(0, -1)}({ … }, …)`);
    if (names.has(one[name])) throw new Mistake(`plugin: there are two ${member} \`${one[name]}\``);
    names.add(one[name]);
  }
}

/** Makes a plugin. A module exports it as its default. */
export const plugin = (definition) => new Plugin(definition);
