// The engine's own sweep and walks, in front of nodes that are nothing but keys and ideal tables.

import { VirtualRuntime } from './disgover.js';
import { IdealTables } from './ideal-tables.js';
import { AbortScope, Alarms, converge, EncodedContact, keyOf, Sweep, Walker } from './internals.js';

export interface SweptModelOptions {
  readonly nodes: number;
  readonly entities: number;
  readonly seed: number;
  readonly k: number;
  /** Nodes that do not answer, of a hundred. */
  readonly deadPercent: number;
  /** Entities of which it is looked who holds them. */
  readonly sample: number;
}

const ANSWER_MS = 50;
const DEADLINE_MS = 1_000;

type FindNode = ConstructorParameters<typeof Sweep>[1]['findNode'];

export async function runSwept({ nodes: count, entities, seed, k, deadPercent, sample }: SweptModelOptions) {
  const runtime = new VirtualRuntime({ seed });
  const alarms = new Alarms(runtime);
  const random = () => runtime.integer(2 ** 31) / 2 ** 31;
  const contactOf = (name: string, host: string, data?: object) =>
    EncodedContact.from({
      id: Buffer.from(name).toString('base64'),
      ...(data && { data }),
      transport: { type: 'memory', host, port: 1 },
    });
  const nodes = Array.from({ length: count }, (_, i) => contactOf(`node-${i}`, `node-${i}`));
  const dead = new Set(nodes.filter(() => 100 * random() < deadPercent));
  const tables = new IdealTables(nodes, { k, random });
  const own = keyOf(Buffer.from(`host of ${seed}`));
  const contacts = new Map(
    Array.from({ length: entities }, (_, i) => {
      const contact = contactOf(`actor-${i}`, 'host', { kind: 'worker', shard: i % 64 });
      return [contact.id, contact] as const;
    }),
  );

  const stride = Math.max(1, Math.floor(entities / sample));
  const holders = new Map(
    [...contacts.keys()].filter((_, i) => i % stride === 0).map((id) => [id, new Set()]),
  );
  const counts = { sweepRegion: 0, sweepLookup: 0 };
  let [requests, bytes] = [0, 0];

  const findNode: FindNode = async (contact, { target, announced = [] }) => {
    requests++;
    for (const told of announced) bytes += told.bytes.length + 2;
    const isDead = dead.has(contact);
    await runtime.sleep(isDead ? DEADLINE_MS : ANSWER_MS);
    if (isDead) throw new Error('no answer');
    for (const { id } of announced) holders.get(id)?.add(contact);
    const key = 'key' in target ? target.key : keyOf(target.id);
    return { type: 'nodes', requestId: 0, contacts: tables.answer(contact, key), conflicts: [] };
  };
  const walker = new Walker({
    k,
    alpha: 3,
    now: () => runtime.now(),
    alarms,
    lateMs: () => 2 * ANSWER_MS,
    isEligible: () => true,
    findNode: (to, query, { signal }) => findNode(to, query, signal),
    findThrough: findNode as never,
    isBridging: () => false,
    bridges: () => [],
    start: (target) => tables.start(own, target),
    rejoin: async () => {},
    networkSize: () => count,
    isAtHand: () => false,
    onWalked: () => {},
    seeds: () => ({ count: 0, fault: undefined }),
  });
  await runtime.run(async () => {
    for (const id of holders.keys()) {
      const own = contacts.get(id) as EncodedContact;
      for await (const _step of converge(walker, { target: { id: own.idBytes }, announced: [own] }));
    }
  });
  const oneByOne = { requests, bytes };
  [requests, bytes] = [0, 0];
  for (const told of holders.values()) told.clear();

  let heard = 0;
  const sweep = new Sweep(
    {
      how: 'announced',
      ids: [...contacts.keys()],
      contactOf: (id) => contacts.get(id),
      onAnswer: () => {},
      onRefused: () => {},
      onSwept: async (ids) => {
        heard += ids.length;
      },
    },
    { walker, alarms, findNode, count: (what) => counts[what]++ },
    new AbortScope(),
  );
  const startMs = runtime.now();
  await runtime.run(sweep.run(), { maxMs: 86_400_000 });
  const ms = runtime.now() - startMs;

  let [wanted, holding] = [0, 0];
  for (const [id, told] of holders) {
    const key = (contacts.get(id) as EncodedContact).key;
    for (const node of tables.holders(key)) {
      if (dead.has(node)) continue;
      wanted++;
      if (told.has(node)) holding++;
    }
  }
  return {
    oneByOne,
    measured: holders.size,
    swept: { requests, bytes },
    regions: counts.sweepRegion,
    lookups: counts.sweepLookup,
    recall: wanted === 0 ? 1 : holding / wanted,
    found: heard / entities,
    ms,
  };
}
