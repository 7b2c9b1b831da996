// Facts that have happened. Nothing in the engine waits for one.

import type { JoinState } from './bootstrap/report.js';
import type { ArbiterFault } from './contacts/arbitrate.js';
import type { Conflict, Displacement, Equivocation } from './contacts/observe.js';
import type { Contact } from './contracts/contact.js';
import type { FaultCode } from './errors.js';

export interface DisgoverEvents {
  /** A node entered the routing table: it answered at its address. */
  nodeAdded: { readonly contact: Contact };
  /** A node left the routing table: it failed twice in a row, or was called unreachable. */
  nodeRemoved: { readonly contact: Contact };
  /** `joining`, `joined`, `alone` or `isolated`. */
  state: { readonly state: JoinState };
  /** Two contacts of one id met, and the arriving one was refused or merged. */
  conflict: Conflict;
  /** Whoever may speak for an id has said two things of it with the same right: its key is used twice, or was stolen. */
  equivocation: Equivocation;
  /** What this node has registered has lost to a contact from elsewhere: the entity has moved. `unregister(own.id)` lets go. */
  displaced: Displacement;
  /** The arbiter threw, or returned what no contact may be; the incumbent was kept. */
  arbiterFault: ArbiterFault;
  /** A peer, or a seed, did what it must not, or is not who it should be. `remote`: its address or id. */
  refused: { readonly remote: string; readonly code: FaultCode; readonly detail: string };
  /** A listener of one of these events threw. */
  observerError: { readonly event: keyof DisgoverEvents; readonly cause: unknown };
}

const all: Readonly<Record<keyof DisgoverEvents, true>> = {
  nodeAdded: true,
  nodeRemoved: true,
  state: true,
  conflict: true,
  equivocation: true,
  displaced: true,
  arbiterFault: true,
  refused: true,
  observerError: true,
};
export const eventNames = Object.keys(all) as readonly (keyof DisgoverEvents)[];

type Listener<Name extends keyof DisgoverEvents> = (event: DisgoverEvents[Name]) => void;

export class Events {
  // Bounded by what the application adds.
  readonly #listeners = new Map<keyof DisgoverEvents, Set<Listener<never>>>();

  /** Returns what removes the listener again. */
  on<Name extends keyof DisgoverEvents>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit<Name extends keyof DisgoverEvents>(name: Name, event: DisgoverEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as Listener<Name>)(event);
      } catch (cause) {
        // A listener that fails to report a failing listener is not asked again.
        if (name !== 'observerError') this.emit('observerError', { event: name, cause });
      }
    }
  }
}
