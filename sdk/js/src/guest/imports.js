// The component's imports as the kit has them.

import { Unavailable } from "../failure.js";
import { asked } from "./failure.js";

/** `documents`. */
export function documents(wit) {
  const conditions = (question) =>
    question.conditions.map((condition) => ({ ...condition, value: toValue(condition.value) }));
  return {
    insert: (scope, collection, id, body) => asked(() => wit.insert(scope, collection, id, body)),
    get: (scope, collection, id) => asked(() => wit.get(scope, collection, id)) ?? undefined,
    replace: (scope, collection, id, revision, body) => asked(() => wit.replace(scope, collection, id, revision, body)),
    delete: (scope, collection, id) => asked(() => wit.delete(scope, collection, id)),
    page(scope, collection, question, limit, cursor) {
      const query = { conditions: conditions(question), order: question.order, limit, cursor };
      const page = asked(() => wit.list(scope, collection, query));
      return { documents: page.documents, next: page.next ?? undefined };
    },
    aggregate(scope, collection, question, figure, field, groupBy) {
      const aggregation = { conditions: conditions(question), function: figure, field, groupBy };
      const groups = asked(() => wit.aggregate(scope, collection, aggregation));
      return groups.map(({ key, value, count }) => ({ key: key.val ?? null, value: value.val ?? null, count }));
    },
  };
}

function toValue(value) {
  if (value === null) return { tag: "null" };
  if (typeof value === "boolean") return { tag: "boolean", val: value };
  if (typeof value === "string") return { tag: "text", val: value };
  return { tag: Number.isSafeInteger(value) ? "integer" : "decimal", val: value };
}

/** `http`. */
export const http = (wit) => (request) => {
  const headers = request.headers.map(([name, value]) => ({ name, value: String(value) }));
  const answer = asked(() => wit.send({ ...request, headers }));
  return { ...answer, headers: answer.headers.map(({ name, value }) => [name, value]) };
};

/** `wasi:config`. */
export const settings = (wit) => () => {
  try {
    return new Map(wit.getAll());
  } catch (error) {
    throw new Unavailable("The plugin's settings cannot be read.", { cause: error });
  }
};
