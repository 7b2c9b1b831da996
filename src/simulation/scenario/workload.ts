// What a scenario's nodes are there for: entities are registered, and looked up.

import { closestOf } from '../../id/closest-list.js';
import { bytesOfContactId, contactIdOfBytes, parseContactId } from '../../id/contact-id.js';
import { keyOf } from '../../id/key.js';
import type { LookupTrace } from '../../lookup/trace.js';
import type { LookupOutcome, ScenarioEvent } from './events.js';
import { Costs, meter } from './meter.js';
import { paced } from './paced.js';
import type { ResolvedScenario } from './resolve-scenario.js';
import type { ScenarioNetwork } from './scenario-network.js';
import type { ScenarioNode } from './scenario-node.js';

interface Entity {
  readonly id: string;
  readonly host: ScenarioNode;
  /** The k nodes that were closest when it was registered, and their starts: who has started again holds nothing. */
  readonly holders: ReadonlyMap<ScenarioNode, number>;
}

export interface WorkloadDependencies {
  readonly scenario: ResolvedScenario;
  readonly nodes: ScenarioNetwork;
  readonly onEvent: (event: ScenarioEvent) => void;
  readonly onProgress: (done: number) => void;
}

export class Workload {
  readonly announces = new Costs();
  /** Of lookups that found what is there, and of those that ended with nothing. */
  readonly finds = new Costs();
  readonly misses = new Costs();
  readonly hops: number[] = [];
  /** Of announces and lookups, by code. */
  readonly failures: Record<string, number> = {};
  readonly outcomes: Record<LookupOutcome, number> = {
    ...{ right: 0, absent: 0, wrong: 0, missed: 0, failed: 0, interrupted: 0 },
  };
  announcesFailed = 0;
  readonly #deps: WorkloadDependencies;
  // As many as the scenario has.
  readonly #entities: Entity[] = [];

  constructor(deps: WorkloadDependencies) {
    this.#deps = deps;
  }

  register(): Promise<void> {
    const { scenario, nodes, onProgress } = this.#deps;
    const { count, overMs } = scenario.entities;
    return paced({ count, overMs, runtime: nodes.runtime, onDone: onProgress }, () => this.#registerOne());
  }

  lookUp(): Promise<void> {
    const { scenario, nodes, onProgress } = this.#deps;
    const { count, overMs } = scenario.lookups;
    return paced({ count, overMs, runtime: nodes.runtime, onDone: onProgress }, () => this.#lookUpOne());
  }

  async #registerOne(): Promise<void> {
    const { scenario, nodes } = this.#deps;
    const host = nodes.anyUp(nodes.chance.entities);
    if (host === undefined) return this.#failed('nobody is up');
    const { data } = scenario.entities;
    const cost = meter(nodes, host);
    const id = contactIdOfBytes(nodes.chance.entities.bytes(20));
    try {
      await nodes.register(host, { id, ...(data !== undefined && { data }) });
      this.announces.add(cost());
    } catch (fault) {
      this.#failed(codeOf(fault));
      if (!host.entities.has(id)) return;
    }
    this.#entities.push({ id, host, holders: this.#holdersOf(id) });
  }

  #failed(code: string): void {
    this.announcesFailed++;
    this.#count(code);
  }

  #count(code: string): void {
    this.failures[code] = (this.failures[code] ?? 0) + 1;
  }

  #holdersOf(id: string): ReadonlyMap<ScenarioNode, number> {
    const { nodes, scenario } = this.#deps;
    const key = keyOf(bytesOfContactId(parseContactId(id)));
    const all = nodes.up.map((node) => ({ node, key: nodes.keyOf(node) }));
    return new Map(closestOf(key, all, scenario.k).map(({ node }) => [node, node.starts]));
  }

  async #lookUpOne(): Promise<void> {
    const { nodes, scenario, onEvent } = this.#deps;
    const random = nodes.chance.lookups;
    const isAbsent = random.fraction() < scenario.lookups.absent;
    const entity = isAbsent ? undefined : this.#anyEntity();
    const asker = nodes.anyUp(random, entity?.host);
    const id = entity?.id ?? contactIdOfBytes(random.bytes(20));
    if (asker?.node === undefined || (entity === undefined && !isAbsent)) {
      this.outcomes.interrupted++;
      return;
    }
    const cost = meter(nodes, asker);
    const { starts } = asker;
    let outcome: LookupOutcome;
    try {
      const trace = await asker.node.trace(id, { paths: scenario.lookups.paths });
      const isHolder = entity?.holders.get(asker) === starts;
      outcome = outcomeOf(trace, entity);
      if (outcome === 'right') {
        // What a holder asks for it has: `find` would not have asked anybody.
        this.finds.add(isHolder ? { requests: 0, bytes: 0, ms: 0 } : cost());
        this.hops.push(isHolder ? 0 : trace.hops);
      } else if (trace.found === undefined) this.misses.add(cost());
    } catch (fault) {
      outcome = asker.starts === starts && asker.isUp ? 'failed' : 'interrupted';
      if (outcome === 'failed') this.#count(codeOf(fault));
    }
    this.outcomes[outcome]++;
    onEvent({ type: 'lookup', node: asker, id, outcome });
  }

  /** One whose host is up. */
  #anyEntity(): Entity | undefined {
    const random = this.#deps.nodes.chance.lookups;
    for (let tries = 0; tries < TRIES; tries++) {
      const entity = this.#entities[random.integer(this.#entities.length)];
      if (entity?.host.isUp) return entity;
    }
    return this.#entities.find(({ host }) => host.isUp);
  }
}

/** Before all are looked through. */
const TRIES = 32;

function outcomeOf({ found }: LookupTrace, entity: Entity | undefined): LookupOutcome {
  if (found === undefined) return entity === undefined || !entity.host.isUp ? 'absent' : 'missed';
  const { host } = (found.transport ?? {}) as { readonly host?: unknown };
  return entity !== undefined && host === entity.host.name ? 'right' : 'wrong';
}

function codeOf(fault: unknown): string {
  const { code } = Object(fault) as { readonly code?: unknown };
  return typeof code === 'string' ? code : String(fault);
}
