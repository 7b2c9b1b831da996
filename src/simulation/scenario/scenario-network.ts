// The nodes of a run: who is up, and how they come and go. What a scenario's actions and checks are given.

import { memory } from '../../../transports/memory/index.js';
import type { Contact, ContactInput } from '../../contracts/contact.js';
import { Disgover } from '../../disgover.js';
import { DisgoverError } from '../../errors.js';
import { bytesOfContactId, contactIdOfBytes } from '../../id/contact-id.js';
import { type Key, keyOf } from '../../id/key.js';
import { Identity } from '../../identity/identity.js';
import { badOption } from '../check.js';
import { SimulatedNetwork } from '../network.js';
import type { SeededRandom } from '../seeded-random.js';
import type { VirtualRuntime } from '../virtual-runtime.js';
import { Chance } from './chance.js';
import type { ScenarioEvent } from './events.js';
import { drawn, resolveNodeSets } from './node-set.js';
import type { ResolvedScenario } from './resolve-scenario.js';
import type { NodeSet, Return } from './scenario.js';
import type { ScenarioNode } from './scenario-node.js';

/** Every node listens here, at a host of its own. */
const PORT = 1;
/** Nodes of a snapshot that are kept for a return: as seeds, a few are enough. */
const SNAPSHOT_SEEDS = 20;

/** How one node is told from another that was at its place before: by its id. */
interface Seat extends ScenarioNode {
  id: string;
  key: Key | undefined;
  identity: Identity | undefined;
  node: Disgover | undefined;
  isUp: boolean;
  starts: number;
  readonly entities: Set<string>;
  /** What it was told of each. */
  readonly given: Map<string, ContactInput>;
  /** Its place among those that are up. */
  upAt: number;
  snapshot: readonly Contact[];
  /** A start that is under way. */
  starting: { readonly controller: AbortController; readonly done: Promise<unknown> } | undefined;
}

export interface NodeCounts {
  readonly started: number;
  /** Started again after they had gone. */
  readonly returned: number;
  readonly crashed: number;
  readonly left: number;
}

export class ScenarioNetwork {
  readonly runtime: VirtualRuntime;
  readonly network: SimulatedNetwork;
  readonly chance: Chance;
  readonly #scenario: ResolvedScenario;
  readonly #onEvent: (event: ScenarioEvent) => void;
  // As many as the scenario has, and its actions add.
  readonly #seats: Seat[] = [];
  readonly #byName = new Map<string, Seat>();
  readonly #up: Seat[] = [];
  readonly #counts = { started: 0, returned: 0, crashed: 0, left: 0 };
  readonly #startedMs: number;
  #formedMs: number | undefined;

  constructor(scenario: ResolvedScenario, runtime: VirtualRuntime, onEvent: (event: ScenarioEvent) => void) {
    const { latency: latencyMs, loss, seed } = scenario;
    this.runtime = runtime;
    this.network = new SimulatedNetwork(runtime, { latencyMs, loss });
    this.chance = new Chance(seed);
    this.#scenario = scenario;
    this.#onEvent = onEvent;
    this.#startedMs = runtime.now();
  }

  /** All, whether up or not, by number. */
  get nodes(): readonly ScenarioNode[] {
    return this.#seats;
  }

  /** Those that are up, in no particular order. Not a copy: do not change it. */
  get up(): readonly (ScenarioNode & { readonly node: Disgover })[] {
    return this.#up as (Seat & { node: Disgover })[];
  }

  get counts(): NodeCounts {
    return { ...this.#counts };
  }

  /** Since the network has formed, negative before; milliseconds. While it forms: since the first node started. */
  get elapsedMs(): number {
    return this.runtime.now() - (this.#formedMs ?? this.#startedMs);
  }

  get isFormed(): boolean {
    return this.#formedMs !== undefined;
  }

  /** By number or name. @throws DisgoverError `ERR_BAD_OPTION` when there is none. */
  get(node: number | string): ScenarioNode {
    const seat = typeof node === 'number' ? this.#seats[node] : this.#byName.get(node);
    if (seat === undefined) throw badOption(`there is no node ${node}`);
    return seat;
  }

  /** The nodes of each set, as a fault has them; sets that are drawn have nothing in common. */
  select(...sets: readonly NodeSet[]): ScenarioNode[][] {
    return resolveNodeSets<ScenarioNode>(sets, this.#seats, this.chance.faults);
  }

  /** One that is up, by chance; undefined when there is none but `other`. */
  anyUp(random: SeededRandom = this.chance.actions, other?: ScenarioNode): ScenarioNode | undefined {
    const others = this.#up.length - (other?.isUp ? 1 : 0);
    if (others <= 0) return undefined;
    const drawnAt = random.integer(others);
    // The last one stands in for the one that is left out.
    const at = other?.isUp && (other as Seat).upAt === drawnAt ? this.#up.length - 1 : drawnAt;
    return this.#up[at];
  }

  sleep(ms: number): Promise<void> {
    return this.runtime.sleep(ms);
  }

  /** A new node, which begins with seeds like all others. Resolves when it has joined. `name`: default the next `node-N`. */
  add(name = `node-${this.#seats.length}`): Promise<ScenarioNode> {
    if (this.#byName.has(name)) throw badOption(`there is a node ${name} already`);
    const seat: Seat = {
      ...{ index: this.#seats.length, name, id: '', key: undefined, identity: undefined, node: undefined },
      ...{ isUp: false, starts: 0, entities: new Set<string>(), given: new Map(), upAt: -1, snapshot: [] },
      starting: undefined,
    };
    this.#seats.push(seat);
    this.#byName.set(name, seat);
    return this.#start(seat, {});
  }

  /** Starts a node that is down; does nothing to another. Resolves when it has joined and registered its entities anew. */
  async start(node: ScenarioNode, how: Return = {}): Promise<void> {
    const seat = node as Seat;
    if (seat.isUp || seat.starting !== undefined) return;
    this.network.restart(seat.name);
    this.#counts.returned++;
    await this.#start(seat, how);
    for (const given of seat.given.values()) {
      // It may go again meanwhile, or reach nobody: then the node itself announces it again.
      await seat.node?.register(given).catch(ignoreFaultsOfNetworks);
    }
  }

  /** Gone without a word. */
  async crash(node: ScenarioNode): Promise<void> {
    if (!this.#isThere(node)) return;
    this.#remember(node as Seat);
    this.network.crash(node.name);
    this.#counts.crashed++;
    await this.#stop(node as Seat, 'crashed');
  }

  /** Closed as it should be: its links end in order. */
  async leave(node: ScenarioNode): Promise<void> {
    if (!this.#isThere(node)) return;
    this.#remember(node as Seat);
    this.#counts.left++;
    await this.#stop(node as Seat, 'left');
  }

  /** Registers at a node that is up, now and whenever it comes back. What it refuses is forgotten. @throws what `Disgover.register` does. */
  async register(host: ScenarioNode, contact: ContactInput = {}): Promise<Contact> {
    const seat = host as Seat;
    const { node } = seat;
    if (node === undefined) throw badOption(`${host.name} is down`);
    const id = contact.id ?? contactIdOfBytes(this.chance.ids.bytes(20));
    const given = { ...contact, id };
    seat.given.set(id, given);
    seat.entities.add(id);
    const registered = await node.register(given).catch((fault) => {
      // A host that went meanwhile has it all the same.
      if (seat.node === node) {
        seat.given.delete(id);
        seat.entities.delete(id);
      }
      throw fault;
    });
    this.#onEvent({ type: 'registered', node: host, id });
    return registered;
  }

  /** What it no longer has to register when it comes back. */
  async unregister(node: ScenarioNode, id: string): Promise<void> {
    const seat = node as Seat;
    seat.given.delete(id);
    seat.entities.delete(id);
    await seat.node?.unregister(id);
  }

  /** For the run: from now on time counts from zero. */
  formed(): void {
    this.#formedMs = this.runtime.now();
  }

  /** For the run: the key of a node that is up. */
  keyOf(node: ScenarioNode): Key {
    return (node as Seat).key as Key;
  }

  async close(): Promise<void> {
    await Promise.all(this.#seats.map((seat) => this.#end(seat)));
  }

  async #start(seat: Seat, { snapshot = false, newId = false }: Return): Promise<ScenarioNode> {
    const { index, name, starts } = seat;
    const { k, alpha, identities, options } = this.#scenario;
    const isNew = seat.starts === 0 || newId;
    if (isNew && identities) seat.identity = new Identity(this.chance.ids.bytes(32));
    if (isNew) seat.id = seat.identity?.id ?? contactIdOfBytes(this.chance.ids.bytes(20));
    const transport = memory({ network: this.network, host: name, port: PORT });
    const own = options({ index, name, starts, transport });
    seat.starts++;
    this.#counts.started++;
    const controller = new AbortController();
    const done = Disgover.start(
      {
        ...{ transport, k, concurrency: alpha, runtime: this.runtime, seeds: this.#seedsOf(seat, snapshot) },
        ...(seat.identity === undefined ? { id: seat.id } : { identity: seat.identity }),
        ...own,
      },
      { signal: controller.signal },
    );
    const starting = { controller, done };
    seat.starting = starting;
    try {
      seat.node = await done;
    } catch (fault) {
      if (!controller.signal.aborted) throw fault;
      return seat;
    } finally {
      if (seat.starting === starting) seat.starting = undefined;
    }
    seat.id = seat.node.id;
    seat.key = keyOf(bytesOfContactId(seat.node.id));
    seat.isUp = true;
    seat.upAt = this.#up.push(seat) - 1;
    this.#onEvent({ type: 'started', node: seat });
    return seat;
  }

  #seedsOf(seat: Seat, fromSnapshot: boolean): readonly Contact[] {
    if (fromSnapshot && seat.snapshot.length > 0) return seat.snapshot;
    const seeds = new Set<ScenarioNode>();
    const { seeds: wanted } = this.#scenario.join;
    const count = Math.min(wanted, this.#up.length);
    while (seeds.size < count) seeds.add(this.anyUp(this.chance.join) as ScenarioNode);
    return Array.from(seeds, ({ node }) => (node as Disgover).contact);
  }

  #isThere(node: ScenarioNode): boolean {
    return node.isUp || (node as Seat).starting !== undefined;
  }

  #remember(seat: Seat): void {
    if (seat.node === undefined) return;
    const { nodes } = seat.node.snapshot();
    if (nodes.length > 0) seat.snapshot = drawn([...nodes], SNAPSHOT_SEEDS, this.chance.join);
  }

  async #stop(seat: Seat, type: 'crashed' | 'left'): Promise<void> {
    const ended = this.#end(seat);
    this.#onEvent({ type, node: seat });
    await ended;
  }

  /** Nothing of the node is kept but what a return needs. */
  async #end(seat: Seat): Promise<void> {
    const { node, starting } = seat;
    starting?.controller.abort(new Error('the node went while it started'));
    seat.starting = undefined;
    seat.node = undefined;
    if (seat.isUp) {
      const last = this.#up.pop() as Seat;
      if (last !== seat) {
        this.#up[seat.upAt] = last;
        last.upAt = seat.upAt;
      }
    }
    seat.isUp = false;
    await starting?.done.catch(() => {});
    await node?.close();
  }
}

function ignoreFaultsOfNetworks(fault: unknown): void {
  if (!(fault instanceof DisgoverError)) throw fault;
}
