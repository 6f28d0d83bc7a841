// Keeps count of things.

import { Collection, Invalid, integer, listing, need, plugin, record, route, text, tool } from "wheelhouse-sdk";

// What is kept.
const entry = record("", { what: text(), count: integer() });
const entries = Collection.ofUser("entries");

export const countTally = tool(
  {
    name: "count_tally",
    summary: "Counts things. Use it when the user has seen or done something that they keep count of.",
    input: { what: text("What is counted, such as `bears`."), count: integer("How many more.") },
    output: integer("How many in all."),
    sentences: ["(i|we) saw {count:number} {what}", "count {count:number} {what}"],
    rest: ["POST", "/tally", 201],
  },
  (call, { what, count }) => {
    if (count < 1) throw new Invalid("The count must be at least 1.", "count");
    entries.insert({ what, count });
    const total = entries.query().equal("what", what).sum("count");
    return { data: total, text: `Counted. That makes ${total} ${what} in all.` };
  },
);

export const listTally = route(
  {
    method: "GET",
    path: "/tally",
    id: "list_tally",
    summary: "Lists what was counted, the latest first.",
    input: { cursor: text("`next_cursor` of the part before.", { optional: true }) },
    output: listing(entry),
  },
  (call, { cursor }) => entries.query().newestFirst().page(20, cursor).listing(),
);

export default plugin({
  id: "tally", // kebab-case, unique in a host, never changed
  version: "0.1.0",
  name: "Tally",
  summary: "Keeps count of things.",
  needs: [need.documents("Counts are kept for each user.")],
  tools: [countTally],
  routes: [listTally],
});
