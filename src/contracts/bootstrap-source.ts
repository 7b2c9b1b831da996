// Where first addresses come from, for as long as the node lives: a plain object, so that anybody can write one.

import type { DisgoverError } from '../errors.js';
import type { Contact, ContactInput } from './contact.js';
import type { Runtime } from './runtime.js';

/**
 * A node to meet first: its address (`tcp://127.0.0.1:6742`, `tcp://[::1]:6742`, `wss://node.example:443/path`), or its contact. Without an id, whoever
 * answers at the address is right: its id is learnt from it.
 */
export type Seed = string | ContactInput;

/** The seeds as they are now. Level-triggered: each update stands in the place of the one before. */
export interface SeedUpdate {
  /** Best first, and equals in an order of chance, so that not everybody begins with the same. At most 64 are taken. */
  readonly seeds: readonly Seed[];
  /** What of it could not be read, for people: `BAD_SEED: line 7: …`. The seeds stand all the same. */
  readonly faults?: readonly DisgoverError[];
}

/** What a source is told of the node that it is a source of. */
export interface SourceContext {
  /** Clock, timers and randomness; virtual in a simulation. */
  readonly runtime: Runtime;
  readonly group: string;
  /** The name of the node's first transport: the scheme of addresses that have none. */
  readonly transport: string;
  /** The node's own contact as it is now, for sources that announce it. */
  contact(): Contact;
  /** What the group's secret makes of these bytes (32 bytes), for packets that only members may make; `undefined` without a secret. */
  seal(bytes: Uint8Array): Uint8Array | undefined;
}

export interface BootstrapSource {
  /** As shown to people: `file /etc/disgover/seeds`, `dnssrv _disgover._tcp.example.net`. */
  readonly name: string;
  /**
   * Yields when the source is first read, and whenever it changes, until `signal` aborts; then it ends, and holds nothing any more. A source that cannot go on
   * throws; it is asked anew after a while, and what it said last stands meanwhile.
   * @throws DisgoverError with a code that says what is wrong, and a message that says what to do.
   */
  seeds(signal: AbortSignal, node: SourceContext): AsyncIterable<SeedUpdate>;
}
