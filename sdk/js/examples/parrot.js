// The smallest AI provider: it says again what it is told, and asks for a tool when it is told to.
//
// `npx wheelhouse-plugin build examples/parrot.js -o parrot.wasm`

import { Unavailable, chatProvider, lastUserText, plugin } from "wheelhouse-sdk";

const chat = chatProvider({ models: [{ id: "parrot", name: "Parrot" }] }, async function* (call, request) {
  const last = request.messages.at(-1);
  if (last?.role === "tool") {
    yield `${last.name} says: ${last.text}`;
    return;
  }
  const words = lastUserText(request).split(/\s+/);
  if (words[0] === "use") {
    yield { toolCall: { id: "call-1", name: words[1], arguments: { name: words.slice(2).join(" ") } } };
    return;
  }
  yield "You said:";
  for (const word of words) {
    // A lone cross is how a reader learns what a broken provider looks like.
    if (word === "✗") throw new Unavailable("The parrot flew away.");
    yield ` ${word}`;
  }
  yield { usage: { inputTokens: words.length, outputTokens: words.length + 2 } };
});

export default plugin({
  id: "parrot",
  version: "0.1.0",
  name: "Parrot",
  summary: "An AI provider that repeats.",
  chat,
});
