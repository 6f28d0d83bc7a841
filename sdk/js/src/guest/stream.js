// Answers in pieces across the border: a stream, and a future that says how it ended.

import { first, pour } from "../pieces.js";
import { toWit } from "./failure.js";

/**
 * Waits for the first piece, so that a failure before it is a failure of the call, and hands over the rest beside the
 * running call. The stream ends before its end is told.
 */
export async function begin(pieces, stream, future, write) {
  const piece = await first(pieces);
  const failure = pour(piece, pieces, (next) => write(stream.writable, next));
  void failure.then(async (failure) => {
    stream.writable.drop();
    await future.writable.write(failure === undefined ? { tag: "ok" } : { tag: "err", val: toWit(failure) });
  });
  return [stream.readable, future.readable];
}

/**
 * The type of a future among those that the component has: each export's end has one of its own where there are
 * several.
 */
export function endOf(name) {
  const types = Object.keys(wit.Future.types);
  const own = types.filter((type) => types.length === 1 || type.includes(`_${name.toUpperCase()}_`));
  return wit.Future.types[own[0]];
}
