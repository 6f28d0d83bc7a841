import type { ChatProvider } from "./chat.js";
import type { Fields } from "./fields.js";
import type { Route } from "./route.js";
import type { SpeechEngine } from "./speech.js";
import type { Tool } from "./tool.js";

/** Something that the plugin wants to do outside itself, once the operator has granted it. */
export interface Need {
  name: string;
  targets: string[];
  reason: string;
}

export const need: {
  /** Documents of the user that a call is made for. The reason is a sentence for the operator. */
  documents(reason: string): Need;
  /** Documents that all users share. */
  sharedDocuments(reason: string): Need;
  /**
   * Requests to these hosts: each with a port if it is not the scheme's own, or `*.example.com` for all hosts below.
   */
  http(reason: string, ...hosts: [string, ...string[]]): Need;
};

export interface PluginDefinition {
  /** Kebab-case, unique in a host, never changed. */
  id: string;
  /** Semantic version. */
  version: string;
  /** For people. */
  name: string;
  /** One sentence for people. */
  summary: string;
  needs?: Need[];
  /** Asks for instances to be kept and used again: what they keep outlives a call, so it must not be of a user. */
  warm?: boolean;
  /** What the operator can set. */
  settings?: Fields;
  tools?: Tool[];
  routes?: Route[];
  speech?: SpeechEngine;
  chat?: ChatProvider;
}

export class Plugin {
  readonly id: string;
  readonly version: string;
  readonly tools: Tool[];
  readonly routes: Route[];
  readonly speech?: SpeechEngine;
  readonly chat?: ChatProvider;
}

/** Makes a plugin. A module exports it as its default. */
export function plugin(definition: PluginDefinition): Plugin;
