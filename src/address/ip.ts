// IP addresses: text ⇄ bytes, 4 of them or 16. One spelling for each address, the one that the system prints, so that no check is
// passed by another spelling of it.

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const IPV6_GROUPS = 8;
/** The longest text: six groups of four digits and a dotted end. */
const LONGEST_TEXT = 45;

const NO_DIGIT = -1;
const DOT = 0x2e;
const ZERO = 0x30;
const group = /^[\da-f]{1,4}$/;

/** The bytes of an address in its canonical text (RFC 5952 for IPv6, no zone); `undefined` for any other text. */
export function parseIp(text: string): Uint8Array | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  if (!text.includes(':')) return parseIPv4(text);
  const bytes = parseIPv6(text);
  return bytes !== undefined && printIp(bytes) === text ? bytes : undefined;
}

/** The canonical text of an address in any spelling, mapped ones as IPv4; `undefined` for any other text. For what other programs print. */
export function canonicalIp(text: string): string | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const bytes = text.includes(':') ? parseIPv6(text.toLowerCase()) : parseIPv4(text);
  return bytes === undefined ? undefined : printIp(unmappedIp(bytes));
}

/** The canonical text of an address of 4 or 16 bytes. */
export function printIp(bytes: Uint8Array): string {
  return bytes.length === IPV4_BYTES ? bytes.join('.') : printIPv6(bytes);
}

/** An IPv4 address mapped into IPv6 (`::ffff:10.0.0.1`) as IPv4; any other as it is. */
export function unmappedIp(bytes: Uint8Array): Uint8Array {
  const isMapped =
    bytes.length === IPV6_BYTES && isZero(bytes, 0, 10) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? bytes.subarray(12) : bytes;
}

function parseIPv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(IPV4_BYTES);
  let at = 0;
  // Digit by digit: whatever is dialled passes here several times.
  let value = NO_DIGIT;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (value === NO_DIGIT || at === IPV4_BYTES - 1) return undefined;
      bytes[at++] = value;
      value = NO_DIGIT;
      continue;
    }
    const digit = code - ZERO;
    // No number begins with a zero but zero itself.
    if (digit < 0 || digit > 9 || value === 0) return undefined;
    value = value === NO_DIGIT ? digit : 10 * value + digit;
    if (value > 255) return undefined;
  }
  if (value === NO_DIGIT || at !== IPV4_BYTES - 1) return undefined;
  bytes[at] = value;
  return bytes;
}

/** Any spelling; which of them is the canonical one, the printed text says. */
function parseIPv6(text: string): Uint8Array | undefined {
  const [head = '', tail, more] = text.split('::', 3);
  if (more !== undefined) return undefined;
  const front = parseGroups(head, tail === undefined);
  const back = tail === undefined ? [] : parseGroups(tail, true);
  if (front === undefined || back === undefined) return undefined;
  const left = IPV6_GROUPS - front.length - back.length;
  if (tail === undefined ? left !== 0 : left < 1) return undefined;
  const groups = [...front, ...new Array<number>(left).fill(0), ...back];
  return Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 0xff]));
}

/** `canEndInIPv4`: its last part may be an IPv4 address, which fills two groups. */
function parseGroups(text: string, canEndInIPv4: boolean): number[] | undefined {
  const groups: number[] = [];
  const parts = text === '' ? [] : text.split(':', IPV6_GROUPS + 1);
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const quad = canEndInIPv4 && isLast && part.includes('.') ? parseIPv4(part) : undefined;
    if (quad !== undefined) groups.push(groupAt(quad, 0), groupAt(quad, 1));
    else if (group.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function printIPv6(bytes: Uint8Array): string {
  const { start, length } = longestZeroes(bytes);
  // Addresses that carry an IPv4 one in their end are printed with dots: mapped and compatible ones, as every system does.
  const isMapped = start === 0 && length === 5 && groupAt(bytes, 5) === 0xffff;
  if (isMapped) return `::ffff:${printIp(bytes.subarray(12))}`;
  if (start === 0 && length === 6) return `::${printIp(bytes.subarray(12))}`;
  if (length < 2) return hex(bytes, 0, IPV6_GROUPS);
  return `${hex(bytes, 0, start)}::${hex(bytes, start + length, IPV6_GROUPS)}`;
}

/** The first of the longest runs of groups that are zero. */
function longestZeroes(bytes: Uint8Array): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (let index = 0; index < IPV6_GROUPS; index++) {
    length = groupAt(bytes, index) === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: index - length + 1, length };
  }
  return longest;
}

function hex(bytes: Uint8Array, from: number, to: number): string {
  const groups: string[] = [];
  for (let index = from; index < to; index++) groups.push(groupAt(bytes, index).toString(16));
  return groups.join(':');
}

function groupAt(bytes: Uint8Array, index: number): number {
  return ((bytes[2 * index] as number) << 8) | (bytes[2 * index + 1] as number);
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (bytes[index] !== 0) return false;
  return true;
}
