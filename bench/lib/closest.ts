// What a lookup should have ended with, by looking at all there are.

/** The `k` of the ids whose keys are closest to the target's, by XOR. */
export function closest(
  target: string,
  ids: readonly string[],
  k: number,
  keyOf: (id: string) => Uint8Array,
): readonly string[] {
  const key = keyOf(target);
  return ids
    .map((id) => ({ id, distance: keyOf(id).map((byte, i) => byte ^ (key[i] as number)) }))
    .sort((a, b) => Buffer.compare(a.distance, b.distance))
    .slice(0, k)
    .map(({ id }) => id);
}
