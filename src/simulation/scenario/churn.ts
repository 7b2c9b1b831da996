// Nodes come and go for as long as the run lasts, each by itself.

import type { Timer } from '../../contracts/runtime.js';
import { samplerOf } from '../distribution.js';
import type { Churn as ChurnOptions } from './scenario.js';
import type { ScenarioNetwork } from './scenario-network.js';
import type { ScenarioNode } from './scenario-node.js';

export class Churn {
  readonly #churn: Required<ChurnOptions>;
  readonly #nodes: ScenarioNetwork;
  readonly #onFault: (fault: unknown) => void;
  readonly #drawSession: () => number;
  readonly #drawDowntime: () => number;
  // One for each node that comes and goes.
  readonly #timers = new Map<ScenarioNode, Timer>();
  #isOver = false;

  /** `onFault`: something has failed that should not have. */
  constructor(churn: Required<ChurnOptions>, nodes: ScenarioNetwork, onFault: (fault: unknown) => void) {
    this.#churn = churn;
    this.#nodes = nodes;
    this.#onFault = onFault;
    const session = samplerOf(churn.sessions);
    const downtime = samplerOf(churn.downtimes);
    this.#drawSession = () => session(this.#random);
    this.#drawDowntime = () => downtime(this.#random);
  }

  start(): void {
    for (const node of this.#nodes.nodes.slice(this.#churn.spared))
      this.#after(node, this.#random() * this.#drawSession(), () => this.#go(node));
  }

  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  readonly #random = () => this.#nodes.chance.churn.fraction();

  #after(node: ScenarioNode, ms: number, then: () => Promise<void>): void {
    if (this.#isOver) return;
    const run = () => void then().catch(this.#onFault);
    this.#timers.set(node, this.#nodes.runtime.setTimer(ms, run));
  }

  async #go(node: ScenarioNode): Promise<void> {
    const doesLeave = this.#random() < this.#churn.leave;
    this.#after(node, this.#drawDowntime(), () => this.#comeBack(node));
    await (doesLeave ? this.#nodes.leave(node) : this.#nodes.crash(node));
  }

  async #comeBack(node: ScenarioNode): Promise<void> {
    const how = {
      newId: this.#random() < this.#churn.newId,
      snapshot: this.#random() < this.#churn.snapshot,
    };
    this.#after(node, this.#drawSession(), () => this.#go(node));
    await this.#nodes.start(node, how);
  }
}
