// Hops of the textbook's walk with ideal tables, of calculations that are independent of the engine (2,000 to 4,000 lookups a figure,
// standard error about 0.009). And the line that they lie on.

import type { HopsOptions } from '../hops/options.js';

export interface IdealPoint {
  readonly nodes: number;
  readonly hops: number;
}

const sizes = [1_000, 10_000, 100_000, 1_000_000];

const ideal = [
  { k: 20, alpha: 3, target: 'node', hops: [0.92, 1.51, 2.027, 2.603] },
  { k: 20, alpha: 3, target: 'entity', hops: [1.3, 1.89, 2.41, 2.98] },
  { k: 8, alpha: 3, target: 'entity', hops: [1.83, 2.51, 3.21, 3.9] },
  { k: 20, alpha: 1, target: 'node', hops: [0.927, 1.513, 2.108, 2.703] },
] as const;

export interface Setting {
  readonly k: number;
  readonly alpha: number;
  readonly target: string;
}

/** Whether there is anything in the ideal figures to hold a run against: all answer the truth, on one path. */
export function isComparable({ dead, adversaries, paths }: HopsOptions): boolean {
  return dead + adversaries === 0 && paths === 1;
}

/** Empty where none were calculated. */
export function idealPoints({ k, alpha, target }: Setting): IdealPoint[] {
  const row = ideal.find((row) => row.k === k && row.alpha === alpha && row.target === target);
  return (row?.hops ?? []).map((hops, i) => ({ nodes: sizes[i] as number, hops }));
}

/** hops = log2(n) / bits + offset. */
export interface HopLine {
  /** Gained with each hop. */
  readonly bits: number;
  readonly offset: number;
  readonly origin: 'theory' | 'ideal';
}

/** From here on the ideal figures lie on a line. */
const FROM_NODES = 10_000;

/**
 * Through the ideal figures; without any, the line of theory for alpha 1: 1.33 + log2 k bits a hop (Stutzbach, Rejaie, INFOCOM
 * 2006, with the constant measured), and an offset of −0.9, 0.4 more where a holder has to answer.
 */
export function hopLine(setting: Setting): HopLine {
  const points = idealPoints(setting).filter(({ nodes }) => nodes >= FROM_NODES);
  if (points.length < 2) {
    const offset = setting.target === 'entity' ? -0.5 : -0.9;
    return { bits: 1.33 + Math.log2(setting.k), offset, origin: 'theory' };
  }
  const x = points.map(({ nodes }) => Math.log2(nodes));
  const meanX = x.reduce((sum, value) => sum + value, 0) / x.length;
  const meanY = points.reduce((sum, { hops }) => sum + hops, 0) / x.length;
  const covariance = points.reduce(
    (sum, { hops }, i) => sum + ((x[i] as number) - meanX) * (hops - meanY),
    0,
  );
  const slope = covariance / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  return { bits: 1 / slope, offset: meanY - slope * meanX, origin: 'ideal' };
}
