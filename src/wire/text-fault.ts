// Where a text that came from elsewhere is at fault, told alike by every version of Node. Only asked once it is known to be: nothing
// here decides what is accepted. Its twin for browsers is text-fault.browser.ts.

/** What is told of bytes that are no UTF-8. */
export function utf8Fault(bytes: Uint8Array): string {
  return `invalid UTF-8 at byte ${validUtf8Length(bytes)}`;
}

/** How many bytes at the start are valid UTF-8. */
function validUtf8Length(bytes: Uint8Array): number {
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

const WHITE_SPACE = /[\t\n\r ]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON wants them escaped
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null/;
const TOKEN = new RegExp(`(${STRING.source})|(${SCALAR.source})|[[\\]{}:,]`, 'y');

/** What may come next: a value; an item or `]`; a key; a key or `}`; `:`; `,` or the end of what is open. */
type Wanted = 'value' | 'item' | 'key' | 'property' | 'colon' | 'next';

/** What is told of a text that `JSON.parse` has refused. */
export function jsonFault(text: string): string {
  return `position ${jsonFaultPosition(text)}`;
}

/** Where a text stops being JSON (RFC 8259): the start of the first token that cannot stand there, or the end of the text. */
export function jsonFaultPosition(text: string): number {
  // Bounded by the length of the text, at most 3 KiB.
  const open: string[] = [];
  let wanted: Wanted | undefined = 'value';
  for (let position = 0; ; ) {
    WHITE_SPACE.lastIndex = position;
    position += WHITE_SPACE.exec(text)?.[0].length ?? 0;
    TOKEN.lastIndex = position;
    const token = TOKEN.exec(text);
    if (token === null) return position;
    wanted = after(wanted, token, open);
    if (wanted === undefined) return position;
    position = TOKEN.lastIndex;
  }
}

function after(wanted: Wanted, [token, string, scalar]: RegExpExecArray, open: string[]): Wanted | undefined {
  const container = open.at(-1);
  switch (wanted) {
    case 'colon':
      return token === ':' ? 'value' : undefined;
    case 'next':
      if (token === ',' && container !== undefined) return container === '[' ? 'value' : 'key';
      return closes(token, container) ? close(open) : undefined;
    case 'key':
    case 'property':
      if (string !== undefined) return 'colon';
      return wanted === 'property' && token === '}' ? close(open) : undefined;
    default:
      if (string !== undefined || scalar !== undefined) return 'next';
      if (token === '[' || token === '{') {
        open.push(token);
        return token === '[' ? 'item' : 'property';
      }
      return wanted === 'item' && token === ']' ? close(open) : undefined;
  }
}

function closes(token: string, container: string | undefined): boolean {
  return (token === ']' && container === '[') || (token === '}' && container === '{');
}

function close(open: string[]): Wanted {
  open.pop();
  return 'next';
}
