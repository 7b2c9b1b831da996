// A node of a scenario: a host that a node runs at, or has run at.

import type { Disgover } from '../../disgover.js';

export interface ScenarioNode {
  readonly index: number;
  /** Its host, too. */
  readonly name: string;
  /** The id that it has, or had when it was last up. */
  readonly id: string;
  /** Undefined while it is down, or starting. */
  readonly node: Disgover | undefined;
  readonly isUp: boolean;
  /** How often it was started. */
  readonly starts: number;
  /** Ids of the entities that it hosts; registered anew whenever it comes back. */
  readonly entities: ReadonlySet<string>;
}
