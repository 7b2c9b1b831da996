// What it costs one node to announce many entities: swept, beside one by one. The real engine on a simulated network; or, for more nodes
// than can be run, the engine's own sweep in front of a model that answers by ideal tables. Exact under its seed.

import { createHash } from 'node:crypto';
import { ENGINE_NODES } from './hops/options.js';
import { CountingTransport } from './lib/counting-transport.js';
import { type Contact, Disgover, memory, SimulatedNetwork, VirtualRuntime } from './lib/disgover.js';
import { IdealTables } from './lib/ideal-tables.js';
import { flag, type Given, integer, refuseGiven, seed } from './lib/parameters.js';
import { digits, printTable } from './lib/report.js';
import { runSwept } from './lib/swept-model.js';
import { UsageError } from './lib/usage-error.js';

/** One way, milliseconds. */
const LATENCY = { min: 5, max: 50 };
/** Entities that are announced one by one, and of which it is looked who holds them. */
const SAMPLE = 100;

/** What `npm run bench -- announce` fails on. */
const GATE = { lookupsARegion: 1.5, recall: 0.99 };

interface Cost {
  readonly requests: number;
  readonly bytes: number;
}

interface Outcome {
  readonly oneByOne: Cost;
  /** How many were. */
  readonly measured: number;
  readonly swept: Cost;
  readonly regions: number;
  readonly lookups: number;
  /** Share of the k closest nodes to an entity that hold it. */
  readonly recall: number;
  /** Share of entities that are found. */
  readonly found: number;
  readonly ms: number;
}

export const flags = {
  model: flag('the sweep of the engine in front of ideal tables, not of nodes'),
  nodes: integer(2, 1_000_000, `at most ${digits(ENGINE_NODES, 0)} without --model (100; model 10,000)`),
  entities: integer(1, 1_000_000, 'that one node announces (2,000; model 100,000)'),
  seed: seed(1),
  k: integer(1, 20, "the engine's option", 20),
  dead: integer(0, 99, 'model only: nodes that do not answer, of a hundred (0)'),
};

export async function run(given: Given<typeof flags>): Promise<void> {
  const { model: isModel, seed, k, dead = 0 } = given;
  const { nodes = isModel ? 10_000 : 100, entities = isModel ? 100_000 : 2_000 } = given;
  if (!isModel) {
    refuseGiven(given, ['dead'], 'in the model only, add --model');
    if (nodes > ENGINE_NODES)
      throw new UsageError(`--nodes: an integer 2..${digits(ENGINE_NODES, 0)} without --model`);
  }
  const outcome = isModel
    ? await runSwept({ nodes, entities, seed, k, deadPercent: dead, sample: SAMPLE }).catch(refuseNoNodes)
    : await inEngine(nodes, entities, seed, k);
  const { oneByOne, measured, swept, regions, lookups, recall, found, ms } = outcome;
  const reached = nodes * (1 - Math.exp((-entities * k) / nodes));
  const list = Object.entries({ nodes, entities, seed, k, dead }).map((pair) => pair.join(' '));
  console.log(`announce / ${isModel ? 'model' : 'engine'} / ${list.join(', ')}`);
  const row = (name: string, { requests, bytes }: Cost, times = 1) => [
    name,
    digits(times * requests, 0),
    digits((times * bytes) / 1e6, 1),
    digits((times * requests) / entities, 2),
  ];
  printTable([
    ['', 'requests', 'MB sent', 'requests an entity'],
    row(`one by one (measured: ${measured} of them)`, oneByOne, entities / measured),
    row('swept', swept),
    ['nodes that hold some of them, about', digits(reached, 0), '', ''],
  ]);
  const each = regions === 0 ? 'too few entities for a sweep' : `${digits(lookups / regions, 2)} a region`;
  console.log(`${regions} regions, ${lookups} lookups: ${each}; ${digits(ms / 1_000, 1)} s of virtual time`);
  console.log(`held by ${digits(100 * recall, 2)} % of their holders; ${digits(100 * found, 2)} % found`);
  const isWithin = lookups <= GATE.lookupsARegion * regions && recall >= GATE.recall && found === 1;
  console.log(
    `${isWithin ? 'within' : 'BEYOND'} the gate: ${GATE.lookupsARegion} lookups a region, ${100 * GATE.recall} % of the holders, all found`,
  );
  if (!isWithin) process.exitCode = 1;
}

function refuseNoNodes(fault: Error & { readonly code?: string }): never {
  if (fault.code !== 'ERR_NO_NODES') throw fault;
  throw new UsageError('--dead: none of the nodes that are asked first is left');
}

async function inEngine(count: number, entities: number, seed: number, k: number): Promise<Outcome> {
  const runtime = new VirtualRuntime({ seed });
  const network = new SimulatedNetwork(runtime, { latencyMs: LATENCY });
  const peers: { readonly node: Disgover; readonly transport: CountingTransport }[] = [];
  const counts = new Map<string, number>();
  const metrics = { increment: (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1) };
  const any = () => peers[runtime.integer(peers.length)] as (typeof peers)[number];

  const start = async (host: string) => {
    const transport = new CountingTransport(memory({ network, host, port: 1 }));
    const seeds: Contact[] = peers.length === 0 ? [] : [any().node.contact];
    const id = Buffer.from(runtime.randomBytes(20)).toString('base64');
    const node = await Disgover.start({ id, transport, runtime, seeds, k, metrics });
    peers.push({ node, transport });
    if (peers.length % 100 === 0) console.error(`${peers.length} nodes`);
    return { node, transport };
  };

  return await runtime.run(
    async () => {
      while (peers.length < count - 2) await start(`node-${peers.length}`);
      const [one, many] = [await start('one'), await start('many')];
      await runtime.sleep(60_000);

      const before = costOf(one.transport);
      for (let i = 0; i < SAMPLE; i++) await one.node.register({});
      const oneByOne = minus(costOf(one.transport), before);

      const ids = Array.from({ length: entities }, (_, i) => Buffer.from(`actor-${i}`).toString('base64'));
      const start0 = costOf(many.transport);
      const startMs = runtime.now();
      await Promise.all(
        ids.map((id, i) => many.node.register({ id, data: { kind: 'worker', shard: i % 64 } })),
      );
      const ms = runtime.now() - startMs;
      const swept = minus(costOf(many.transport), start0);

      const keyed = peers.map((peer) => ({ key: keyOf(peer.node.id), peer }));
      const tables = new IdealTables(keyed, { k, random: () => 0 });
      const stride = Math.max(1, Math.floor(ids.length / SAMPLE));
      const sample = ids.filter((_, i) => i % stride === 0);
      let [holders, holding, found] = [0, 0, 0];
      for (const id of sample) {
        for (const { peer } of tables.holders(keyOf(id))) {
          if (peer.node === many.node) continue;
          holders++;
          // Who holds it need not ask.
          const sent = peer.transport.sent;
          await peer.node.find(id);
          if (peer.transport.sent === sent) holding++;
        }
        if ((await any().node.find(id)) !== undefined) found++;
      }
      await Promise.all(peers.map(({ node }) => node.close()));
      return {
        oneByOne,
        measured: SAMPLE,
        swept,
        regions: counts.get('sweepRegion') ?? 0,
        lookups: counts.get('sweepLookup') ?? 0,
        recall: holders === 0 ? 1 : holding / holders,
        found: found / sample.length,
        ms,
      };
    },
    { maxMs: 86_400_000 },
  );
}

function costOf({ sent, sentBytes }: CountingTransport): Cost {
  return { requests: sent, bytes: sentBytes };
}

function minus(a: Cost, b: Cost): Cost {
  return { requests: a.requests - b.requests, bytes: a.bytes - b.bytes };
}

function keyOf(id: string): Uint8Array {
  return createHash('sha256').update(Buffer.from(id, 'base64')).digest();
}
