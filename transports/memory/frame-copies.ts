// Copies of frames, many to one buffer: a buffer for each costs several times what the copy does (bench: `simulate`).

const SLAB_BYTES = 65_536;
/** Longer frames have a buffer of their own, so that little of a slab is left over. */
const LONGEST = SLAB_BYTES / 8;

let slab = new Uint8Array(0);
let used = 0;

/** The bytes again, in a place of their own. The buffer behind it lives as long as any frame in it: not for what is kept for long. */
export function copyOf(frame: Uint8Array): Uint8Array {
  const { length } = frame;
  if (length > LONGEST) return new Uint8Array(frame);
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  const copy = new Uint8Array(slab.buffer, used, length);
  copy.set(frame);
  used += length;
  return copy;
}
