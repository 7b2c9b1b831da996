// What a find costs among nodes that joined one after the other: the real engine on a simulated network, exact under its seed.

import { CountingTransport } from './lib/counting-transport.js';
import { type Contact, Disgover, memory, SimulatedNetwork, VirtualRuntime } from './lib/disgover.js';
import { integers } from './lib/flags.js';
import { digits, printTable } from './lib/report.js';
import { type Summary, summarize } from './lib/stats.js';

/** One way. The median round trip is twice that. */
const MEDIAN_MS = 25;
/** Lookups for each entity, each from another node. */
const ASKERS = 5;

/** What `npm run bench -- hops` fails on, for the default k and alpha: nodes, at most so many hops and requests. */
const gates = [
  { nodes: 1_000, mean: 1.45, p99: 2, requests: 4.5 },
  { nodes: 10_000, mean: 2.05, p99: 3, requests: 6 },
];

interface Peer {
  readonly node: Disgover;
  readonly transport: CountingTransport;
}

export async function run(args: readonly string[]): Promise<void> {
  const parameters = integers(args, { nodes: 1_000, lookups: 1_000, seed: 1, k: 20, alpha: 3 });
  const { nodes: count, lookups, seed, k, alpha } = parameters;
  const runtime = new VirtualRuntime({ seed });
  const network = new SimulatedNetwork(runtime, { latencyMs: lognormal });
  const peers: Peer[] = [];
  const any = () => peers[runtime.integer(peers.length)] as Peer;

  const hops: number[] = [];
  const requests: number[] = [];
  const ms: number[] = [];
  let found = 0;
  let tables: number[] = [];

  const join = async (i: number) => {
    const transport = new CountingTransport(memory({ network, host: `node-${i}`, port: 1 }));
    const seeds: Contact[] = i === 0 ? [] : [any().node.contact];
    // Ids without keys: what is counted does not depend on who proves what, and a thousand nodes sign for a long time.
    const id = Buffer.from(runtime.randomBytes(20)).toString('base64');
    const node = await Disgover.start({ id, transport, runtime, seeds, k, concurrency: alpha });
    peers.push({ node, transport });
  };

  const lookUp = async (id: string, asker: Peer, isHolder: boolean) => {
    const sentBefore = asker.transport.sent;
    const trace = await asker.node.trace(id);
    if (trace.found?.id === id) found++;
    hops.push(isHolder ? 0 : trace.hops);
    requests.push(isHolder ? 0 : asker.transport.sent - sentBefore);
    ms.push(isHolder ? 0 : trace.ms);
  };

  await runtime.run(
    async () => {
      for (let i = 0; i < count; i++) {
        await join(i);
        if (i % 100 === 99) console.error(`${i + 1} nodes`);
      }
      // Until the last have filled their tables.
      await runtime.sleep(60_000);
      tables = peers.map(({ node }) => node.routing.size);
      while (hops.length < lookups) {
        const host = any();
        const askers = Array.from({ length: ASKERS }, any).filter((asker) => asker !== host);
        const before = askers.map(heldBy);
        const { id } = await host.node.register({});
        const isHolder = askers.map((asker, i) => heldBy(asker) !== before[i]);
        for (const [i, asker] of askers.entries()) await lookUp(id, asker, isHolder[i] === true);
      }
      await Promise.all(peers.map(({ node }) => node.close()));
    },
    { maxMs: 86_400_000 },
  );

  const share = found / hops.length;
  const row = (name: string, { mean, p50, p95, p99, max }: Summary) => [
    name,
    digits(mean, 3),
    ...[p50, p95, p99, max].map((value) => digits(value, 0)),
  ];
  const [hopsSummary, requestsSummary] = [summarize(hops), summarize(requests)];
  console.log(
    `hops / ${Object.entries(parameters)
      .map((pair) => pair.join(' '))
      .join(', ')}`,
  );
  printTable([
    ['', 'mean', 'p50', 'p95', 'p99', 'max'],
    row('table', summarize(tables)),
    row('hops', hopsSummary),
    row('requests to find', requestsSummary),
    row('time, ms', summarize(ms)),
  ]);
  console.log(`median round trip ${2 * MEDIAN_MS} ms; found ${digits(100 * share, 2)} % of ${hops.length}`);

  const gate = k === 20 && alpha === 3 ? gates.find(({ nodes }) => nodes >= count) : undefined;
  if (gate === undefined) return;
  const isWithin =
    share === 1 &&
    hopsSummary.mean <= gate.mean &&
    hopsSummary.p99 <= gate.p99 &&
    requestsSummary.mean <= gate.requests;
  console.log(
    `${isWithin ? 'within' : 'BEYOND'} the gate: all found, mean hops ${gate.mean}, p99 ${gate.p99}, requests ${gate.requests}`,
  );
  if (!isWithin) process.exitCode = 1;
}

/** How many contacts a node holds for others. */
function heldBy({ node }: Peer): number | undefined {
  return node.snapshot().collections.find(({ name }) => name === 'held')?.size;
}

/** Median `MEDIAN_MS`, sigma 0.5, as round trips of real networks are spread. */
function lognormal(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return MEDIAN_MS * Math.exp(0.5 * normal);
}
