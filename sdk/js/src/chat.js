// AI providers: a conversation in, the next message out.

import { checkMembers } from "./methods.js";
import { Mistake } from "./mistake.js";

const REASONS = ["stop", "tool-calls", "length", "refused"];

/** An AI provider: what it says of itself, and the async generator that answers. */
export class ChatProvider {
  constructor(definition, complete) {
    checkMembers("chatProvider", definition, ["models"]);
    const { models } = definition;
    if (models === undefined || typeof complete !== "function") {
      throw new Mistake("chatProvider({ models }, async function* (call, request) { … })");
    }
    this.models = typeof models === "function" ? models : () => models;
    this.complete = complete;
  }

  /** The answer, piece by piece: the last of a whole one says why it is over. */
  async *events(call, request) {
    let [reason, isEmpty] = ["stop", true];
    for await (const piece of this.complete(call, request)) {
      const event = checked(piece);
      if (event === undefined) continue;
      isEmpty = false;
      if (event.finished !== undefined) {
        reason = event.finished;
        break;
      }
      if (event.toolCall !== undefined) reason = "tool-calls";
      yield event;
    }
    if (!isEmpty) yield { finished: reason };
  }
}

function checked(piece) {
  if (typeof piece === "string") return piece === "" ? undefined : { text: piece.toWellFormed() };
  if (typeof piece?.toolCall?.id === "string" && typeof piece.toolCall.name === "string") return piece;
  if (Number.isSafeInteger(piece?.usage?.inputTokens) && Number.isSafeInteger(piece.usage.outputTokens)) return piece;
  if (REASONS.includes(piece?.finished)) return piece;
  throw new TypeError(
    "an AI provider yields texts, { toolCall: { id, name, arguments } }, { usage: { inputTokens, outputTokens } } or { finished }",
  );
}

/** Makes an AI provider of a definition and an async generator. */
export const chatProvider = (definition, complete) => new ChatProvider(definition, complete);

/** What the user said last in a request; empty when they said nothing. */
export const lastUserText = (request) => request.messages.findLast((message) => message.role === "user")?.text ?? "";
