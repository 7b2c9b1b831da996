// How long something takes, as data: latencies, sessions, downtimes.

import { checkFields, checkNumber, checkType } from './check.js';
import { exp, ln } from './exact-math.js';

/**
 * Milliseconds. `lognormal`: the logarithm is normal with deviation `sigma`, half are below the median, as round trips of real
 * networks are spread. `weibull`: with a shape below 1, who has stayed for long stays longer, as peers of real networks do; shape 1 is
 * `exponential`.
 */
export type Distribution =
  | { readonly type: 'constant'; readonly ms: number }
  | { readonly type: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly type: 'exponential'; readonly meanMs: number }
  | { readonly type: 'lognormal'; readonly medianMs: number; readonly sigma: number }
  | { readonly type: 'weibull'; readonly shape: number; readonly scaleMs: number };

/** A number from 0 to below 1, by chance. */
export type Random = () => number;

/** 2^-10 ms, about a microsecond: sums of such moments are exact, and a last bit more or less in a draw does not show. */
const TICKS_A_MS = 1_024;
/** 30 years: what no run outlives. */
const LONGEST_MS = 1e12;

/** On the grid of virtual time, and within 0 to 30 years. */
export function onGrid(ms: number): number {
  return Math.round(Math.min(Math.max(ms, 0), LONGEST_MS) * TICKS_A_MS) / TICKS_A_MS;
}

/** Standard normal, by the polar method of Marsaglia: it needs no sine. */
export function normal(random: Random): number {
  for (;;) {
    const x = 2 * random() - 1;
    const y = 2 * random() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square);
  }
}

const samplers: {
  readonly [Type in Distribution['type']]: (
    of: Extract<Distribution, { type: Type }>,
  ) => (random: Random) => number;
} = {
  constant:
    ({ ms }) =>
    () =>
      ms,
  uniform:
    ({ minMs, maxMs }) =>
    (random) =>
      minMs + (maxMs - minMs) * random(),
  exponential:
    ({ meanMs }) =>
    (random) =>
      -meanMs * ln(1 - random()),
  lognormal:
    ({ medianMs, sigma }) =>
    (random) =>
      medianMs * exp(sigma * normal(random)),
  weibull:
    ({ shape, scaleMs }) =>
    (random) =>
      scaleMs * exp(ln(-ln(1 - random())) / shape),
};

/** What draws from it: milliseconds on the grid of virtual time, never NaN. */
export function samplerOf(distribution: Distribution): (random: Random) => number {
  const sample = (samplers[distribution.type] as (of: Distribution) => (random: Random) => number)(
    distribution,
  );
  return (random) => onGrid(sample(random));
}

const fields = {
  constant: { ms: [0, LONGEST_MS] },
  uniform: { minMs: [0, LONGEST_MS], maxMs: [0, LONGEST_MS] },
  exponential: { meanMs: [0, LONGEST_MS] },
  lognormal: { medianMs: [0, LONGEST_MS], sigma: [0, 10] },
  weibull: { shape: [0.1, 100], scaleMs: [0, LONGEST_MS] },
} as const satisfies Record<Distribution['type'], Record<string, readonly [number, number]>>;

export const distributionTypes = Object.keys(fields) as readonly Distribution['type'][];

/** @throws DisgoverError `ERR_BAD_OPTION`. `where`: for the message, `latency`. */
export function checkDistribution(where: string, value: unknown): Distribution {
  const type = checkType(where, value, distributionTypes);
  const known: Record<string, readonly [number, number]> = fields[type];
  const of = checkFields(where, value, ['type', ...Object.keys(known)]);
  for (const [name, [least, most]] of Object.entries(known))
    checkNumber(`${where}.${name}`, of[name], least, most);
  const { minMs, maxMs } = of as { minMs?: number; maxMs?: number };
  if (minMs !== undefined && maxMs !== undefined && maxMs < minMs)
    checkNumber(`${where}.maxMs`, maxMs, minMs, LONGEST_MS);
  return value as Distribution;
}
