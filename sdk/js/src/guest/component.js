// From a plugin to what a component exports.

import { Internal, NotFound } from "../failure.js";
import { write } from "../json.js";
import { NOBODY } from "../pieces.js";
import { Request } from "../route.js";
import { fromWit, present } from "./call.js";
import { answering } from "./failure.js";
import { begin, endOf } from "./stream.js";

/** The most bytes that are handed over at once. */
const PIECE = 64 * 1024;

/** Exports `plugin`. */
export const plugin = (of) => ({
  async describe() {
    return {
      id: of.id,
      version: of.version,
      name: of.name,
      summary: of.summary,
      capabilities: of.needs,
      instances: of.warm ? "warm" : "fresh",
      settingsSchema: of.settings && JSON.stringify(of.settings.schema()),
    };
  },
});

/** Exports `tools`. */
export const tools = (of) => ({
  async listTools() {
    return of.tools.map((tool) => ({
      name: tool.name,
      summary: tool.summary,
      inputSchema: JSON.stringify(tool.input.schema()),
      outputSchema: tool.output && JSON.stringify(tool.output.schema()),
      annotations: {
        readOnly: tool.readOnly,
        destructive: tool.destructive,
        idempotent: tool.idempotent,
        openWorld: tool.openWorld,
      },
      needsConfirmation: tool.needsConfirmation,
      sentences: tool.sentences,
      rest: tool.rest,
    }));
  },
  callTool: answering(async (call, name, json) => {
    const tool = of.tools.find((tool) => tool.name === name);
    if (tool === undefined) throw new NotFound(`There is no tool \`${name}\`.`);
    const { data, text, actions } = await tool.call(fromWit(call), json);
    return { data, text, actions: actions.map(action) };
  }),
});

function action({ kind, entityId, entityType, entityTitle, metadata }) {
  const names = { kind, entityId, entityType, entityTitle };
  const texts = Object.entries(present(names)).map(([name, value]) => [name, String(value).toWellFormed()]);
  const written = metadata && write(metadata, "What the tool has for the screen");
  return { ...Object.fromEntries(texts), metadata: written };
}

/** Exports `routes`. */
export const routes = (of) => ({
  async listRoutes() {
    return of.routes.map((route) => {
      const body = route.body();
      return {
        id: route.id,
        method: route.method,
        path: route.path,
        summary: route.summary,
        public: route.public,
        parameters: route.parameters().map(parameter),
        body: body && JSON.stringify(body),
        answers: [
          {
            status: route.status,
            summary: route.status === 204 ? "Done." : "The answer.",
            schema: route.output && JSON.stringify(route.output.schema()),
          },
        ],
      };
    });
  },
  handle: answering(async (call, request) => {
    const route = of.routes.find((route) => route.id === request.route);
    if (route === undefined) throw new NotFound(`There is no route \`${request.route}\`.`);
    const pairs = (of) => of.map(({ name, value }) => [name, value]);
    const { path, query, headers, body } = request;
    const asked = new Request({
      path: pairs(path),
      query: pairs(query),
      headers: pairs(headers),
      body: new Uint8Array(body),
    });
    return response(await route.handle(fromWit(call), asked));
  }),
});

function parameter({ name, place, field }) {
  const { description = "", ...schema } = field.schema();
  return {
    name,
    place,
    required: place === "path" || field.required,
    summary: description,
    schema: JSON.stringify(schema),
  };
}

function response({ status, headers, contentType, body }) {
  if (!Number.isInteger(status) || status < 100 || status > 599 || !(body instanceof Uint8Array)) {
    throw new Internal("The answer could not be written.", {
      cause: "a Response has a status, and a body of text or bytes",
    });
  }
  const own = contentType === undefined ? [] : [["content-type", contentType]];
  return { status, headers: [...own, ...headers].map(([name, value]) => ({ name, value: String(value) })), body };
}

/** Exports `speech`. */
export const speech = (of) => ({
  voices: answering(async (call) => {
    const voices = await of.speech.voices(fromWit(call));
    return voices.map((voice) => ({ gender: "neutral", ...voice }));
  }),
  synthesize: answering(async (call, said) => {
    const utterance = present(said);
    const format = { channels: 1, ...(await of.speech.format(utterance)) };
    const pieces = of.speech.audio(fromWit(call), utterance);
    const write = async (writable, piece) => {
      for (let start = 0; start < piece.length; start += PIECE) {
        const part = piece.subarray(start, start + PIECE);
        if ((await writable.writeAll(part)) < part.length) throw NOBODY;
      }
    };
    const [audio, ended] = await begin(pieces, wit.Stream(wit.Stream.U8), wit.Future(endOf("speech")), write);
    return { format, audio, ended };
  }),
});

/** Exports `chat`. */
export const chat = (of) => ({
  models: answering(async (call) => of.chat.models(fromWit(call))),
  complete: answering(async (call, asked) => {
    const { messages, tools, ...others } = asked;
    const request = { ...present(others), messages: messages.map(message), tools };
    const pieces = of.chat.events(fromWit(call), request);
    const write = async (writable, piece) => {
      if (!(await writable.writeOne(event(piece)))) throw NOBODY;
    };
    const [events, ended] = await begin(pieces, wit.Stream(wit.Stream.EVENT), wit.Future(endOf("chat")), write);
    return { events, ended };
  }),
});

function message({ tag, val }) {
  if (tag === "system" || tag === "user") return { role: tag, text: val };
  if (tag === "tool") return { role: tag, ...val };
  const toolCalls = val.toolCalls.map((call) => ({ ...call, arguments: JSON.parse(call.arguments) }));
  return { role: tag, text: val.text, toolCalls };
}

function event({ text, toolCall, usage, finished }) {
  if (text !== undefined) return { tag: "text", val: text };
  if (usage !== undefined) return { tag: "usage", val: usage };
  if (finished !== undefined) return { tag: "finished", val: finished };
  const { id, name } = toolCall;
  return {
    tag: "tool-call",
    val: { id, name, arguments: write(toolCall.arguments ?? {}, "The arguments of a tool call") },
  };
}
