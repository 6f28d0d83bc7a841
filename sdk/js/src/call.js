// Who is calling, when, from where, and until when an answer is of use.

import { Denied } from "./failure.js";

/** What the host knows of the running call. */
export class Call {
  constructor(fields) {
    Object.assign(this, fields);
    Object.freeze(this);
  }

  /** The user that the call is made for; `Denied` for a call that no user made. */
  getUser() {
    if (!this.user) throw new Denied("Please sign in first.");
    return this.user;
  }

  /** The user's wall clock at the time of the call, without a zone: `2026-11-22T18:03:00`. */
  now() {
    const local = this.localTime.slice(0, 19);
    return Number.isNaN(Date.parse(`${local}Z`)) ? new Date(this.received).toISOString().slice(0, 19) : local;
  }

  /** The day that it is where the user is: `2026-11-22`. */
  today() {
    return this.now().slice(0, 10);
  }

  /**
   * An id for a document that this call makes. It is the same when a call is repeated with the same request id, purpose
   * and content, so that `Collection.insertOnce` under it happens once; it differs for everything else.
   */
  once(purpose, content) {
    // Two FNV-1a sums with different starts. Only one user's own calls meet in a collection, so no more is needed.
    const bytes = new TextEncoder().encode(JSON.stringify([this.requestId, purpose, content ?? null]));
    const sums = [0xcbf29ce484222325n, 0x6c62272e07bb0142n].map((start) => {
      let sum = start;
      for (const byte of bytes) {
        sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n);
        sum = BigInt.asUintN(64, (sum << 5n) | (sum >> 59n));
      }
      return sum.toString(16).padStart(16, "0");
    });
    return sums.join("");
  }
}
