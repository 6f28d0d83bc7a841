// The running call across the border: the contract has null where the kit has nothing.

import { Call } from "../call.js";

/** The kit's call. */
export function fromWit(call) {
  const { user, location, conversation, ...others } = call;
  return new Call({
    ...others,
    user: user === null ? undefined : present(user),
    location: location ?? undefined,
    conversation: conversation ?? undefined,
  });
}

/** The members that are something. */
export const present = (record) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined));
