// What engines and providers answer: pieces, one after the other, and how it ended.

import { failureOf, Internal } from "./failure.js";

/** Thrown when nobody is listening any more. */
export const NOBODY = Symbol("nobody");

/** The first piece. A failure before it is a failure of the call; so is an end. */
export async function first(pieces) {
  let begun;
  try {
    begun = await pieces.next();
  } catch (error) {
    throw failureOf(error);
  }
  if (begun.done) throw new Internal("The plugin ended without an answer.");
  return begun.value;
}

/**
 * Hands over the first piece and all others, and says how it ended: undefined when it is whole. `write` throws `NOBODY`
 * when nobody is listening.
 */
export async function pour(piece, pieces, write) {
  try {
    await write(piece);
    for await (const next of pieces) await write(next);
  } catch (error) {
    if (error !== NOBODY) return failureOf(error);
    await pieces.return?.();
  }
  return undefined;
}
