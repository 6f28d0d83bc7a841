/**
 * The JavaScript kit for writing Wheelhouse plugins.
 *
 * A plugin is one module that exports it:
 *
 *     import { integer, plugin, tool } from "wheelhouse-sdk";
 *
 *     const addNumbers = tool(
 *       {
 *         name: "add_numbers",
 *         summary: "Adds two numbers.",
 *         input: { first: integer("The first number."), second: integer("The second number.") },
 *         output: integer("The sum."),
 *         sentences: ["(add|sum) {first:number} and {second:number}"],
 *         readOnly: true,
 *       },
 *       (call, { first, second }) => ({ data: first + second, text: `That makes ${first + second}.` }),
 *     );
 *
 *     export default plugin({ id: "sums", version: "0.1.0", name: "Sums", summary: "Adds numbers.", tools: [addNumbers] });
 *
 * `npx wheelhouse-plugin build sums.js -o sums.wasm` makes a component of it, which exports what the plugin brings and
 * imports what it asks for. Under plain Node.js everything runs too, with documents in memory (see
 * `wheelhouse-sdk/testing`).
 */

export { Call } from "./call.js";
export { ChatProvider, chatProvider, lastUserText } from "./chat.js";
export { Collection, Page, Query, listing } from "./documents.js";
export {
  Conflict,
  Denied,
  Failure,
  Internal,
  Invalid,
  NotFound,
  QuotaExceeded,
  RateLimited,
  Unavailable,
} from "./failure.js";
export { Field } from "./fields/base.js";
export { dict, list, record } from "./fields/compound.js";
export { amount, anything, boolean, choice, date, integer, number, text } from "./fields/scalar.js";
export { HttpResponse, http } from "./http.js";
export { Amount } from "./money.js";
export { Plugin, need, plugin } from "./plugin.js";
export { Request, Response, Route, route } from "./route.js";
export { settings } from "./settings.js";
export { SpeechEngine, monoPcm, samples, speechEngine } from "./speech.js";
export { Tool, tool } from "./tool.js";
