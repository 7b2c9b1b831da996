// A report on hops as one page that needs nothing else: plots as inline SVG, light and dark.

import { type Measured, type Row, rows, rowsOf } from '../hops/figures.js';
import type { HopsOptions } from '../hops/options.js';
import { titleOf } from '../hops/print.js';
import { digits } from '../lib/report.js';
import type { Provenance } from '../lib/results.js';
import { hopLine, isComparable } from './ideal.js';
import { hopsBySize, hopsDistribution, seriesOf, timeDistribution } from './plots.js';
import { escapeText } from './svg.js';

const style = `
:root { color-scheme: light dark; --ink: #1c2128; --soft: #59636e; --paper: #ffffff; --rule: #d9dee3;
  --s0: #1f6feb; --s1: #bc4c00; --s2: #1a7f37; --s3: #8250df; --s4: #bf3989; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa5b1; --paper: #12161c; --rule: #303842;
  --s0: #6cb0ff; --s1: #f0a05c; --s2: #56d07a; --s3: #c3a0ff; --s4: #ff8cc6; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 960px; padding: 24px 20px 48px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 36px 0 6px; }
p { margin: 4px 0; color: var(--soft); }
figure { margin: 8px 0 0; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
.grid { stroke: var(--rule); } .axis { stroke: var(--soft); } .tick { fill: var(--soft); } .label { fill: var(--ink); }
.line { fill: none; stroke-width: 2; } .theory { stroke: var(--soft); stroke-dasharray: 6 5; }
.ring { fill: none; stroke: var(--soft); stroke-width: 1.5; }
${[0, 1, 2, 3, 4].map((i) => `.s${i} { --c: var(--s${i}); }`).join(' ')}
.line:not(.theory) { stroke: var(--c); } .dot, .bar { fill: var(--c); }
ul { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 6px 0; padding: 0; color: var(--soft); }
li::before { content: ''; display: inline-block; width: 14px; height: 4px; margin: 0 6px 3px 0; border-radius: 2px; background: var(--c); }
li.ideal::before { width: 12px; height: 12px; margin-bottom: -2px; border: 1.5px solid var(--soft); border-radius: 50%; background: none; }
li.fit::before { height: 0; border-top: 2px dashed var(--soft); border-radius: 0; background: none; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin-top: 4px; }
th, td { text-align: right; padding: 3px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { font-weight: 600; } th:first-child { text-align: left; padding-left: 0; }
footer { margin-top: 40px; font-size: 13px; overflow-wrap: anywhere; } code { font-size: 13px; }
`;

export function reportPage(all: readonly Measured[], origin: Provenance): string {
  const { options } = all[0] as Measured;
  const runs = all.map(({ options }, i) => item(seriesOf(i), nameOf(options)));
  const ideal = isComparable(options) ? idealLegend(options) : [];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What a lookup costs</title>
<style>${style}</style>
<h1>What a lookup costs</h1>
<p>${escapeText(settingOf(all))}</p>
${overview(all)}
${section('Hops by the number of nodes', [...runs, ...ideal], hopsBySize(all))}
${section('Hops', runs, hopsDistribution(all))}
${section('Time to find', runs, timeDistribution(all, 'timeToFind'))}
${section('Time until the k closest have answered', runs, timeDistribution(all, 'timeToEnd'))}
${all.map(tableOf).join('\n')}
<footer><p><code>npm run bench -- ${escapeText(origin.command)}</code></p>
<p>commit ${escapeText(origin.commit ?? 'unknown')} · Node ${escapeText(origin.node)} · ${escapeText(origin.machine.cpu)}, ${origin.machine.cores} cores, ${escapeText(origin.machine.system)} · ${escapeText(origin.at)}</p></footer>
</html>
`;
}

/** What all runs have in common is what the first is called, without its size. */
function settingOf([first, ...others]: readonly Measured[]): string {
  const title = titleOf((first as Measured).options).split(', ');
  return (
    others.length === 0 ? title : title.filter((part) => !/nodes$|^engine$|^model$|networks$/.test(part))
  ).join(', ');
}

function nameOf({ nodes, isModel, busy }: HopsOptions): string {
  return `${digits(nodes, 0)} nodes, ${isModel ? 'model' : 'engine'}${busy > 0 ? `, ${busy} busy alone` : ''}`;
}

function idealLegend(options: HopsOptions): string[] {
  const { bits, offset, origin } = hopLine(options);
  const formula = `log2(n) / ${digits(bits, 1)} ${offset < 0 ? '−' : '+'} ${digits(Math.abs(offset), 2)}`;
  if (origin === 'theory') return [item('fit', `${formula}, theory for alpha 1`)];
  return [item('fit', `${formula}, through the ideal figures`), item('ideal', 'textbook walk, ideal tables')];
}

function item(kind: string, text: string): string {
  return `<li class="${kind}">${escapeText(text)}</li>`;
}

function section(title: string, legend: readonly string[], plot: string): string {
  return `<h2>${title}</h2>\n<ul>${legend.join('')}</ul>\n<figure>${plot}</figure>`;
}

/** A line a run: hops, and the table that they were had with. */
function overview(all: readonly Measured[]): string {
  const line = ({ options, figures, found, lookups }: Measured) => {
    const { table, hops, requestsToFind, requestsToEnd, timeToFind } = figures;
    const means = [requestsToFind, requestsToEnd, timeToFind].map(({ mean }) => digits(mean, 2));
    const share = `${digits((100 * found) / lookups, 1)} %`;
    const depth = `${digits(hops.mean, 3)} ± ${digits(hops.interval, 3)}`;
    const cells = [digits(table.mean, 0), depth, ...means, share].map((text) => `<td>${text}</td>`);
    return `<tr><th>${nameOf(options)}</th>${cells.join('')}</tr>`;
  };
  const heads = ['', 'table', 'hops', 'requests to find', 'to end', 'time to find', 'found'];
  return `<div class="wide"><table><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>
${all.map(line).join('\n')}
</table></div>`;
}

function tableOf(measured: Measured): string {
  const { options, figures, found, lookups } = measured;
  const cells = (row: Row) => {
    const { mean, interval, p50, p95, p99, max } = figures[row];
    const after = row === 'recall' || row.startsWith('time') ? 2 : 0;
    const texts = [
      digits(mean, 3),
      digits(interval, 3),
      ...[p50, p95, p99, max].map((value) => digits(value, after)),
    ];
    return texts.map((text) => `<td>${text}</td>`).join('');
  };
  return `<h2>${nameOf(options)}</h2>
<p>${digits((100 * found) / lookups, 2)} % of ${digits(lookups, 0)} found · time in median round trips</p>
<div class="wide"><table><tr><th></th><th>mean</th><th>95 % ±</th><th>p50</th><th>p95</th><th>p99</th><th>max</th></tr>
${rowsOf(measured)
  .map((row) => `<tr><th>${rows[row]}</th>${cells(row)}</tr>`)
  .join('\n')}
</table></div>`;
}
