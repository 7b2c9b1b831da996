// The seeds of all sources as one list, each once, with how each has fared. Decides nothing.

import type { DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import type { DialTarget } from '../session/dialler.js';
import { addressesOf, addressKey } from '../wire/addresses.js';
import { EncodedContact } from '../wire/contact-codec.js';

/** Who names seeds: a source, or the options of the node. */
export interface Namer {
  readonly name: string;
}

export interface KnownSeed {
  target: DialTarget;
  /** Who names it, and at which place of its list. */
  readonly namedBy: Map<Namer, number>;
  isAsked: boolean;
  /** It turned out to be this node. */
  isSelf: boolean;
  /** Who answered there. */
  id: ContactId | undefined;
  triedAt: number | undefined;
  /** Why it failed when it was last asked. */
  fault: DisgoverError | undefined;
  /** In a row. */
  failures: number;
  /** When it is asked next. */
  nextAt: number;
}

export class SeedList {
  // By addresses. Bounded by limits.seedsPerSource for each source.
  readonly #byKey = new Map<string, KnownSeed>();
  #addresses: ReadonlySet<string> = new Set();

  /** Those that are not this node itself. */
  get others(): readonly KnownSeed[] {
    return [...this.#byKey.values()].filter(({ isSelf }) => !isSelf);
  }

  get all(): readonly KnownSeed[] {
    return [...this.#byKey.values()];
  }

  /** Whether one of the seeds is at the address. */
  has(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** What `by` names now, in the place of what it named before. `nextAt`: of those that are new. Returns whether any came or went. */
  offer(by: Namer, targets: readonly DialTarget[], nextAt: number): boolean {
    const before = new Set(this.#byKey.values());
    const named = new Set<KnownSeed>();
    for (const [rank, target] of targets.entries()) {
      const seed = this.#seedOf(target, nextAt);
      if (!named.has(seed)) seed.namedBy.set(by, rank);
      named.add(seed);
    }
    for (const [key, seed] of this.#byKey) {
      if (named.has(seed)) continue;
      seed.namedBy.delete(by);
      if (seed.namedBy.size === 0) this.#byKey.delete(key);
    }
    const all = this.all;
    this.#addresses = new Set(all.flatMap(({ target }) => addressesOf(target).map(addressKey)));
    return all.length !== before.size || all.some((seed) => !before.has(seed));
  }

  /** Whom to ask next: of those that are due the best of each source, then the second of each; else the one that is due first. */
  next(now: number): KnownSeed | undefined {
    let next: KnownSeed | undefined;
    for (const seed of this.others)
      if (!seed.isAsked && (next === undefined || isBefore(seed, next, now))) next = seed;
    return next;
  }

  #seedOf(target: DialTarget, nextAt: number): KnownSeed {
    const key = addressesOf(target).map(addressKey).sort().join();
    let seed = this.#byKey.get(key);
    if (seed === undefined) {
      const fresh = { id: undefined, triedAt: undefined, fault: undefined, failures: 0, nextAt };
      seed = { target, namedBy: new Map(), isAsked: false, isSelf: false, ...fresh };
      this.#byKey.set(key, seed);
    }
    // Another node has come to where one was.
    if (target instanceof EncodedContact && idOf(seed.target) !== target.id) seed.target = target;
    return seed;
  }
}

function idOf(target: DialTarget): ContactId | undefined {
  return target instanceof EncodedContact ? target.id : undefined;
}

function isBefore(a: KnownSeed, b: KnownSeed, now: number): boolean {
  const [atA, atB] = [Math.max(a.nextAt, now), Math.max(b.nextAt, now)];
  return atA === atB ? rankOf(a) < rankOf(b) : atA < atB;
}

function rankOf({ namedBy }: KnownSeed): number {
  return Math.min(...namedBy.values());
}
