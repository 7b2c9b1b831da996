// Runs a scenario, and prints what it came to and how fast the simulator was.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runScenario, type Scenario, type ScenarioResult, type Summary } from './lib/disgover.js';
import { flag, type Given, integer, seed, text } from './lib/parameters.js';
import { progress } from './lib/progress.js';
import { digits, printTable } from './lib/report.js';
import { UsageError } from './lib/usage-error.js';

export const flags = {
  scenario: text('a file of JSON, or a module that exports scenario; none: 100 entities are found 500 times'),
  nodes: integer(2, 100_000, 'in place of those of the scenario (200)'),
  seed: seed(undefined),
  json: flag('prints the scenario, its result and the speed as JSON'),
};

export async function run({ scenario: name, nodes, seed, json }: Given<typeof flags>): Promise<void> {
  const scenario: Scenario = {
    ...(name === undefined ? usual : await load(name)),
    ...(nodes !== undefined && { nodes }),
    ...(seed !== undefined && { seed }),
  };
  const startMs = performance.now();
  const result = await watched(scenario);
  if (result === undefined) return;
  const wallMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage();
  const rssBytes = process.resourceUsage().maxRSS * 1_024;
  const speed = { wallMs, processorMs: (user + system) / 1_000, rssBytes };
  if (json) console.log(JSON.stringify({ scenario, result, speed }));
  else print(result, speed);
  if (result.left.timers + result.left.openEnds > 0) {
    console.log(`LEFT behind by closed nodes: ${JSON.stringify(result.left)}`);
    process.exitCode = 1;
  }
}

/** Undefined when the run failed, which is said. */
async function watched(scenario: Scenario): Promise<ScenarioResult | undefined> {
  const { tell, end } = progress();
  const running = runScenario(scenario, {
    onProgress: ({ phase, done, of, virtualMs, events }) =>
      tell(() => {
        const count = of > 0 ? ` ${digits(done, 0)} of ${digits(of, 0)}` : '';
        return `${phase}${count}, ${digits(virtualMs / 1_000, 0)} s of virtual time, ${digits(events, 0)} events`;
      }),
  }).finally(end);
  try {
    return await running;
  } catch (fault) {
    const { code, message } = fault as Error & { readonly code?: string };
    if (code === 'ERR_BAD_OPTION') throw new UsageError(message);
    console.error(message);
    process.exitCode = 1;
    return undefined;
  }
}

const usual: Scenario = { name: 'usual', nodes: 200, entities: 100, lookups: 500 };

async function load(file: string): Promise<Scenario> {
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'));
    const module = await import(pathToFileURL(resolve(file)).href);
    const scenario = module.scenario ?? module.default;
    if (scenario === undefined) throw new Error('it does not export scenario');
    return scenario;
  } catch (fault) {
    throw new UsageError(`--scenario: ${file}: ${(fault as Error).message.split('\n')[0]}`);
  }
}

function print(
  result: ScenarioResult,
  { wallMs, processorMs, rssBytes }: Readonly<Record<'wallMs' | 'processorMs' | 'rssBytes', number>>,
): void {
  const { lookups, announces, tables, nodes, network } = result;
  const row = (name: string, { mean, p50, p95, p99, max }: Summary) => [
    name,
    digits(mean, 3),
    ...[p50, p95, p99, max].map((value) => digits(value, 0)),
  ];
  console.log(`simulate / ${result.name}, seed ${result.seed}, trace ${result.traceHash}`);
  printTable([
    ['', 'mean', 'p50', 'p95', 'p99', 'max'],
    row('join, ms', result.joinMs),
    row('table, formed', tables.formed),
    row('table, end', tables.end),
    row('announce, requests', announces.requests),
    row('hops', lookups.hops),
    row('requests to find', lookups.requests),
    row('bytes to find', lookups.bytes),
    row('time to find, ms', lookups.ms),
    row('requests of a miss', lookups.misses.requests),
  ]);
  const counted = Object.entries(lookups.outcomes).filter(([, count]) => count > 0);
  const outcomes = counted.map(([name, count]) => `${count} ${name}`).join(', ');
  console.log(`success ${digits(100 * lookups.success, 2)} % of ${lookups.count} lookups: ${outcomes}`);
  const failures = Object.entries(result.failures).map(([code, count]) => `${count} ${code}`);
  if (failures.length > 0) console.log(`failures: ${failures.join(', ')}`);
  const { started, returned, crashed, left, up } = nodes;
  console.log(
    `nodes: ${started} starts, ${returned} of them again, ${crashed} crashes, ${left} left, ${up} up`,
  );
  const { frames, bytes, dials, lost } = network.all;
  console.log(
    `network: ${digits(frames, 0)} frames, ${digits(bytes / 2 ** 20, 1)} MiB, ${digits(dials, 0)} dials, ${digits(lost, 0)} lost`,
  );
  console.log(
    `simulator: ${digits(result.virtualMs / 1_000, 0)} s of virtual time in ${digits(wallMs / 1_000, 1)} s (processor ${digits(processorMs / 1_000, 1)} s), ` +
      `${digits(result.events, 0)} events, ${digits(result.events / (processorMs / 1_000), 0)} a processor second, ${digits(rssBytes / 2 ** 20, 0)} MiB`,
  );
}
