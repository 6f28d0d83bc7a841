// What the host offers to a plugin: connected to the component's imports in a host, and to stand-ins on the build
// machine.

import { Internal } from "./failure.js";

/** The connections. What a component does not import is not connected. */
const connections = {};

/** The plugin of this component, or the one under test. */
let declared;

/** Connects imports: `documents`, `http`, `settings`. */
export function connect(imports) {
  Object.assign(connections, imports);
}

/** Remembers what the plugin asks for. */
export function declare(plugin) {
  declared = plugin;
}

/** The document store. */
export const documents = () => connected("documents", "need.documents(…) or need.sharedDocuments(…)");
/** What sends requests. */
export const http = () => connected("http", "need.http(…)");
/** What reads settings. */
export const settings = () => connected("settings", "settings: { … } in plugin({ … })");

function connected(name, need) {
  // Without a plugin it is a part of one that is under test.
  if (declared !== undefined && !declared.imports().includes(name)) {
    throw new Internal("The plugin uses something that it does not ask for.", {
      cause: `the plugin uses ${name} and does not ask for it: ${need}`,
    });
  }
  if (connections[name] === undefined) throw new Internal("The plugin uses something of a host outside of one.");
  return connections[name];
}
