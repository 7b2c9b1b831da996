// What was counted in lookups, and the numbers that are shown of it.

import { intervalOf, type Summary, summarize } from '../lib/stats.js';
import type { HopsOptions } from './options.js';

/** What the lookups in one network came to: a sample each. Those that were not found have no hops, and none of `…ToFind`. */
export interface Batch {
  readonly lookups: number;
  readonly samples: Readonly<Record<Row, readonly number[]>>;
}

/** Times are in median round trips, bytes those of FIND-NODE and NODES at the asker. */
export const rows = {
  table: 'table',
  hops: 'hops',
  requestsToFind: 'requests to find',
  requestsToEnd: 'requests to end',
  bytesToFind: 'bytes to find',
  bytesToEnd: 'bytes to end',
  timeToFind: 'time to find',
  timeToEnd: 'time to end',
  recall: 'recall',
} as const;
export type Row = keyof typeof rows;

export interface Figure extends Summary {
  /** Half of the 95 % confidence interval of the mean. */
  readonly interval: number;
}

export interface Measured {
  readonly options: HopsOptions;
  readonly lookups: number;
  readonly found: number;
  readonly figures: Readonly<Record<Row, Figure>>;
  /** The samples behind some of the figures, for histograms. */
  readonly hops: readonly number[];
  readonly timeToFind: readonly number[];
  readonly timeToEnd: readonly number[];
}

export function measuredOf(options: HopsOptions, batches: readonly Batch[]): Measured {
  const all = (row: Row) => batches.flatMap(({ samples }) => samples[row]);
  const figure = (row: Row): Figure => ({
    ...summarize(all(row)),
    interval: intervalOf(batches.map(({ samples }) => samples[row])),
  });
  const names = Object.keys(rows) as Row[];
  return {
    options,
    lookups: batches.reduce((sum, { lookups }) => sum + lookups, 0),
    found: all('hops').length,
    figures: Object.fromEntries(names.map((row) => [row, figure(row)])) as Record<Row, Figure>,
    hops: all('hops'),
    timeToFind: all('timeToFind'),
    timeToEnd: all('timeToEnd'),
  };
}

/** Those that there are samples of: busy nodes look for nothing absent, and what is not found has no hops. */
export function rowsOf({ figures }: Measured): Row[] {
  return (Object.keys(rows) as Row[]).filter((row) => !Number.isNaN(figures[row].mean));
}

/** A batch to be filled. */
export function emptySamples(): Record<Row, number[]> {
  const names = Object.keys(rows) as Row[];
  return Object.fromEntries(names.map((row) => [row, []])) as unknown as Record<Row, number[]>;
}
