// Runs a scenario: the network forms, what is to happen happens, and what it came to is summed up.

import { VirtualRuntime } from '../virtual-runtime.js';
import { Churn } from './churn.js';
import type { ScenarioEvent } from './events.js';
import { playFault } from './faults.js';
import { paced } from './paced.js';
import { type ResolvedScenario, replayOf, resolveScenario } from './resolve-scenario.js';
import { resultOf, type ScenarioResult, tableSizes } from './result.js';
import type { Action, Scenario } from './scenario.js';
import { ScenarioFailure } from './scenario-failure.js';
import { ScenarioNetwork } from './scenario-network.js';
import { Workload } from './workload.js';

export interface ScenarioProgress {
  readonly phase: 'join' | 'settle' | 'register' | 'lookUp' | 'wait';
  /** Nodes started, entities registered, lookups made; of how many. */
  readonly done: number;
  readonly of: number;
  /** Since the first node started; milliseconds. */
  readonly virtualMs: number;
  readonly events: number;
}

export interface RunScenarioOptions {
  /** Called at each step; thousands of times a second, when it goes well. */
  readonly onProgress?: (progress: ScenarioProgress) => void;
  /** Ends the run, which rejects with the reason. */
  readonly signal?: AbortSignal;
}

/** Virtual time that a run may take, beyond what its scenario says: a year. */
const MOST_MS = 366 * 86_400_000;
/** For what is in flight when nodes close. */
const SETTLED_MS = 10_000;

/**
 * Runs it in virtual time, as fast as it goes. The same scenario gives the same result, and the same trace hash, on every machine and
 * version. @throws DisgoverError `ERR_BAD_OPTION` when the scenario is not one; `ScenarioFailure`, with the line that replays it, when
 * a check, an action or a node fails; the signal's reason.
 */
export async function runScenario(
  scenario: Scenario,
  { onProgress = () => {}, signal }: RunScenarioOptions = {},
): Promise<ScenarioResult> {
  const resolved = resolveScenario(scenario);
  signal?.throwIfAborted();
  const run = new ScenarioRun(resolved, onProgress, signal);
  try {
    return await run.run();
  } catch (cause) {
    if (signal?.aborted && cause === signal.reason) throw cause;
    throw new ScenarioFailure(resolved, replayOf(scenario), run.nodes, cause);
  }
}

class ScenarioRun {
  readonly nodes: ScenarioNetwork;
  readonly #scenario: ResolvedScenario;
  readonly #runtime: VirtualRuntime;
  readonly #onProgress: (progress: ScenarioProgress) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #startMs: number;
  readonly #joinMs: number[] = []; // as many as there are nodes
  #progress: Pick<ScenarioProgress, 'phase' | 'of'> = { phase: 'join', of: 0 };
  #fail: (fault: unknown) => void = () => {};

  constructor(
    scenario: ResolvedScenario,
    onProgress: (progress: ScenarioProgress) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#scenario = scenario;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#runtime = new VirtualRuntime({ seed: scenario.seed });
    this.#startMs = this.#runtime.now();
    this.nodes = new ScenarioNetwork(scenario, this.#runtime, this.#onEvent);
  }

  async run(): Promise<ScenarioResult> {
    const failed = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
    });
    // Also while nothing happens, or an action never ends.
    const abort = () => this.#fail(this.#signal?.reason);
    this.#signal?.addEventListener('abort', abort, { once: true });
    const result = await this.#runtime
      .run(() => Promise.race([this.#play(), failed]), { maxMs: MOST_MS })
      .finally(() => this.#signal?.removeEventListener('abort', abort));
    await this.#runtime.advance(SETTLED_MS);
    const left = { timers: this.#runtime.pendingTimers, openEnds: this.nodes.network.openEnds };
    return { ...result, left };
  }

  async #play(): Promise<Omit<ScenarioResult, 'left'>> {
    const { churn, durationMs, entities, lookups, faults, actions } = this.#scenario;
    const { nodes } = this;
    await this.#form();
    const formation = nodes.network.counts;
    const tablesFormed = tableSizes(nodes);
    const coming = churn && new Churn(churn, nodes, this.#fail);
    coming?.start();
    const workload = new Workload({
      scenario: this.#scenario,
      nodes,
      onEvent: this.#onEvent,
      onProgress: this.#done,
    });
    const work = async () => {
      this.#enter('register', entities.count);
      await workload.register();
      this.#enter('lookUp', lookups.count);
      await workload.lookUp();
      this.#enter('wait', 0);
    };
    await Promise.all([
      work(),
      nodes.sleep(durationMs),
      ...faults.map((fault) => playFault(fault, nodes, this.#onEvent)),
      ...actions.map((action) => this.#act(action)),
    ]);
    coming?.stop();
    this.#onEvent({ type: 'end' });
    const virtualMs = this.#runtime.now() - this.#startMs;
    const measured = { nodes, workload, joinMs: this.#joinMs, tablesFormed, formation, virtualMs };
    const result = resultOf(this.#scenario, measured);
    await nodes.close();
    return result;
  }

  async #form(): Promise<void> {
    const { nodes: count, join } = this.#scenario;
    this.#enter('join', count);
    await paced({ count, overMs: join.overMs, runtime: this.#runtime, onDone: this.#done }, async (i) => {
      const startMs = this.#runtime.now();
      await this.nodes.add(`node-${i}`);
      this.#joinMs.push(this.#runtime.now() - startMs);
    });
    this.#enter('settle', 0);
    await this.#runtime.sleep(join.settleMs);
    this.nodes.formed();
    this.#onEvent({ type: 'formed' });
  }

  async #act({ atMs, name = 'action', run }: Action): Promise<void> {
    await this.nodes.sleep(atMs);
    await run(this.nodes);
    this.#onEvent({ type: 'action', name });
  }

  readonly #onEvent = (event: ScenarioEvent): void => {
    this.#signal?.throwIfAborted();
    this.#scenario.check(this.nodes, event);
  };

  #enter(phase: ScenarioProgress['phase'], of: number): void {
    this.#progress = { phase, of };
    this.#done(0);
  }

  readonly #done = (done: number): void => {
    const { events } = this.#runtime;
    this.#onProgress({ ...this.#progress, done, virtualMs: this.#runtime.now() - this.#startMs, events });
  };
}
