// Blocks of addresses: `10.0.0.0/8`, `fe80::/10`.

import { parseIp, printIp, unmappedIp } from './ip.js';

export interface Cidr {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/**
 * A block in canonical text, or a single address. `undefined` for any other text: bits beyond the length must be zero, so that a
 * slip of the pen is seen, and IPv4 is written as such.
 */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = '', length] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const bytes = parseIp(address);
  if (bytes === undefined || unmappedIp(bytes) !== bytes) return undefined;
  const bits = length === undefined ? bytes.length * 8 : Number(length);
  if (bits > bytes.length * 8 || printIp(masked(bytes, bits)) !== address) return undefined;
  return { bytes, bits };
}

/** Whether the block holds an address; never one of the other family. */
export function holds({ bytes, bits }: Cidr, address: Uint8Array): boolean {
  if (address.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let index = 0; index < whole; index++) if (address[index] !== bytes[index]) return false;
  return bits % 8 === 0 || ((at(address, whole) ^ at(bytes, whole)) & maskOf(bits % 8)) === 0;
}

/** The address with all bits beyond the first `bits` zero: its network. */
export function masked(address: Uint8Array, bits: number): Uint8Array {
  return address.map((byte, index) => byte & maskOf(Math.max(0, Math.min(8, bits - index * 8))));
}

function maskOf(bits: number): number {
  return (0xff << (8 - bits)) & 0xff;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
