// Failures across the border.

import * as kit from "../failure.js";

const PLAIN = {
  denied: kit.Denied,
  "not-found": kit.NotFound,
  conflict: kit.Conflict,
  "quota-exceeded": kit.QuotaExceeded,
  unavailable: kit.Unavailable,
  internal: kit.Internal,
};

/** The contract's failure. */
export function toWit(failure) {
  const message = failure.message.toWellFormed();
  if (failure instanceof kit.Invalid) {
    const fields = failure.fields.map(({ field, message }) => ({
      field: String(field).toWellFormed(),
      message: String(message).toWellFormed(),
    }));
    return { tag: "invalid", val: { message, fields } };
  }
  if (failure instanceof kit.RateLimited) {
    const { retryAfter } = failure;
    const seconds = Number.isFinite(retryAfter)
      ? Math.min(Math.max(0, Math.trunc(retryAfter)), 2 ** 31 - 1)
      : undefined;
    return { tag: "rate-limited", val: { message, retryAfter: seconds } };
  }
  const tag = Object.keys(PLAIN).find((name) => failure instanceof PLAIN[name]) ?? "internal";
  return { tag, val: message };
}

/** The kit's failure. */
function fromWit({ tag, val }) {
  if (tag === "invalid") return new kit.Invalid(val.message, val.fields);
  if (tag === "rate-limited") return new kit.RateLimited(val.message, val.retryAfter ?? undefined);
  return new (PLAIN[tag] ?? kit.Internal)(val);
}

/** Calls an import; what it fails with is thrown as the kit's. */
export function asked(call) {
  try {
    return call();
  } catch (error) {
    if (typeof error?.payload?.tag === "string") throw fromWit(error.payload);
    throw error;
  }
}

/** An export whose errors become failures of the contract: nothing that a plugin throws ends its instance. */
export const answering =
  (answer) =>
  async (...given) => {
    try {
      return await answer(...given);
    } catch (error) {
      throw toWit(kit.failureOf(error));
    }
  };
