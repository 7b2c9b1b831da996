// A peer written from docs/PROTOCOL.md alone, as a member among real nodes: what it needs is in that page, or the page is wrong.

import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import {
  type Contact,
  type ContactId,
  Disgover,
  type DisgoverOptions,
  parseContactId,
} from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';
import { idOf } from '../support/ids.js';
import { RawKeys } from '../support/raw-keys.js';
import {
  keyOfId,
  type NodesFields,
  type RawContact,
  RawListener,
  type RawPeer,
  type RawProofs,
} from '../support/raw-peer.js';

type Address = { readonly type: string; readonly host: string; readonly port: number };

const k = 20;

function addressOf({ transport }: RawContact | Contact): Address {
  return (Array.isArray(transport) ? transport[0] : transport) as Address;
}

/** Sorts by distance to a key, closest first: byte for byte, as the page says. */
function byDistance(target: Buffer) {
  const distance = ({ id }: RawContact) => keyOfId(id).map((byte, i) => byte ^ (target[i] as number));
  return (a: RawContact, b: RawContact) => Buffer.compare(distance(a), distance(b));
}

/** A member: a table, what it holds for others, and the walk. */
class Member {
  readonly listener: RawListener;
  readonly #table = new Map<string, RawContact>();
  readonly #held = new Map<string, RawContact>();
  readonly #sessions = new Map<string, RawPeer>();

  constructor(listener: RawListener) {
    this.listener = listener;
    listener.serve(this.#answers);
  }

  get contact(): RawContact {
    return this.listener.contact;
  }

  get knows(): readonly string[] {
    return [...this.#table.keys()];
  }

  get holds(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** §9.1: dials an address, without an id, and walks to its own key. */
  async join(seed: Address): Promise<void> {
    const peer = await this.listener.dial(seed, this.#answers);
    const hello = peer.received.find(({ type }) => type === 'hello') as { contact: RawContact } | undefined;
    if (hello === undefined) throw new Error('no HELLO');
    this.#sessions.set(hello.contact.id, peer);
    this.#table.set(hello.contact.id, hello.contact);
    await this.walk({ key: keyOfId(this.contact.id) });
  }

  /** §9.3: to the 20 closest that answer; stops at `exact`. */
  async walk(
    target: { readonly id: string } | { readonly key: Buffer },
    announced: readonly RawContact[] = [],
  ): Promise<{ readonly exact: RawContact | undefined; readonly closest: readonly RawContact[] }> {
    const order = byDistance('id' in target ? keyOfId(target.id) : target.key);
    const heard = new Map(this.#table);
    const answered = new Set<string>();
    for (;;) {
      const closest = [...heard.values()].sort(order).slice(0, k);
      const next = closest.find(({ id }) => !answered.has(id));
      if (next === undefined) return { exact: undefined, closest };
      const session = await this.#session(next);
      const { exact, contacts } = await session.found({ target, announced });
      answered.add(next.id);
      this.#table.set(next.id, next);
      for (const contact of contacts)
        if (contact.id !== this.contact.id && !heard.has(contact.id)) heard.set(contact.id, contact);
      if (exact !== undefined && announced.length === 0) return { exact: exact.contact, closest };
    }
  }

  /** §9.4: announces with its own address. */
  async register(contact: RawContact): Promise<void> {
    const hosted = { ...contact, transport: this.contact.transport };
    this.#held.set(contact.id, hosted);
    await this.walk({ id: contact.id }, [hosted]);
  }

  async close(): Promise<void> {
    for (const peer of this.#sessions.values()) peer.close();
    await this.listener.close();
  }

  async #session(contact: RawContact): Promise<RawPeer> {
    const open = this.#sessions.get(contact.id);
    if (open !== undefined && !open.isEnded) return open;
    const peer = await this.listener.dial(addressOf(contact), this.#answers);
    this.#sessions.set(contact.id, peer);
    return peer;
  }

  /** §9.5, without an arbiter: what comes last stands. */
  readonly #answers = {
    ping: ({ id }: { readonly id: string }): RawContact | undefined =>
      id === this.contact.id ? this.contact : this.#held.get(id),
    findNode: (asked: {
      readonly target: { readonly id: string } | { readonly key: Buffer };
      readonly announced: readonly RawContact[];
      readonly withdrawn: readonly RawContact[];
    }): NodesFields => {
      const { target } = asked;
      for (const { id } of asked.withdrawn) this.#held.delete(id);
      for (const contact of asked.announced) this.#held.set(contact.id, contact);
      const exact =
        'id' in target && (target.id === this.contact.id ? this.contact : this.#held.get(target.id));
      return {
        ...(exact && { exact: { contact: exact, ttlSeconds: 3_600 } }),
        contacts: [...this.#table.values()]
          .sort(byDistance('id' in target ? keyOfId(target.id) : target.key))
          .slice(0, k),
      };
    },
  };
}

interface Group {
  readonly name: string;
  /** Of the node with that number. */
  readonly options: (i: number) => Partial<DisgoverOptions>;
  readonly proofs: RawProofs;
  readonly memberId: ContactId;
}

const keys = new RawKeys();
const secret = randomBytes(32);
const groups: readonly Group[] = [
  {
    name: 'where nobody proves anything',
    options: (i) => ({ id: idOf(`node ${i}`) }),
    proofs: {},
    memberId: idOf('member'),
  },
  { name: 'where nodes have keys', options: () => ({}), proofs: { keys }, memberId: parseContactId(keys.id) },
  {
    name: 'where all prove a key and the secret',
    options: () => ({ requireIdentity: true, secret }),
    proofs: { keys, secret },
    memberId: parseContactId(keys.id),
  },
];

for (const { name, options, proofs, memberId } of groups)
  describe(`a peer written from the protocol alone, in a group ${name}`, function () {
    this.timeout(30_000);
    const nodes: Disgover[] = [];
    let member: Member;

    before(async () => {
      for (let i = 0; i < 6; i++) {
        const seeds = nodes.slice(0, 1).map(({ contact }) => addressOf(contact)) as Address[];
        nodes.push(
          await Disgover.start({
            ...options(i),
            transport: tcp(),
            seeds: seeds.map(({ host, port }) => `tcp://${host}:${port}`),
          }),
        );
      }
      member = new Member(await RawListener.listen({ id: memberId }, 0, proofs));
    });

    after(async () => {
      await member.close();
      await Promise.all(nodes.map((node) => node.close()));
    });

    const known = (node: Disgover) => node.snapshot().nodes.map(({ id }) => id);

    /** Waits for a fact about tables, which fill behind the answers. */
    const until = async (fact: () => boolean) => {
      for (const start = performance.now(); !fact(); ) {
        if (performance.now() - start > 5_000) throw new Error(`never came true: ${fact}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };

    it('joins by an address, and gets to know all', async () => {
      await member.join(addressOf((nodes[0] as Disgover).contact));
      expect(member.knows).to.have.members(nodes.map(({ id }) => id));
    });

    it('is in the tables of all, as it says that it is', async () => {
      await until(() => nodes.every((node) => known(node).includes(memberId)));
      for (const node of nodes) {
        expect(node.snapshot().nodes).to.deep.include(member.contact);
        expect(await node.ping(member.contact as Contact)).to.deep.include({ id: member.contact.id });
      }
    });

    it('is named to others, and found under its id', async () => {
      const late = await Disgover.start({
        transport: tcp(),
        seeds: [(nodes[3] as Disgover).contact],
        ...options(6),
      });
      nodes.push(late);
      await until(() => known(late).includes(memberId));
      expect(await late.find(member.contact.id)).to.deep.equal(member.contact);
    });

    it('announces an entity, which all nodes find and ping', async () => {
      await member.register({ id: idOf('entity of the member'), data: { by: 'hand' }, vectorClock: 3 });
      for (const node of nodes) {
        const found = await node.find(idOf('entity of the member'));
        expect(found).to.deep.include({ data: { by: 'hand' }, vectorClock: 3 });
        expect(await node.ping(found as Contact)).to.deep.equal(found);
      }
    });

    it('finds an entity that is registered at a node, by walking', async () => {
      await nodes[5]?.register({ id: idOf('entity of a node'), data: 'found' });
      const { exact } = await member.walk({ id: idOf('entity of a node') });
      expect(exact).to.deep.include({ data: 'found', transport: nodes[5]?.contact.transport });
    });

    it('holds what nodes announce to it, until they withdraw it', async () => {
      const node = nodes[2] as Disgover;
      await node.register({ id: idOf('brief') });
      expect(member.holds).to.include(idOf('brief'));
      expect(await node.unregister(idOf('brief'))).to.equal(true);
      expect(member.holds).not.to.include(idOf('brief'));
      expect((await member.walk({ id: idOf('brief') })).exact).to.equal(undefined);
    });

    it('learns that nobody has an id', async () => {
      const { exact, closest } = await member.walk({ id: idOf('nobody') });
      expect(exact).to.equal(undefined);
      expect(closest).to.have.lengthOf(nodes.length);
    });

    it('leaves, and is forgotten when it is asked', async () => {
      const node = nodes[0] as Disgover;
      await member.close();
      for (let i = 0; i < 3; i++) await node.find(idOf(`after ${i}`));
      await until(() => !known(node).includes(memberId));
      expect(await node.find(idOf('entity of a node'))).to.deep.include({ data: 'found' });
    });
  });
