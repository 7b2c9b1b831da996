// What happens in a scenario, for `check` and for who wants to see it.

import type { Fault } from './scenario.js';
import type { ScenarioNode } from './scenario-node.js';

export type ScenarioEvent =
  /** A node has started, for the first time or again, and joined if it could. */
  | { readonly type: 'started'; readonly node: ScenarioNode }
  | { readonly type: 'crashed' | 'left'; readonly node: ScenarioNode }
  /** The network has formed: the zero of every `atMs`. */
  | { readonly type: 'formed' }
  | { readonly type: 'registered'; readonly node: ScenarioNode; readonly id: string }
  | {
      readonly type: 'lookup';
      readonly node: ScenarioNode;
      readonly id: string;
      readonly outcome: LookupOutcome;
    }
  | { readonly type: 'fault' | 'faultEnded'; readonly fault: Fault }
  | { readonly type: 'action'; readonly name: string }
  /** All has happened; the nodes are still there. */
  | { readonly type: 'end' };

/**
 * `right`: the contact was found, at its host's address; `absent`: nothing was found, and nobody has it. `wrong`: a contact at another
 * address; `missed`: nothing was found, though a node hosts it. `failed`: the lookup rejected. `interrupted`: who asked went away.
 */
export type LookupOutcome = 'right' | 'absent' | 'wrong' | 'missed' | 'failed' | 'interrupted';
