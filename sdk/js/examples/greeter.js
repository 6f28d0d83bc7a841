// A tool, the same as a route, and a route of its own, with documents behind them.
//
// `npx wheelhouse-plugin build examples/greeter.js -o greeter.wasm`

import { Collection, Invalid, integer, listing, need, plugin, record, route, text, tool } from "wheelhouse-sdk";

const greeting = record("Somebody who was greeted.", { name: text("Who."), times: integer("How often.") });

const greetings = Collection.ofUser("greetings");

const greetSomebody = tool(
  {
    name: "greet_somebody",
    summary: "Greets somebody by name and counts how often. Use it when the user asks you to say hello to someone.",
    input: { name: text("Who is greeted.") },
    output: greeting,
    sentences: ["(greet|say hello to) {name}"],
    rest: ["POST", "/greetings", 200],
  },
  (call, { name }) => {
    if (name.trim() === "") throw new Invalid("Please say who is to be greeted.", "name");
    const [known] = greetings.query().equal("name", name).page(1).documents;
    if (known === undefined) {
      greetings.insert({ name, times: 1 });
      return { data: { name, times: 1 }, text: `Hello ${name}!` };
    }
    known.body.times += 1;
    const { body } = greetings.replace(known);
    return { data: body, text: `Hello ${name}, greeted ${body.times} times by now!` };
  },
);

const listGreetings = route(
  {
    method: "GET",
    path: "/greetings",
    id: "list_greetings",
    summary: "Lists everybody who was greeted.",
    input: {
      limit: integer("How many at most.", { min: 1, max: 100, default: 20 }),
      cursor: text("`next_cursor` of the part before.", { optional: true }),
    },
    output: listing(greeting),
  },
  (call, { limit, cursor }) => greetings.query().orderBy("name").page(limit, cursor).listing(),
);

export default plugin({
  id: "greeter",
  version: "0.1.0",
  name: "Greeter",
  summary: "Greets people.",
  needs: [need.documents("To count its greetings.")],
  tools: [greetSomebody],
  routes: [listGreetings],
});
