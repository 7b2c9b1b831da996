// One case beside its baseline: what is worse than it may be.

import type { Row } from '../hops/figures.js';

/** What is compared, and which way is worse. */
export const compared = [
  ['hops', 1],
  ['requestsToFind', 1],
  ['requestsToEnd', 1],
  ['bytesToFind', 1],
  ['bytesToEnd', 1],
  ['recall', -1],
] as const satisfies readonly (readonly [Row, 1 | -1])[];
export type Compared = (typeof compared)[number][0];

/**
 * By how much a mean may be worse, besides the whole width of its 95 % interval. Other draws of chance are no change for the worse:
 * two means of which each is off by a standard error differ by that width once in 200 times.
 */
const MARGIN = 0.02;

/** What one case came to. */
export interface Standing {
  /** Share of the lookups. */
  readonly found: number;
  readonly figures: Readonly<Record<Compared, { readonly mean: number; readonly interval: number }>>;
}

export interface Compare {
  readonly figure: 'found' | Compared;
  readonly before: number;
  readonly now: number;
  /** The worst that passes. */
  readonly allowed: number;
  readonly isWorse: boolean;
}

export function compare(before: Standing, now: Standing): Compare[] {
  const found: Compare = {
    figure: 'found',
    before: before.found,
    now: now.found,
    allowed: before.found,
    isWorse: now.found < before.found,
  };
  return [found, ...compared.map(([figure, sign]) => compareFigure(figure, sign, before, now))];
}

function compareFigure(figure: Compared, sign: 1 | -1, before: Standing, now: Standing): Compare {
  const { mean, interval } = before.figures[figure];
  const allowed = mean + sign * (MARGIN * mean + 2 * interval);
  const value = now.figures[figure].mean;
  // Also where there is no figure any more.
  const isWorse = !(sign * (value - allowed) <= 0);
  return { figure, before: mean, now: value, allowed, isWorse };
}
