// What is at fault in a text that came from elsewhere, beyond what `JSON.parse` says: bytes that are no UTF-8, keys that come twice.

import { quote } from '../errors.js';

/** How many bytes at the start are valid UTF-8. */
export function validUtf8Length(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    try {
      // A sequence cut at `middle` is not a fault yet.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return low;
}

/** The first key that an object of a valid JSON text has twice. */
export function duplicateKey(text: string): string | undefined {
  // One set of keys for each open object; bounded by the length of the text, at most 3 KiB.
  const open: (Set<string> | undefined)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const [found, colon] = token;
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(undefined);
    else if (found === '}' || found === ']') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(found.slice(0, -colon.length)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return quote(key).slice(1, -1);
      keys?.add(key);
    }
  }
  return undefined;
}
