// What is needed of bytes, without Buffer.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Writes text at a place of `bytes`. Returns where it ends; `undefined` when it does not fit. */
export function utf8Into(text: string, bytes: Uint8Array, at: number): number | undefined {
  const { read, written } = encoder.encodeInto(text, at === 0 ? bytes : bytes.subarray(at));
  return read === text.length ? at + written : undefined;
}

/** @throws TypeError when the bytes are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A character a byte: a fraction of what an array of so few bytes takes, where there are many. */
export function binaryText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The bytes of a `binaryText`. */
export function bytesOfBinaryText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
