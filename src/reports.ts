// What is told to who watches the node: events, counters, the log. Nothing waits for any of it, and nothing follows from it.

import type { JoinState } from './bootstrap/report.js';
import type { ArbiterFault } from './contacts/arbitrate.js';
import type { Logger } from './contracts/logger.js';
import type { Metrics } from './contracts/metrics.js';
import { DisgoverError, type Refusal } from './errors.js';
import { type DisgoverEvents, Events } from './events.js';
import type { DialTarget } from './session/dialler.js';
import { addressesOf } from './wire/addresses.js';
import type { EncodedContact } from './wire/contact-codec.js';

export class Reports {
  readonly events = new Events();
  readonly #logger: Logger;
  readonly #metrics: Metrics;

  constructor(logger: Logger, metrics: Metrics) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  count(name: string, code?: string): void {
    this.#metrics.increment(name, code === undefined ? undefined : { code });
  }

  /** An event that is counted under its own name. */
  happened<Name extends 'conflict' | 'equivocation' | 'displaced'>(
    name: Name,
    event: DisgoverEvents[Name],
  ): void {
    this.count(name);
    this.events.emit(name, event);
  }

  table(name: 'nodeAdded' | 'nodeRemoved', { contact }: EncodedContact): void {
    this.events.emit(name, { contact });
  }

  state(state: JoinState): void {
    this.#logger.info({ state }, 'state');
    this.events.emit('state', { state });
  }

  seedFailed(seed: DialTarget, { code, message }: DisgoverError): void {
    this.#logger.warn({ seed: addressesOf(seed), code, detail: message }, 'seed failed');
  }

  /** `remote`: the address or the id of who did it. */
  refused(remote: string, { code, detail }: Refusal): void {
    this.count('refused', code);
    this.#logger.debug({ remote, code, detail }, 'refused');
    this.events.emit('refused', { remote, code, detail });
  }

  arbiterFault(fault: ArbiterFault): void {
    const { code, detail, candidate } = fault;
    this.count('arbiterFault', code);
    this.#logger.warn({ code, detail, id: candidate.id }, 'arbiter fault');
    this.events.emit('arbiterFault', fault);
  }

  /** A bug, or a plugin or a hook of the application that breaks its contract. */
  fault(cause: unknown): void {
    const isOfHook = cause instanceof DisgoverError && cause.code === 'ERR_NOT_ADMITTED';
    this.count('fault', isOfHook ? cause.fault : undefined);
    this.#logger.error({ cause }, isOfHook ? 'fault of the admission hook' : 'fault of our own');
  }
}
