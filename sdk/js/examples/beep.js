// The smallest speech engine: a beep for every word.
//
// `npx wheelhouse-plugin build examples/beep.js -o beep.wasm`

import { Invalid, Unavailable, monoPcm, plugin, samples, speechEngine } from "wheelhouse-sdk";

const RATE = 16_000;

const speech = speechEngine(
  {
    voices: [{ id: "beep", name: "Beep", language: "en-US", summary: "Says every word the same way." }],
    format: monoPcm(RATE),
  },
  async function* (call, { text, voice, speed }) {
    if (voice !== undefined && voice !== "beep") {
      throw new Invalid(`There is no voice \`${voice}\`, only \`beep\`.`, "voice");
    }
    for (const word of text.split(/\s+/).filter((word) => word !== "")) {
      // A lone cross is how a listener learns what a broken engine sounds like.
      if (word === "✗") throw new Unavailable("The beeper broke.");
      yield beep(word.length, speed);
    }
  },
);

/** A tone as long as the word, and a pause. */
function beep(letters, speed) {
  const length = Math.floor(((0.06 * letters) / speed) * RATE);
  const tone = Array.from({ length }, (_, i) => Math.sin((i * 440 * 2 * Math.PI) / RATE) * 8_000);
  return samples([...tone, ...new Array(RATE / 20).fill(0)]);
}

export default plugin({ id: "beep", version: "0.1.0", name: "Beep", summary: "A speech engine that beeps.", speech });
