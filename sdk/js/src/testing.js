// For a plugin's own tests, on the build machine: documents in memory, servers that answer what they are told, and
// calls of the plugin as a host makes them.

import { Call } from "./call.js";
import { connect } from "./host.js";
import { HttpResponse } from "./http.js";
import { write } from "./json.js";
import { Memory } from "./memory.js";
import { first, pour } from "./pieces.js";
import { Request } from "./route.js";
import { Server } from "./server.js";

let world;

/** Forgets documents, answers, requests and settings; documents are the user `ann`'s again. For `beforeEach`. */
export function reset() {
  world = { documents: new Memory(), server: new Server(), settings: new Map() };
  const { documents, server, settings } = world;
  connect({ documents, http: (request) => server.send(request), settings: () => settings });
}

reset();

/** A call of this user (null for none) on 2026-11-22, a Sunday, at 18:03 in Denver, with changes to its fields. */
export function call({ user = "ann", ...changes } = {}) {
  return new Call({
    requestId: "request-1",
    user: user === null ? undefined : { id: user, name: user[0].toUpperCase() + user.slice(1) },
    locale: "en-US",
    timeZone: "America/Denver",
    received: 1_795_395_780_000,
    localTime: "2026-11-22T18:03:00-07:00",
    timeLeft: 10_000,
    ...changes,
  });
}

/**
 * From here on documents in user scope are those of this user, or denied for null. Calls of the plugin below act for
 * their own user.
 */
export function actFor(user) {
  world.documents.user = user ?? undefined;
}

/**
 * From here on requests to other servers are answered so: a function from method, url, headers, body (bytes) and
 * timeout to a response. Without it, they are denied as on a host that grants none.
 */
export function answerHttp(answer) {
  world.server.answer = answer;
}

/** What a server may answer; a text is a body in UTF-8. */
export function httpResponse(status = 200, { json, body = "", headers = {} } = {}) {
  const text = json === undefined ? body : write(json, "The answer");
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const own = json === undefined ? {} : { "content-type": "application/json" };
  return new HttpResponse({ status, headers: Object.entries({ ...own, ...headers }), body: bytes });
}

/** The requests that were sent. */
export const sentHttp = () => world.server.sent;

/** What the operator has set. */
export function setSettings(values) {
  for (const [name, value] of Object.entries(values)) {
    world.settings.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
}

/** Calls a tool as a host does. The outcome's data is as JSON has it. */
export async function callTool(tool, input, as = call({ user: world.documents.user ?? null })) {
  actFor(as.user?.id);
  const { data, text, actions } = await tool.call(as, JSON.stringify(input));
  return { data: data === undefined ? undefined : JSON.parse(data), text, actions };
}

/**
 * Asks a route as a host does: `path` and `query` are objects or pairs, `json` or `body` is the body. Answers a
 * `Response`.
 */
export async function callRoute(route, { path = {}, query = {}, headers = [], json, body = "", as } = {}) {
  const who = as ?? call({ user: world.documents.user ?? null });
  actFor(who.user?.id);
  const text = json === undefined ? body : JSON.stringify(json);
  const pairs = (of) => (Array.isArray(of) ? of : Object.entries(of));
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return route.handle(who, new Request({ path: pairs(path), query: pairs(query), headers, body: bytes }));
}

/** Has a speech engine speak: `{ audio, failure }`, without a failure when the audio is whole. */
export async function speak(engine, text, { as = call(), ...utterance } = {}) {
  const { pieces, failure } = await collect(engine.audio(as, { speed: 1, ...utterance, text }));
  const audio = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    audio.set(piece, at);
    at += piece.length;
  }
  return { audio, failure };
}

/**
 * Has an AI provider answer a message, or a conversation: `{ events, text, failure }`, without a failure when the
 * answer is whole.
 */
export async function complete(provider, said, { as = call(), ...request } = {}) {
  const messages = typeof said === "string" ? [{ role: "user", text: said }] : said;
  const { pieces, failure } = await collect(provider.events(as, { tools: [], ...request, messages }));
  return { events: pieces, text: pieces.map((event) => event.text ?? "").join(""), failure };
}

async function collect(pieces) {
  const found = [];
  try {
    const begun = await first(pieces);
    const failure = await pour(begun, pieces, async (piece) => void found.push(piece));
    return { pieces: found, failure };
  } catch (failure) {
    return { pieces: found, failure };
  }
}
