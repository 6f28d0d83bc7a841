// Speech engines: text in, audio out.

import { checkMembers } from "./methods.js";
import { Mistake } from "./mistake.js";

/** A speech engine: what it says of itself, and the async generator that speaks. */
export class SpeechEngine {
  constructor(definition, speak) {
    checkMembers("speechEngine", definition, ["voices", "format"]);
    const { voices, format } = definition;
    if (voices === undefined || format === undefined || typeof speak !== "function") {
      throw new Mistake("speechEngine({ voices, format }, async function* (call, utterance) { … })");
    }
    this.voices = typeof voices === "function" ? voices : () => voices;
    this.format = typeof format === "function" ? format : () => format;
    this.speak = speak;
  }

  /** The audio, piece by piece, none of them empty. */
  async *audio(call, utterance) {
    for await (const piece of this.speak(call, utterance)) {
      if (!(piece instanceof Uint8Array))
        throw new TypeError("a speech engine yields Uint8Arrays; samples([…]) makes one");
      if (piece.length > 0) yield piece;
    }
  }
}

/** Makes a speech engine of a definition and an async generator of `Uint8Array`s. */
export const speechEngine = (definition, speak) => new SpeechEngine(definition, speak);

/** Signed 16-bit little-endian samples of one channel. */
export const monoPcm = (sampleRate) => ({ encoding: "pcm-s16le", sampleRate, channels: 1 });

/** 16-bit samples as `pcm-s16le` has them. */
export function samples(values) {
  const all = Array.from(values);
  const bytes = new DataView(new ArrayBuffer(2 * all.length));
  all.forEach((sample, index) => bytes.setInt16(2 * index, sample, true));
  return new Uint8Array(bytes.buffer);
}
