// Liars in a group whose contacts are signed: members in good standing, who announce, withdraw and answer whatever they like.

import { expect } from 'chai';
import { gSet } from '../../arbiters/g-set.js';
import { lastWriteWins } from '../../arbiters/last-write-wins.js';
import { signed } from '../../arbiters/signed.js';
import type { Arbiter } from '../../src/contracts/arbiter.js';
import type { Contact } from '../../src/contracts/contact.js';
import type { Transport, TransportInfo } from '../../src/contracts/transport.js';
import { Engine } from '../../src/engine.js';
import { DisgoverError } from '../../src/errors.js';
import { Identity } from '../../src/identity/identity.js';
import type { Disgover } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { resolveOptions } from '../../src/options.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { memory } from '../../transports/memory/index.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';
import { addressOf, SimulatedNodes } from '../support/simulated-nodes.js';

const MINUTE = 60_000;
const ATTACKS = 10_000;
const HONEST = 10;
const LIARS = 3;

type Mutable = Record<string, unknown> & { id: string };

class World extends SimulatedNodes {
  readonly honest: Disgover[] = [];
  readonly liars: Engine[] = [];

  identity(): Identity {
    return new Identity(this.runtime.randomBytes(32));
  }

  async startHonest(name: string, arbiter: Arbiter = signed()): Promise<Disgover> {
    const seeds = this.honest.length === 0 ? [] : ['honest-0'];
    // An identity instead of the id that these nodes have elsewhere.
    const options = { ...arbiter, identity: this.identity(), requireIdentity: true };
    const node = await this.start(name, seeds, { id: options.identity.id, ...options });
    this.honest.push(node);
    return node;
  }

  /** A member that does not check what it is told, and says what it is made to. */
  async startLiar(name: string, claimed?: TransportInfo): Promise<Engine> {
    const own = memory({ network: this.network, host: name, port: 1 });
    const transport: Transport = {
      name: own.name,
      listen: async (onLink) => claimed ?? (await own.listen(onLink)),
      dial: (info, options) => own.dial(info, options),
      close: () => own.close(),
    };
    const { runtime } = this;
    const identity = this.identity();
    const liar = new Engine(resolveOptions({ transport, runtime, identity, seeds: [addressOf('honest-0')] }));
    await liar.listen();
    await liar.bootstrap.start();
    this.liars.push(liar);
    return liar;
  }

  async startAll(honest = HONEST, liars = LIARS): Promise<void> {
    for (let i = 0; i < honest; i++) await this.startHonest(`honest-${i}`);
    for (let i = 0; i < liars; i++) await this.startLiar(`liar-${i}`);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.runtime.integer(items.length)] as Item;
  }

  /** What the holder answers to a liar that announces or withdraws: a code, or its own contact of the id. */
  async tell(
    holder: Disgover,
    what: 'announced' | 'withdrawn',
    contact: EncodedContact,
    liar = this.pick(this.liars),
  ): Promise<string | Contact | undefined> {
    try {
      const target = { id: contact.idBytes };
      const nodes = await liar.client.findNode(EncodedContact.from(holder.contact), {
        target,
        [what]: [contact],
      });
      return nodes.exact?.contact.contact;
    } catch (fault) {
      if (fault instanceof DisgoverError) return fault.code;
      throw fault;
    }
  }

  /** For scenarios that last longer than an hour. */
  async runFor(maxMs: number, scenario: () => Promise<void>): Promise<void> {
    try {
      await this.runtime.run(scenario, { maxMs });
    } finally {
      await this.runtime.run(this.close());
    }
  }

  override async close(): Promise<void> {
    await Promise.all(this.liars.map((liar) => liar.close()));
    await super.close();
  }
}

/** Everything that a liar has seen of an entity. */
interface Seen {
  readonly id: string;
  /** As it is now; absent when it has been withdrawn. */
  readonly live: Contact | undefined;
  readonly old: readonly Contact[];
  readonly withdrawal: Contact | undefined;
}

function signedBy(identity: Identity, { id, transport }: Contact, isWithdrawal: boolean): Contact {
  const context = { now: 2 ** 52, known: undefined, identity, isWithdrawal };
  return signed().arbiterDefaults({ id, transport, data: 'lie' } as Contact, context);
}

/** Each makes of contacts that were seen one that nobody has signed so, or that is no longer so. */
const lies: Record<
  string,
  (world: World, seen: Seen, other: Seen, liar: Identity) => EncodedContact | Contact
> = {
  'a bit flipped anywhere': (world, { old }) => {
    const bytes = EncodedContact.from({ ...old.at(-1) }).bytes.slice();
    const at = world.runtime.integer(bytes.length - 1) + 1;
    bytes[at] = (bytes[at] as number) ^ (1 << world.runtime.integer(8));
    return EncodedContact.ofBytes(bytes);
  },
  'a field changed': (world, { old }) => {
    const changed: Mutable = { ...(old.at(-1) as Contact) };
    const field = world.pick(Object.keys(changed).filter((name) => name !== 'id'));
    const value = changed[field];
    if (typeof value === 'number') changed[field] = value + 1;
    else if (typeof value === 'string') {
      const bytes = Buffer.from(value, 'base64');
      const at = world.runtime.integer(bytes.length);
      bytes[at] = (bytes[at] as number) ^ 0x10;
      changed[field] = bytes.toString('base64');
    } else changed[field] = { type: 'memory', host: 'liar-0', port: 1 };
    return changed as Contact;
  },
  'a field left out': (world, { old }) => {
    const changed: Mutable = { ...(old.at(-1) as Contact) };
    delete changed[world.pick(Object.keys(changed).filter((name) => name !== 'id'))];
    return changed as Contact;
  },
  'a field put in': (_, { old }) => ({ ...(old.at(-1) as Contact), extra: true }),
  'its transport': (_, { old }) => ({
    ...(old.at(-1) as Contact),
    transport: { type: 'memory', host: 'liar-1', port: 1 },
  }),
  'a greater seq, unsigned': (_, { old }) => ({ ...(old.at(-1) as Contact), seq: Number.MAX_SAFE_INTEGER }),
  'the signature of another': (_, { old }, other) => ({
    ...(old.at(-1) as Contact),
    signature: other.old.at(-1)?.signature,
  }),
  'the id of another': (_, { old }, other) => ({ ...(old.at(-1) as Contact), id: other.id }) as Contact,
  'the key of the liar, and the signature of the owner': (_, { old }, __, liar) => ({
    ...(old.at(-1) as Contact),
    key: Buffer.from(liar.publicKey).toString('base64'),
  }),
  'all of it signed by the liar': (_, { old }, __, liar) => signedBy(liar, old.at(-1) as Contact, false),
  'a withdrawal signed by the liar': (_, { old }, __, liar) => signedBy(liar, old.at(-1) as Contact, true),
  'withdrawn, which it is not': (_, { old }) => ({ ...(old.at(-1) as Contact), withdrawn: true }),
  'what it was before': (world, { old }) => world.pick(old.slice(0, -1)),
  'its last withdrawal': (_, { withdrawal, old }) => withdrawal ?? (old[0] as Contact),
  'what it is, or was last': (_, { old }) => old.at(-1) as Contact,
};

describe('liars in a signed group', function () {
  this.timeout(120_000);

  it(`change nothing with ${ATTACKS} forged, altered and replayed contacts, at any holder`, async () => {
    const world = new World(11, {}, { latencyMs: 2 });
    await world.run(async () => {
      await world.startAll();
      const liar = world.identity();
      const seen: Seen[] = [];
      for (let i = 0; i < 60; i++) {
        const host = world.honest[i % HONEST] as Disgover;
        const input = i % 3 === 0 ? { data: i } : { id: idOf(`entity ${i}`), data: i };
        const first = await host.register(input);
        const second = await host.register({ id: first.id, data: -i });
        const old = [first, second];
        let withdrawal: Contact | undefined;
        if (i % 4 === 1) {
          await host.unregister(first.id);
          const holder = world.liars[0] as Engine;
          withdrawal = holder.contacts.held.tombstone(first.id)?.contact as Contact;
          expect(withdrawal).to.include({ withdrawn: true });
          if (i % 8 === 1) old.push(await host.register({ id: first.id, data: i }));
        }
        const isLive = i % 8 !== 5;
        seen.push({ id: first.id, old, withdrawal, live: isLive ? old.at(-1) : undefined });
      }
      const kinds = Object.entries(lies);
      const answers = new Map<string, number>();
      const attack = async (i: number): Promise<void> => {
        const [kind, lie] = kinds[i % kinds.length] as (typeof kinds)[number];
        const [victim, other] = [world.pick(seen), world.pick(seen)];
        if (victim === other && kind.includes('another')) return;
        const made = lie(world, victim, other, liar);
        const encoded = made instanceof EncodedContact ? made : EncodedContact.from({ ...made });
        const what = Math.floor(i / kinds.length) % 2 === 0 ? 'announced' : 'withdrawn';
        // A withdrawal that is still in force is no lie.
        if (what === 'withdrawn' && victim.live === undefined && kind === 'its last withdrawal') return;
        const answer = await world.tell(world.pick(world.honest), what, encoded);
        const isHonest = typeof answer !== 'string';
        // Nothing is said to who repeats what is true.
        if (isHonest) expect(answer, kind).to.deep.equal(seen.find(({ id }) => id === encoded.id)?.live);
        answers.set(isHonest ? 'repeated' : answer, (answers.get(isHonest ? 'repeated' : answer) ?? 0) + 1);
      };
      const BATCH = 50;
      for (let i = 0; i < ATTACKS; i += BATCH) {
        await Promise.all(Array.from({ length: BATCH }, (_, j) => attack(i + j)));
        const { id, live } = world.pick(seen);
        expect(await world.pick(world.honest).find(id, { fresh: true })).to.deep.equal(live);
        // Slowly enough for all of it to be checked.
        await world.runtime.sleep(100);
      }
      for (const { id, live } of seen) {
        for (const node of world.honest) expect(await node.find(id)).to.deep.equal(live);
      }
      expect([...answers.keys()]).to.include.members([
        'ERR_BAD_SIGNATURE',
        'ERR_ID_KEY_MISMATCH',
        'ERR_STALE_SEQ',
      ]);
      expect(answers.get('ERR_RATE_LIMITED') ?? 0).to.be.below(ATTACKS / 50);
    });
  });

  it('are not heard when they answer a find with what they have made up', async () => {
    const world = new World(16, {}, { latencyMs: 2 });
    await world.run(async () => {
      await world.startAll(8, 8);
      const [host, finder] = world.honest as [Disgover, Disgover];
      const genuine = await host.register({ id: idOf('bank'), data: 'genuine' });
      const old = genuine;
      const now = await host.register({ id: idOf('bank'), data: 'newer' });
      const made = [
        { ...now, data: 'lie' },
        { ...now, transport: { type: 'memory', host: 'liar-0', port: 1 } },
        old,
        { id: now.id, data: 'lie' },
      ];
      for (const [i, liar] of world.liars.entries()) {
        const lie = EncodedContact.from({ ...(made[i % made.length] as Contact) });
        liar.contacts.registrations.set(lie, lie, Number.POSITIVE_INFINITY);
        expect(liar.contacts.exact(now.id)?.contact.equals(lie)).to.equal(true);
      }
      const refused: string[] = [];
      finder.on('refused', ({ code }) => refused.push(code));
      for (const node of world.honest) {
        expect(await node.find(now.id, { fresh: true })).to.deep.equal(now);
        expect(await node.find(now.id, { agree: 6 })).to.deep.equal(now);
      }
      // Asked directly, too.
      const address = (world.liars[0] as Engine).self.contact.contact.transport as never;
      const atLiar = { ...(made[0] as Contact), transport: address };
      await expectCode(finder.ping(atLiar), 'ERR_BAD_SIGNATURE');
      expect(refused).to.include.members(['BAD_SIGNATURE', 'STALE_SEQ']);
    });
  });

  it('do not bring back what has expired, nor keep alive what its host no longer announces', async () => {
    const world = new World(13, {}, { latencyMs: 2 });
    await world.runFor(4 * limits.registrationMs, async () => {
      await world.startAll(8, 2);
      const contact = await (world.honest[7] as Disgover).register({ id: idOf('zombie'), data: 1 });
      world.network.crash('honest-7');
      const holders = world.honest.slice(0, 7);
      const encoded = EncodedContact.from({ ...contact });
      for (let minutes = 0; minutes < 80; minutes += 10) {
        await world.runtime.sleep(10 * MINUTE);
        for (const holder of holders) {
          const answer = await world.tell(holder, 'announced', encoded);
          const isHeld = (minutes + 10) * MINUTE < limits.registrationMs;
          if (isHeld) expect(answer).to.deep.equal(contact);
          else if (minutes > 60) expect(answer).to.equal('ERR_STALE_SEQ');
        }
      }
      for (const holder of holders) expect(await holder.find(contact.id)).to.equal(undefined);
    });
  });

  it('do not become the host by saying that they are where it was', async () => {
    const world = new World(16, {}, { latencyMs: 2 });
    await world.runFor(4 * limits.registrationMs, async () => {
      await world.startAll(4, 0);
      const host = world.honest[3] as Disgover;
      const contact = await host.register({ id: idOf('zombie') });
      world.network.crash('honest-3');
      const liar = await world.startLiar('liar-0', contact.transport as TransportInfo);
      expect(liar.self.contact.contact.transport).to.deep.equal(contact.transport);
      await world.runtime.sleep(limits.registrationMs + MINUTE);
      for (const holder of world.honest.slice(0, 3)) {
        const answer = await world.tell(holder, 'announced', EncodedContact.from({ ...contact }), liar);
        expect(answer).to.equal('ERR_STALE_SEQ');
      }
    });
  });
});

describe('a signed group', function () {
  this.timeout(60_000);

  const arbiters: Record<string, () => Required<Arbiter>> = {
    vectorClock: () => signed(),
    lastWriteWins: () => signed({ inner: lastWriteWins() }),
    gSet: () => signed({ inner: gSet({ path: 'nodes' }) }),
    'an arbiter of its own': () =>
      signed({
        inner: {
          arbiter: (incumbent, candidate) => ({ ...(incumbent ?? candidate), ...candidate }),
          arbiterDefaults: (contact) => contact,
        },
      }),
  };
  for (const [name, arbiter] of Object.entries(arbiters)) {
    it(`changes, withdraws and registers again by the rules of ${name}, for everybody`, async () => {
      const world = new World(21, {}, { latencyMs: 2 });
      await world.run(async () => {
        for (let i = 0; i < 6; i++) await world.startHonest(`honest-${i}`, arbiter());
        const conflicts: unknown[] = [];
        for (const node of world.honest) node.on('equivocation', (event) => conflicts.push(event));
        const host = world.honest[2] as Disgover;
        const id = idOf('entity');
        const everybodyFinds = async (data: unknown) => {
          for (const node of world.honest)
            expect((await node.find(id, { fresh: true }))?.data).to.deep.equal(data);
        };
        for (const round of ['a', 'b', 'c']) {
          await host.register({ id, data: { nodes: { [round]: 1 } } });
          await everybodyFinds({ nodes: { [round]: 1 } });
          const next = await host.register({ id, data: { nodes: { [round]: 2, more: 1 } } });
          await everybodyFinds({ nodes: { [round]: 2, more: 1 } });
          expect(await host.unregister(round === 'b' ? id : next)).to.equal(true);
          await everybodyFinds(undefined);
        }
        expect(conflicts).to.deep.equal([]);
      });
    });
  }

  it('fills in ids of 24 bytes, and lets nobody sign for those of 20 but their key', async () => {
    const world = new World(25, {}, { latencyMs: 2 });
    await world.run(async () => {
      const host = await world.startHonest('honest-0');
      const { id } = await host.register({ data: 1 });
      expect(Buffer.from(id, 'base64')).to.have.length(24);
      const ofAnother = host.register({ id: world.identity().id });
      await expectCode(ofAnother, 'ERR_ID_KEY_MISMATCH');
    });
  });

  for (const isDialOnly of [false, true]) {
    it(`finds what a host ${isDialOnly ? 'that nobody can dial ' : ''}has registered for as long as it runs`, async () => {
      const world = new World(27, {}, { latencyMs: 2 });
      await world.runFor(6 * limits.registrationMs, async () => {
        for (let i = 0; i < 6; i++) await world.startHonest(`honest-${i}`);
        const options = { ...signed(), requireIdentity: true, listen: !isDialOnly };
        const identity = world.identity();
        const host = await world.start('host', ['honest-0'], { id: identity.id, identity, ...options });
        const { id } = await host.register({ id: idOf('entity'), data: 1 });
        for (let hours = 0; hours < 3; hours++) {
          await world.runtime.sleep(limits.registrationMs);
          for (const node of world.honest) expect((await node.find(id, { fresh: true }))?.data).to.equal(1);
        }
        await host.unregister(id);
        for (const node of world.honest) expect(await node.find(id, { fresh: true })).to.equal(undefined);
        await host.register({ id, data: 2 });
        world.network.crash('host');
        await world.runtime.sleep(limits.registrationMs + MINUTE);
        for (const node of world.honest) expect(await node.find(id, { fresh: true })).to.equal(undefined);
      });
    });
  }

  it('does not start without a key to sign with', async () => {
    const world = new World(26);
    await world.run(async () => {
      await expectCode(world.start('keyless', [], { id: idOf('keyless'), ...signed() }), 'ERR_KEY_REQUIRED');
    });
  });

  it('leaves a name to who had it first, until it has expired', async () => {
    const world = new World(22, { k: 4 }, { latencyMs: 2 });
    await world.runFor(4 * limits.registrationMs, async () => {
      for (let i = 0; i < 16; i++) await world.startHonest(`honest-${i}`);
      // Until all know who is closest: what is announced before may stay with who no longer is.
      await world.runtime.sleep(MINUTE);
      const [host, ...others] = world.honest as [Disgover, ...Disgover[]];
      const id = idOf('name');
      const first = await host.register({ id, data: 'first' });
      const holds = (node: Disgover) =>
        node.snapshot().collections.some(({ name, size }) => name === 'held' && size > 0);
      const [taker, finder] = others.filter((node) => !holds(node)) as [Disgover, Disgover];
      const conflicts: Contact[] = [];
      taker.on('conflict', ({ candidate, incumbent }) => conflicts.push(incumbent, candidate));
      await taker.register({ id, data: 'second' });
      expect(conflicts.map(({ data }) => data)).to.include('first');
      for (const node of others) if (node !== taker) expect(await node.find(id)).to.deep.equal(first);
      world.network.crash('honest-0');
      await world.runtime.sleep(2 * limits.registrationMs);
      expect((await finder.find(id, { fresh: true }))?.data).to.equal('second');
    });
  });

  it('keeps what a host that moved leaves behind from ending what it moved to, under one key', async () => {
    const world = new World(23, {}, { latencyMs: 2 });
    await world.run(async () => {
      for (let i = 0; i < 4; i++) await world.startHonest(`other-${i}`.replace('other-0', 'honest-0'));
      const identity = world.identity();
      const [old, next] = [
        await world.startHonest('old', signed({ identity })),
        await world.startHonest('next', signed({ identity })),
      ];
      const id = idOf('actor');
      await old.register({ id, data: 'here' });
      await next.find(id);
      await world.runtime.sleep(MINUTE);
      const moved = await next.register({ id, data: 'there' });
      await world.runtime.sleep(MINUTE);
      await old.unregister(id);
      for (const node of world.honest) expect(await node.find(id, { fresh: true })).to.deep.equal(moved);
    });
  });

  it('lets an owner go on whose clock was set back', async () => {
    const world = new World(24, { k: 3 }, { latencyMs: 2 });
    await world.run(async () => {
      for (let i = 0; i < 12; i++) await world.startHonest(`honest-${i}`);
      const identity = world.identity();
      const ahead = signed({ identity });
      const before = await world.startHonest('before', {
        ...ahead,
        arbiterDefaults: (contact, context) =>
          ahead.arbiterDefaults(contact, { ...context, now: context.now + 60 * MINUTE }),
      });
      const id = idOf('entity');
      const { seq } = await before.register({ id, data: 'before' });
      world.network.crash('before');
      const after = await world.startHonest('after', signed({ identity }));
      const registered = await after.register({ id, data: 'after' });
      expect(registered).to.include({ data: 'after', seq: (seq as number) + 1 });
      for (const node of world.honest.slice(0, 12)) expect((await node.find(id))?.data).to.equal('after');
    });
  });
});
