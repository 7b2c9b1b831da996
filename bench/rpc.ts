// PINGs a second between two processes over each library's own transport, beside a bare exchange of messages in the same rounds.

import { Child } from './lib/child.js';
import { choices, file, type Given, integer } from './lib/parameters.js';
import { digits, printTable } from './lib/report.js';
import { record } from './lib/results.js';
import { median } from './lib/stats.js';
import { BY_HAND, ECHO, JOINED_ECHO, pingers } from './peers/ends.js';
import type { Address } from './peers/peer.js';
import type { Pinged, RpcCommand } from './rpc-peer.js';

/** What all others are beside. */
const ECHOES = [ECHO, JOINED_ECHO];
const START_MS = 60_000;
/** What an exchange may take longer than it was told to: one that hangs is given up. */
const PATIENCE_MS = 30_000;

interface Round extends Pinged {
  /** Of both ends, for one PING. */
  readonly cpuEachUs: number;
}

export const flags = {
  rounds: integer(1, 1_000, 'rounds, after one that does not count', 5),
  ms: integer(1, 600_000, 'milliseconds of each case in a round', 1_000),
  peers: choices(pingers, 'libraries', ['disgover-tcp']),
  json: file('where the results are written'),
};

export async function run(parameters: Given<typeof flags>): Promise<void> {
  const { rounds, ms, peers, json } = parameters;
  const names = peers.flatMap((name) => (name === 'disgover-tcp' ? [name, BY_HAND] : [name]));
  const cases = [...ECHOES, ...names].map((name) => new Case(name));
  console.log(`rpc / ${rounds} rounds of ${digits(ms, 0)} ms between two processes, medians`);
  const results: Record<string, object> = {};
  try {
    for (const one of cases) await one.start();
    if (cases[0]?.failure !== undefined) throw new Error(cases[0].failure);
    for (const inFlight of [1, 64]) {
      for (const one of cases) one.rounds = [];
      // The first round warms up. All side by side in each, so that all meet the same machine.
      for (let round = 0; round <= rounds; round++) {
        for (const one of cases) await one.ping(inFlight, ms, round > 0);
      }
      results[`${inFlight} in flight`] = show(inFlight, cases);
    }
  } finally {
    for (const one of cases) one.end();
  }
  if (cases.slice(ECHOES.length).every(({ failure }) => failure !== undefined)) process.exitCode = 1;
  record(json, { bench: 'rpc', parameters, results });
}

function show(inFlight: number, cases: readonly Case[]): object {
  const [echo] = cases as [Case];
  const shown = cases.map(({ name, rounds, failure }) => {
    if (failure !== undefined) return { name, failure };
    const of = (figure: keyof Round) => median(rounds.map((round) => round[figure]));
    const against = (figure: keyof Round) =>
      median(rounds.map((round, i) => round[figure] / (echo.rounds[i] as Round)[figure]));
    return {
      name,
      perSecond: of('perSecond'),
      ratio: against('perSecond'),
      cpuUs: of('cpuEachUs'),
      cpuRatio: against('cpuEachUs'),
      p50Us: of('p50'),
      p99Us: of('p99'),
      p99Ratio: against('p99'),
    };
  });
  const head = ['PING a second', '× echo', 'cpu µs each', '× echo', 'p50 µs', 'p99 µs', '× echo'];
  const rows = shown.map((row) =>
    row.failure === undefined
      ? [
          row.name,
          digits(row.perSecond, 0),
          digits(row.ratio, 2),
          digits(row.cpuUs, 1),
          digits(row.cpuRatio, 2),
          digits(row.p50Us, 0),
          digits(row.p99Us, 0),
          digits(row.p99Ratio, 2),
        ]
      : [row.name, row.failure],
  );
  printTable([[`${inFlight} in flight`, ...head], ...rows]);
  return shown;
}

/** A library and its two processes. One that fails says why, and is left out from then on. */
class Case {
  readonly name: string;
  rounds: Round[] = [];
  failure: string | undefined;
  #ends: readonly Child[] = [];

  constructor(name: string) {
    this.name = name;
  }

  start(): Promise<void> {
    const process = () => new Child(new URL('rpc-peer.ts', import.meta.url), [this.name]);
    this.#ends = [process(), process()];
    return this.#unlessFailed(async ([asking, asked]) => {
      const start = (end: Child) => this.#ask<Address>(end, { type: 'start' }, START_MS);
      const [other] = await Promise.all([start(asked), start(asking)]);
      await this.#ask(asking, { type: 'meet', other }, START_MS);
    });
  }

  ping(inFlight: number, ms: number, counts: boolean): Promise<void> {
    return this.#unlessFailed(async ([asking, asked]) => {
      const cpu = () => this.#ask<number>(asked, { type: 'cpu' }, PATIENCE_MS);
      const before = await cpu();
      const pinged = await this.#ask<Pinged>(asking, { type: 'ping', inFlight, ms }, ms + PATIENCE_MS);
      const cpuEachUs = (pinged.cpuUs + (await cpu()) - before) / pinged.count;
      if (counts) this.rounds.push({ ...pinged, cpuEachUs });
    });
  }

  end(): void {
    for (const end of this.#ends) end.end();
  }

  #ask<Result>(end: Child, command: RpcCommand, timeoutMs: number): Promise<Result> {
    return end.ask(command, timeoutMs);
  }

  async #unlessFailed(act: (ends: readonly [Child, Child]) => Promise<void>): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await act(this.#ends as [Child, Child]);
    } catch (fault) {
      this.failure = (fault as Error).message;
      this.end();
    }
  }
}
