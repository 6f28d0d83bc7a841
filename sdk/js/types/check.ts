// Compiled and never run: what the types say of what authors write.

import {
  Amount,
  type Field,
  Response,
  amount,
  choice,
  integer,
  list,
  listing,
  number,
  plugin,
  record,
  route,
  text,
  tool,
} from "wheelhouse-sdk";

const thing: Field<{ name: string; size: number | undefined }> = record("", {
  name: text(),
  size: integer("", { optional: true }),
});

const good = tool(
  {
    name: "buy",
    summary: "Buys.",
    input: {
      what: text("What."),
      price: amount(),
      kind: choice("", ["new", "used"], { default: "new" }),
      tags: list("", text(), { optional: true }),
    },
    output: number(),
  },
  (call, { what, price, kind, tags }) => {
    const all: [string, Amount, "new" | "used", string[] | undefined] = [what, price, kind, tags];
    return { data: all.length, text: call.today() };
  },
);

// @ts-expect-error: the data is a number.
tool({ name: "x", summary: "X.", output: number() }, () => ({ data: "x", text: "x" }));

// @ts-expect-error: there is no such field.
tool({ name: "x", summary: "X.", input: { a: text() } }, (call, { b }) => "x");

// @ts-expect-error: a field with a default is optional already.
integer("", { default: 3, optional: true });

const things = route(
  { method: "GET", path: "/things", id: "list_things", summary: "Lists.", output: listing(thing) },
  () => ({ data: [{ name: "x", size: undefined }], has_more: false, next_cursor: null }),
);

const raw = route(
  { method: "GET", path: "/x", id: "x", summary: "X.", raw: true },
  (call, request) => new Response(200, { body: request.findQuery("a") ?? "" }),
);

export default plugin({ id: "x", version: "0.1.0", name: "X", summary: "X.", tools: [good], routes: [things, raw] });
