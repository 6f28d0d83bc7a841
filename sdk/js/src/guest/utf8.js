// UTF-8, which the component's engine does not bring.

/** The text's bytes; halves of characters are replaced. */
export function encode(text) {
  const bytes = [];
  for (const character of text.toWellFormed()) {
    const point = character.codePointAt(0);
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    else {
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 0x3f),
        0x80 | ((point >> 6) & 0x3f),
        0x80 | (point & 0x3f),
      );
    }
  }
  return new Uint8Array(bytes);
}

/**
 * The bytes' text; what is no UTF-8 is replaced, as far as one character could have reached. A byte order mark is left
 * out.
 */
export function decode(bytes) {
  const parts = [];
  let text = "";
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length) {
    const [point, length] = character(bytes, at);
    text += String.fromCodePoint(point);
    at += length;
    // Long texts are put together from parts: appending to one copies it over and over.
    if (text.length > 8192) {
      parts.push(text);
      text = "";
    }
  }
  return parts.join("") + text;
}

/** One character, and how many bytes it took. */
function character(bytes, at) {
  const lead = bytes[at];
  if (lead < 0x80) return [lead, 1];
  // The bounds of the second byte keep out overlong forms, surrogates, and what is beyond the last character.
  let [length, point, low, high] = [0, 0, 0x80, 0xbf];
  if (lead >= 0xc2 && lead <= 0xdf) [length, point] = [2, lead & 0x1f];
  else if (lead >= 0xe0 && lead <= 0xef) {
    [length, point] = [3, lead & 0x0f];
    if (lead === 0xe0) low = 0xa0;
    if (lead === 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    [length, point] = [4, lead & 0x07];
    if (lead === 0xf0) low = 0x90;
    if (lead === 0xf4) high = 0x8f;
  } else return [0xfffd, 1];
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined || byte < low || byte > high) return [0xfffd, index];
    point = (point << 6) | (byte & 0x3f);
    [low, high] = [0x80, 0xbf];
  }
  return [point, length];
}
