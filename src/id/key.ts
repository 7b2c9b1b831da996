// Keys: where ids lie in the space that XOR distance is measured in. Internal, never shown to users.

import { sha256 } from '#sha256';

declare const key: unique symbol;
/** 32 bytes: SHA-256 of an id's bytes. Ids may be names, so they are not uniform; keys are. */
export type Key = Uint8Array & { readonly [key]: true };

export const keyBytes = 32;

export function keyOf(idBytes: Uint8Array): Key {
  return sha256(idBytes) as Key;
}

/** Bytes that already are a key: from the wire, or made at a wanted distance. */
export function keyOfBytes(bytes: Uint8Array): Key {
  if (bytes.length !== keyBytes) throw new RangeError(`a key has ${keyBytes} bytes, not ${bytes.length}`);
  return bytes as Key;
}
