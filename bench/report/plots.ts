// The plots of a report on hops.

import type { Measured } from '../hops/figures.js';
import { countsOf } from '../lib/histogram.js';
import { digits } from '../lib/report.js';
import { hopLine, idealPoints, isComparable } from './ideal.js';
import { Plot, ticksTo } from './svg.js';

/** The page has so many colours; then they begin again. */
const COLOURS = 5;

export function seriesOf(index: number): string {
  return `s${index % COLOURS}`;
}

/** The greatest of those that are numbers and above 0; 1 where none is, so that an axis has a length. */
function greatest(values: readonly number[]): number {
  return Math.max(0, ...values.filter((value) => value > 0)) || 1;
}

/** Mean hops by the number of nodes; with the ideal figures and the line through them where these say something. */
export function hopsBySize(all: readonly Measured[]): string {
  const { options } = all[0] as Measured;
  const isIdeal = isComparable(options);
  const line = hopLine(options);
  const at = (nodes: number) => Math.log2(nodes) / line.bits + line.offset;
  const least = Math.min(100, ...all.map(({ options }) => options.nodes));
  const most = Math.max(1_000_000, ...all.map(({ options }) => options.nodes));
  const [from, to] = [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most))];
  const highest = 1.1 * greatest([isIdeal ? at(to) : 0, ...all.map(({ figures }) => figures.hops.mean)]);
  const powers = Array.from({ length: Math.log10(to / from) + 1 }, (_, i) => from * 10 ** i);
  const plot = new Plot(
    'mean hops by the number of nodes',
    { label: 'nodes', from, to, isLog: true, ticks: powers.map((at) => ({ at, text: digits(at, 0) })) },
    { label: 'hops, mean', from: 0, to: highest, ticks: ticksTo(highest, (at) => digits(at, 1)) },
  );
  if (isIdeal) {
    // Where it meets the axis, or else at the left.
    const start = Math.max(from, 2 ** (-line.offset * line.bits));
    plot.line(
      [
        [start, at(start)],
        [to, at(to)],
      ],
      'theory',
    );
    for (const { nodes, hops } of idealPoints(options))
      plot.ring(nodes, hops, `ideal: ${hops} hops among ${digits(nodes, 0)}`);
  }
  for (const [i, { options, figures, found }] of all.entries()) {
    if (found === 0) continue;
    const { mean, interval } = figures.hops;
    const title = `${digits(mean, 3)} ± ${digits(interval, 3)} hops among ${digits(options.nodes, 0)}, tables of ${digits(figures.table.mean, 0)}`;
    plot.point(options.nodes, mean, interval, seriesOf(i), title);
  }
  return plot.toString();
}

/** How many lookups took how many hops: a bar for each run. */
export function hopsDistribution(all: readonly Measured[]): string {
  const most = greatest(all.map(({ figures }) => figures.hops.max));
  const shares = all.map(
    ({ hops }) => new Map([...countsOf(hops)].map(([hop, count]) => [hop, count / hops.length])),
  );
  const highest = Math.min(1.08, 1.15 * greatest(shares.flatMap((share) => [...share.values()])));
  const plot = new Plot(
    'how many lookups took how many hops',
    {
      label: 'hops',
      from: -0.5,
      to: most + 0.5,
      ticks: Array.from({ length: most + 1 }, (_, at) => ({ at, text: String(at) })),
    },
    {
      label: 'lookups',
      from: 0,
      to: highest,
      ticks: ticksTo(Math.min(1, highest), (at) => `${digits(100 * at, 0)} %`),
    },
  );
  const width = 0.8 / all.length;
  for (const [i, share] of shares.entries()) {
    for (const [hop, value] of share) {
      if (value === 0) continue;
      const left = hop - 0.4 + i * width;
      const text = `${digits(100 * value, 1)} %`;
      const title = `${digits(all[i]?.options.nodes ?? 0, 0)} nodes: ${hop} hops in ${text}`;
      plot.bar(
        left + 0.05 * width,
        left + 0.95 * width,
        value,
        seriesOf(i),
        title,
        all.length < 4 ? text : '',
      );
    }
  }
  return plot.toString();
}

/** The share of lookups that had ended by each moment. */
export function timeDistribution(all: readonly Measured[], time: 'timeToFind' | 'timeToEnd'): string {
  const last = 1.05 * greatest(all.map(({ figures }) => figures[time].p99));
  const plot = new Plot(
    time === 'timeToFind' ? 'how long it took to find' : 'how long it took to certify the closest',
    {
      label: 'median round trips',
      from: 0,
      to: last,
      ticks: ticksTo(last, (at) => digits(at, last < 3 ? 1 : 0)),
    },
    {
      label: 'lookups that are done',
      from: 0,
      to: 1,
      ticks: ticksTo(1, (at) => `${digits(100 * at, 0)} %`),
    },
  );
  for (const [i, measured] of all.entries())
    if (measured[time].length > 0) plot.line(cumulative(measured[time], last), seriesOf(i));
  return plot.toString();
}

/** Some 200 points of the distribution function. */
function cumulative(samples: readonly number[], last: number): [number, number][] {
  const sorted = [...samples].sort((a, b) => a - b);
  const within = sorted.filter((value) => value <= last);
  const step = Math.max(1, Math.floor(within.length / 200));
  const points = within.flatMap((value, i): [number, number][] =>
    i % step === 0 || i === within.length - 1 ? [[value, (i + 1) / sorted.length]] : [],
  );
  return [[0, 0], ...points];
}
