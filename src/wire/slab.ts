// Small strings of bytes side by side in slabs: an ArrayBuffer of its own costs more than the bytes of a contact (bench: `memory`).

/** Small: a single string that is kept for long keeps its slab, and nothing more. */
const SLAB_BYTES = 4_096;
/** Longer ones have a buffer of their own. */
const MOST_BYTES = 256;

let slab = new Uint8Array(SLAB_BYTES);
let used = 0;

/** A copy of `bytes` from `start` to `end`. */
export function copyOf(bytes: Uint8Array, start = 0, end: number = bytes.length): Uint8Array {
  const length = end - start;
  if (length > MOST_BYTES) return new Uint8Array(bytes.subarray(start, end));
  if (used + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  const at = used;
  used += length;
  // Shorter than what a call to the engine's own copy costs.
  for (let i = 0; i < length; i++) slab[at + i] = bytes[start + i] as number;
  return slab.subarray(at, used);
}
