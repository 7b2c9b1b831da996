// A run that failed, and how to see it fail again.

import type { ResolvedScenario } from './resolve-scenario.js';
import type { ScenarioNetwork } from './scenario-network.js';

export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure';
  readonly seed: number;
  /** Since the network had formed, negative before it had; milliseconds. */
  readonly atMs: number;
  /** `runScenario({…})`: the data of the scenario on one line. */
  readonly replay: string;

  /** `cause`: what was thrown. */
  constructor(
    { name, seed }: ResolvedScenario,
    replay: string,
    { isFormed, elapsedMs }: ScenarioNetwork,
    cause: unknown,
  ) {
    const told = cause instanceof Error ? cause.message : String(cause);
    const when = isFormed ? `after ${elapsedMs} ms` : `${elapsedMs} ms into its formation`;
    super(`${name}, seed ${seed}, ${when}: ${told}\nreplay: ${replay}`, { cause });
    this.seed = seed;
    this.atMs = elapsedMs;
    this.replay = replay;
  }
}
