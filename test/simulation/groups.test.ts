import { expect } from 'chai';
import { Identity, type SecretRing } from '../../src/index.js';
import { idOf } from '../support/ids.js';
import { type NodeOptions, SimulatedNodes } from '../support/simulated-nodes.js';

const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
const [A, B] = [secretOf(0xa), secretOf(0xb)];
/** Options as users give them, who name no id: the node makes its keys itself. */
const BY_KEY = { id: undefined } as unknown as NodeOptions;

interface Side {
  readonly name: string;
  readonly options: NodeOptions;
}

const CHURN_MS = 10 * 60_000;
const NODES = 6;

/** Two groups that are told of each other's nodes as seeds, and share an address where first one, then the other listens. */
class TwoGroups {
  readonly nodes: SimulatedNodes;
  readonly sides: readonly [Side, Side];
  /** The names of hosts of a side that run now. */
  readonly running: readonly [Set<string>, Set<string>] = [new Set(), new Set()];
  /** Ids of all nodes and entities that were ever of a side. */
  readonly ids: readonly [Set<string>, Set<string>] = [new Set(), new Set()];
  readonly refused = new Map<string, number>();
  readonly faults: string[] = [];
  found = 0;
  #started = 0;
  #registered = 0;

  constructor(seed: number, sides: readonly [Side, Side]) {
    this.nodes = new SimulatedNodes(seed, BY_KEY, { latencyMs: { min: 5, max: 50 } });
    this.sides = sides;
  }

  get runtime() {
    return this.nodes.runtime;
  }

  async start(side: 0 | 1, host = `${this.sides[side].name}-${this.#started++}`): Promise<void> {
    const node = await this.nodes.start(host, this.seeds(), this.sides[side].options);
    node.on('refused', ({ code }) => this.refused.set(code, (this.refused.get(code) ?? 0) + 1));
    this.running[side].add(host);
    this.ids[side].add(node.id);
  }

  /** The shared address, and nodes of both. */
  seeds(): string[] {
    return ['shared', ...this.running.flatMap((hosts) => [...hosts].slice(0, 3))];
  }

  async stop(side: 0 | 1, host: string): Promise<void> {
    const node = this.nodes.get(host);
    this.running[side].delete(host);
    this.nodes.byName.delete(host);
    if (this.runtime.random() < 0.5) this.nodes.network.crash(host);
    await node.close();
    this.nodes.network.restart(host);
  }

  any(side: 0 | 1): string {
    const hosts = [...this.running[side]];
    return hosts[this.runtime.integer(hosts.length)] as string;
  }

  /** Something happens to a side. */
  async step(side: 0 | 1): Promise<void> {
    const chance = this.runtime.random();
    if (chance < 0.15 && this.running[side].size < NODES + 2) await this.start(side);
    else if (chance < 0.3 && this.running[side].size > NODES - 2) await this.stop(side, this.any(side));
    else if (chance < 0.6) {
      // Ids that both sides use, now and then.
      const id = idOf(`entity ${this.#registered++ % 40}`);
      await this.nodes.get(this.any(side)).register({ id, data: side });
    } else {
      await this.find(side, this.any(side), idOf(`entity ${this.runtime.integer(40)}`));
      const [other] = [...this.ids[(1 - side) as 0 | 1]].slice(-1);
      await this.find(side, this.any(side), other as string);
    }
  }

  /** Whatever is found is of the side that looks for it. */
  async find(side: 0 | 1, host: string, id: string): Promise<void> {
    try {
      const found = await this.nodes.get(host).find(id);
      if (found === undefined) return;
      this.found++;
      if (found.data !== side && !this.ids[side].has(found.id)) this.faults.push(`${host} found ${id}`);
    } catch (fault) {
      if ((fault as { code?: string }).code !== 'ERR_NO_NODES') throw fault;
    }
  }

  /** Looks through all that every node knows. */
  check(): void {
    for (const side of [0, 1] as const) {
      for (const host of this.running[side]) {
        for (const { id } of this.nodes.get(host).snapshot().nodes)
          if (!this.ids[side].has(id)) this.faults.push(`${host} knows ${id}`);
      }
    }
  }

  /** Asks every node for every id there was: what it holds and has cached answers, too. */
  async findAll(): Promise<void> {
    for (const side of [0, 1] as const) {
      for (const host of this.running[side]) {
        for (const id of this.ids[(1 - side) as 0 | 1]) await this.find(side, host, id);
        for (let i = 0; i < 40; i++) await this.find(side, host, idOf(`entity ${i}`));
      }
    }
  }
}

describe('two groups that meet at one seed address', function () {
  this.timeout(60_000);

  const pairs: readonly [string, readonly [Side, Side], readonly string[]][] = [
    [
      'of different names',
      [
        { name: 'red', options: { group: 'red' } },
        { name: 'blue', options: { group: 'blue' } },
      ],
      ['GROUP_MISMATCH'],
    ],
    [
      'of one name and different secrets',
      [
        { name: 'red', options: { secret: A } },
        { name: 'blue', options: { secret: B } },
      ],
      ['BAD_SECRET'],
    ],
    [
      'of one name, one with a secret and one without',
      [
        { name: 'red', options: { secret: A } },
        { name: 'blue', options: {} },
      ],
      ['BAD_SECRET'],
    ],
  ];
  for (const [what, sides, codes] of pairs) {
    it(`stay apart through 10 minutes of churn: ${what}`, async () => {
      const groups = new TwoGroups(7, sides);
      const { nodes, runtime, faults } = groups;
      await nodes.run(async () => {
        await groups.start(0, 'shared');
        for (let i = 0; i < NODES; i++) for (const side of [0, 1] as const) await groups.start(side);
        let owner: 0 | 1 = 0;
        for (const endMs = runtime.now() + CHURN_MS; runtime.now() < endMs; ) {
          await runtime.sleep(1_000 + runtime.integer(2_000));
          for (const side of [0, 1] as const) await groups.step(side);
          groups.check();
          // Every minute the shared address has another owner.
          const now: 0 | 1 = Math.floor((endMs - runtime.now()) / 60_000) % 2 === 0 ? 0 : 1;
          if (now !== owner) {
            if (groups.running[owner].has('shared')) await groups.stop(owner, 'shared');
            await groups.start(now, 'shared');
            owner = now;
          }
        }
        await groups.findAll();
        groups.check();
      });
      expect(faults).to.deep.equal([]);
      expect(groups.found).to.be.greaterThan(100);
      expect([...groups.refused.keys()]).to.include.members([...codes]);
    });
  }
});

/** Longer than sessions stay open when nothing is said. */
const QUIET_MS = 70_000;

/** Five nodes, each with an entity, whose secret changes while they are used. */
class Rotation {
  readonly nodes: SimulatedNodes;
  readonly names = ['a', 'b', 'c', 'd', 'e'];
  readonly failed: string[] = [];
  readonly refused: string[] = [];
  finds = 0;
  /** The keys of each, which it keeps when it is started anew. */
  readonly #identities = new Map(
    this.names.map((name, i) => [name, new Identity(new Uint8Array(32).fill(i + 1))]),
  );

  constructor(seed: number) {
    this.nodes = new SimulatedNodes(seed, BY_KEY, { latencyMs: { min: 5, max: 40 } });
  }

  async start(name: string, ring: SecretRing): Promise<void> {
    const node = await this.nodes.start(
      name,
      this.names.filter((other) => this.nodes.byName.has(other) && other !== name),
      { secret: ring, identity: this.#identities.get(name) as Identity },
    );
    node.on('refused', ({ code, detail }) => this.refused.push(`${name}: ${code}: ${detail}`));
    await node.register({ id: idOf(`entity of ${name}`), data: name });
  }

  async startAll(ring: SecretRing): Promise<void> {
    for (const name of this.names) await this.start(name, ring);
    // Until their tables are filled: that, too, keeps links open.
    await this.nodes.runtime.sleep(QUIET_MS);
  }

  /** Every node that runs looks for the entity of every other, by asking the network. */
  async findAll(): Promise<void> {
    const running = [...this.nodes.byName.keys()];
    await Promise.all(running.flatMap((from) => running.map((name) => this.#find(from, name))));
  }

  /** All links have ended, everybody dials anew, and meanwhile `change` happens. */
  async redial(change: () => unknown): Promise<void> {
    // What is announced again meanwhile keeps links open.
    do await this.nodes.runtime.sleep(QUIET_MS);
    while (this.#haveLinks());
    const { links } = this.nodes.network.counts;
    const finding = this.findAll();
    await this.nodes.runtime.sleep(this.nodes.runtime.integer(150));
    await change();
    await finding;
    await this.findAll();
    if (this.nodes.network.counts.links === links) this.failed.push('nobody has dialled');
  }

  async restart(name: string, ring: SecretRing): Promise<void> {
    // Whatever it is used for ends first: finds of its own end with it.
    await this.nodes.runtime.sleep(QUIET_MS);
    const node = this.nodes.get(name);
    this.nodes.byName.delete(name);
    await node.close();
    await this.findAll();
    const finding = this.findAll();
    await this.start(name, ring);
    await finding;
    await this.findAll();
  }

  #haveLinks(): boolean {
    const collections = [...this.nodes.byName.values()].flatMap((node) => node.snapshot().collections);
    return collections.some(({ name, size }) => name === 'sessions' && size > 0);
  }

  async #find(from: string, name: string): Promise<void> {
    this.finds++;
    const found = await this.nodes
      .get(from)
      .find(idOf(`entity of ${name}`), { fresh: true })
      .catch((fault: unknown) => fault);
    if ((found as { data?: unknown })?.data !== name)
      this.failed.push(`${from} looked for ${name}: ${found}`);
  }
}

describe('a group of five that changes its secret', function () {
  this.timeout(60_000);

  const changes: readonly [string, SecretRing, readonly SecretRing[]][] = [
    ['from one to another', A, [[A, B], [B, A], B]],
    ['from none to one', [], [[null, A], [A, null], A]],
    ['from one to none', A, [[A, null], [null, A], []]],
  ];
  for (const [what, before, steps] of changes) {
    it(`loses no find while it runs: ${what}`, async () => {
      const rotation = new Rotation(11);
      const { nodes, names } = rotation;
      await nodes.run(async () => {
        await rotation.startAll(before);
        for (const ring of steps) {
          for (const name of names) await rotation.redial(() => nodes.get(name).setSecret(ring));
        }
        await rotation.redial(() => {});
      });
      expect([rotation.failed, rotation.refused]).to.deep.equal([[], []]);
      expect(rotation.finds).to.be.greaterThan(600);
    });

    it(`loses no find when its nodes are started anew, one at a time: ${what}`, async () => {
      const rotation = new Rotation(12);
      const { nodes, names } = rotation;
      await nodes.run(async () => {
        await rotation.startAll(before);
        for (const ring of steps) {
          for (const name of names) await rotation.restart(name, ring);
        }
      });
      expect([rotation.failed, rotation.refused]).to.deep.equal([[], []]);
    });
  }

  it('shuts out the node that skips the steps, until the others have it', async () => {
    const rotation = new Rotation(13);
    const { nodes, names } = rotation;
    await nodes.run(async () => {
      await rotation.startAll(A);
      nodes.get('c').setSecret(B);
      // Those that are open stay.
      await rotation.findAll();
      expect(rotation.failed).to.deep.equal([]);
      await nodes.runtime.sleep(3 * QUIET_MS);
      const asked = await nodes
        .get('c')
        .find(idOf('nobody'))
        .catch((fault) => fault.code);
      expect(asked).to.equal('ERR_NO_NODES');
      expect(rotation.refused.some((refused) => refused.includes('BAD_SECRET'))).to.equal(true);
      for (const name of names) nodes.get(name).setSecret(B);
      await nodes.runtime.sleep(2 * 60_000);
      await rotation.findAll();
      expect(rotation.failed).to.deep.equal([]);
    });
  });
});
