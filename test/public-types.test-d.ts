// What must and must not compile. Nothing here runs: `tsc -p .` is the test.

import {
  type Arbiter,
  type ArbiterFunction,
  type Contact,
  type ContactId,
  type ContactInput,
  Disgover,
  DisgoverError,
  type DisgoverEvents,
  type DisgoverOptions,
  type ErrorCode,
  type idOf,
  type LookupTrace,
  parseContactId,
  type Transport,
} from 'disgover';
import { compose } from 'disgover/arbiters/compose';
import { gSet } from 'disgover/arbiters/g-set';
import { lastWriteWins } from 'disgover/arbiters/last-write-wins';
import { union } from 'disgover/arbiters/union';
import { advance, type VectorClock, vectorClock } from 'disgover/arbiters/vector-clock';
import { SimulatedNetwork, VirtualRuntime } from 'disgover/testing';
import { Hub, memory } from 'disgover/transports/memory';
import { tcp } from 'disgover/transports/tcp';

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles when the type is exactly `true`. */
declare function holds<_Claim extends true>(): void;

interface Service {
  readonly url: string;
}

declare const node: Disgover;
declare const id: ContactId;
declare const signal: AbortSignal;

// Data is what the caller says it is, and unknown otherwise.

export async function data(): Promise<void> {
  const found = await node.find<Service>(id);
  holds<Equals<typeof found, Contact<Service> | undefined>>();
  holds<Equals<NonNullable<typeof found>['data'], Service | undefined>>();
  // @ts-expect-error: nobody may know the id
  found.data;
  // @ts-expect-error: a contact may come without data
  found?.data.url;
  // @ts-expect-error: no such property in the data
  found?.data?.host;

  const anything = await node.find(id);
  holds<Equals<NonNullable<typeof anything>['data'], unknown>>();
  // @ts-expect-error: unknown until it is looked at
  anything?.data?.url;

  const registered = await node.register({ id, data: { url: 'http://127.0.0.1' } });
  holds<Equals<typeof registered, Contact<{ url: string }>>>();
  await node.register<Service>({ data: { url: 'http://127.0.0.1' } });
  // @ts-expect-error: not the data that was declared
  await node.register<Service>({ data: { host: '127.0.0.1' } });
}

// Ids: plain strings go in, branded ones come out.

export async function ids(): Promise<void> {
  const contact = await node.register({ id: 'Zg==' });
  holds<Equals<(typeof contact)['id'], ContactId>>();
  holds<Equals<ReturnType<typeof idOf>, ContactId>>();
  await node.find('Zg==');
  await node.find(contact.id);
  const text: string = contact.id;
  // @ts-expect-error: a string is an id only after it was parsed
  const wrong: ContactId = text;
  const right: ContactId = parseContactId(wrong);
  // @ts-expect-error: an id is text
  await node.find(5);
  // @ts-expect-error: bytes become an id by contactIdOfBytes
  await node.find(new Uint8Array([1]));
  // @ts-expect-error: a contact is not an id
  await node.find(contact);
  await node.unregister(right);
}

// A contact as the application writes it, and as it is found.

export async function contacts(found: Contact<Service>): Promise<void> {
  await node.register({});
  await node.register({ id, vectorClock: 3, anything: ['the', 'arbiter', 'wants'] });
  await node.register(found);
  await node.register({ ...found, data: { url: 'http://127.0.0.1' } });
  await node.unregister(found);
  await node.ping(found, { signal });
  await node.register({ id }, { signal });
  node.add({ transport: { type: 'tcp', host: '127.0.0.1', port: 6742 } });
  node.unreachable(found);
  const input: ContactInput = found;
  // @ts-expect-error: what is given may lack its id
  const back: Contact = input;
  // @ts-expect-error: a transport says its type
  await node.register({ id, transport: { host: '127.0.0.1', port: 6742 } });
  // @ts-expect-error: a contact is an object
  await node.register('Zg==');
  // @ts-expect-error: contacts are not changed, but registered anew
  back.data = undefined;
  // @ts-expect-error: the same
  found.id = id;

  const next = advance(found);
  holds<Equals<(typeof next)['vectorClock'], VectorClock>>();
  holds<Equals<(typeof next)['data'], Service | undefined>>();
}

// An arbiter is spread into the options, or written in place, with the type of one's own contacts.

interface Counted extends Contact<Service> {
  readonly count?: number;
}

const counted = (incumbent: Counted | undefined, candidate: Counted): Counted =>
  (incumbent?.count ?? 0) > (candidate.count ?? 0) ? (incumbent as Counted) : candidate;

export function arbiters(transport: Transport): readonly DisgoverOptions[] {
  const own: ArbiterFunction = counted;
  const both: Arbiter = { arbiter: own, arbiterDefaults: (contact) => ({ ...contact, count: 0 }) };
  const composed = compose({ rest: both, fields: { 'data.workers': union({ maxEntries: 8 }) } });
  // @ts-expect-error: an arbiter decides at once
  const late: DisgoverOptions = { transport, arbiter: async (_incumbent, candidate) => candidate };
  // @ts-expect-error: an arbiter returns a contact
  const silent: DisgoverOptions = { transport, arbiter: () => undefined };
  // @ts-expect-error: there may be no incumbent, and then there is none to return
  const rash: DisgoverOptions = { transport, arbiter: (incumbent, _candidate) => incumbent };
  // @ts-expect-error: what counts as one is a contact
  const alien: DisgoverOptions = { transport, arbiter: (_incumbent, candidate: Service) => candidate };
  // @ts-expect-error: an arbiter is called
  const uncalled: DisgoverOptions = { transport, arbiter: vectorClock() };
  // @ts-expect-error: a set has a place in the data
  gSet();
  return [
    { transport, ...vectorClock() },
    { transport, ...lastWriteWins() },
    { transport, ...gSet({ path: 'workers', maxEntries: 8 }) },
    { transport, ...composed },
    { transport, ...both },
    { transport, arbiter: counted },
    { transport, arbiter: (incumbent, candidate) => incumbent ?? candidate },
    { transport, arbiterDefaults: (contact, { now, known }) => ({ ...contact, now, isNew: !known }) },
    late,
    silent,
    rash,
    alien,
    uncalled,
  ];
}

// Options: a transport is needed; what is not an option is not taken.

export async function options(): Promise<void> {
  await Disgover.start({ transport: tcp({ host: '::1', port: 6742, advertise: { host: '10.0.0.7' } }) });
  await Disgover.start({
    transport: [tcp(), memory({ network: new Hub() })],
    seeds: ['tcp://10.0.0.7:6742'],
  });
  await Disgover.start({ transport: tcp(), seeds: [node.contact] }, { signal });
  const runtime = new VirtualRuntime({ seed: 1 });
  await Disgover.start({ transport: memory({ network: new SimulatedNetwork(runtime) }), runtime });
  await Disgover.start({ transport: tcp(), logger: console, metrics: { increment: () => {} } });
  await Disgover.start({ transport: tcp(), dial: { allow: ['10.0.0.0/8'], names: true, ports: [443] } });
  // @ts-expect-error: blocks are text
  await Disgover.start({ transport: tcp(), dial: { deny: [10] } });
  // @ts-expect-error: there is no transport by default
  await Disgover.start({});
  // @ts-expect-error: the factory is called
  await Disgover.start({ transport: tcp });
  // @ts-expect-error: no such option
  await Disgover.start({ transport: tcp(), seds: [] });
  // @ts-expect-error: an address is text, or a contact
  await Disgover.start({ transport: tcp(), seeds: [6742] });
  // @ts-expect-error: ports are numbers
  tcp({ port: '6742' });
  // @ts-expect-error: nodes in memory meet somewhere
  memory({});
  // @ts-expect-error: a node is started, not made
  new Disgover();
}

// Calls and what they give.

export async function calls(): Promise<void> {
  await node.find(id, { signal, fresh: true, agree: 3, paths: 2, timeoutMs: 1_000 });
  // @ts-expect-error: durations say their unit
  await node.find(id, { timeout: 1_000 });
  for await (const step of node.lookup(id, { signal, paths: 2 })) {
    holds<Equals<(typeof step)['type'], 'answered' | 'failed'>>();
    holds<Equals<(typeof step)['code'], ErrorCode | undefined>>();
  }
  const trace: LookupTrace = await node.trace(id);
  holds<Equals<(typeof trace)['end'], 'found' | 'closest' | 'requests'>>();
  holds<Equals<Awaited<ReturnType<Disgover['unregister']>>, boolean>>();
  holds<Equals<Disgover['state'], 'joining' | 'joined' | 'alone' | 'isolated'>>();
  // @ts-expect-error: read only
  node.id = id;
  const disposable: AsyncDisposable = node;
  await disposable[Symbol.asyncDispose]();
}

// Events are a map of names to facts.

export function events(): void {
  const stop: () => void = node.on('conflict', ({ incumbent, candidate, standing }) => {
    holds<Equals<typeof incumbent, Contact>>();
    holds<Equals<typeof candidate, Contact>>();
    holds<Equals<typeof standing, Contact>>();
  });
  node.on('nodeAdded', ({ contact }) => contact.id);
  node.on('state', ({ state }) => state === 'joined');
  node.on('refused', ({ remote, code, detail }) => [remote, code, detail]);
  node.on('arbiterFault', ({ cause }) => holds<Equals<typeof cause, unknown>>());
  // @ts-expect-error: no such event
  node.on('found', () => {});
  // @ts-expect-error: a fact of another event
  node.on('state', ({ contact }) => contact);
  holds<
    Equals<
      keyof DisgoverEvents,
      | 'nodeAdded'
      | 'nodeRemoved'
      | 'state'
      | 'conflict'
      | 'equivocation'
      | 'displaced'
      | 'arbiterFault'
      | 'refused'
      | 'observerError'
    >
  >();
  stop();
}

// Errors are told apart by their code.

export function errors(failure: unknown): void {
  if (!(failure instanceof DisgoverError)) return;
  holds<Equals<(typeof failure)['code'], ErrorCode>>();
  if (failure.code === 'ERR_NO_NODES') return;
  // @ts-expect-error: no such code
  if (failure.code === 'ERR_NO_NODE') return;
}
