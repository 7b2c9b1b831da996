// Keys that come twice, which `JSON.parse` passes over in silence.

import { quote } from '../errors.js';

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
