// How long what is sent is under way.

/** Milliseconds: always the same; evenly spread; or by a function of a source of numbers from 0 to below 1, and two hosts. */
export type Latency =
  | number
  | { readonly min: number; readonly max: number }
  | ((random: () => number, from: string, to: string) => number);

export function drawLatency(latency: Latency, random: () => number, from: string, to: string): number {
  if (typeof latency === 'number') return latency;
  if (typeof latency === 'function') return latency(random, from, to);
  return latency.min + (latency.max - latency.min) * random();
}
