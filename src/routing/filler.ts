// Fills the buckets that have room, at a modest pace, the poorest first: a node that has joined is known to its neighbours and finds
// everything; what this brings is fewer hops, and a crowd that joins must not flood the network for it.

import type { Runtime } from '../contracts/runtime.js';
import { bucketIndex } from '../id/distance.js';
import type { Key } from '../id/key.js';
import { limits } from '../limits.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { jittered } from '../runtime/random.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { BucketFill, type FillRequest } from './bucket-fill.js';
import type { RoutingTable } from './routing-table.js';

export interface FillerDependencies {
  readonly own: Key;
  readonly k: number;
  readonly runtime: Runtime;
  readonly alarms: Alarms;
  readonly table: RoutingTable;
  /** The buckets that are to be filled now, furthest first. */
  readonly due: () => readonly number[];
  /** The bucket has all that can be found for it. */
  readonly onFilled: (bucket: number) => void;
  /** Whether a contact that somebody has named may be asked: no entry yet, and nothing against it. */
  readonly isEligible: (contact: EncodedContact) => boolean;
  /** Whether a contact has failed a short while ago, and may be asked again soon. */
  readonly isHeldBack: (contact: EncodedContact) => boolean;
  /** Asks a node for those closest to a key. Rejects when it does not answer. */
  readonly findNode: (contact: EncodedContact, target: Key) => Promise<readonly EncodedContact[]>;
}

/** Between two requests. */
const STEP_MS = 1_000 / limits.fillsPerSecond;

export class Filler {
  readonly #deps: FillerDependencies;
  // Bounded by the buckets that are due, some 20 in the largest of networks.
  readonly #fills = new Map<number, BucketFill>();
  // Buckets for which there may be more in a while: nobody says of them that they are filled. Bounded likewise.
  readonly #heldBack = new Set<number>();
  #inFlight = 0;
  #alarm: Alarm | undefined;

  constructor(deps: FillerDependencies) {
    this.#deps = deps;
  }

  /** Begins, unless it is under way. */
  start(): void {
    this.#alarm ??= this.#stepLater();
  }

  close(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#forget();
  }

  #stepLater(): Alarm {
    return this.#deps.alarms.after(jittered(this.#deps.runtime, STEP_MS, 0.5), () => {
      this.#alarm = undefined;
      const isAsked = this.#inFlight < limits.fillsAtOnce ? this.#askNext() : true;
      if (isAsked || this.#inFlight > 0) this.#alarm = this.#stepLater();
      else this.#forget();
    });
  }

  #forget(): void {
    this.#fills.clear();
    this.#heldBack.clear();
  }

  /** False when there is nobody to ask. */
  #askNext(): boolean {
    const { table, k, due } = this.#deps;
    const poorestFirst = [...due()].sort((a, b) => table.sizeOf(a) - table.sizeOf(b));
    for (const bucket of poorestFirst) {
      const fill = table.sizeOf(bucket) < k ? this.#fillOf(bucket) : undefined;
      const request = fill?.next();
      const peer = request && (request.peer ?? table.closest(request.target, 1)[0]?.contact);
      if (fill !== undefined && request !== undefined && peer !== undefined) {
        void this.#ask(fill, request, peer);
        return true;
      }
      // All of them have failed of late: another time.
      if (request !== undefined) fill?.failed(request);
      else if (fill?.isDone !== false && !this.#heldBack.has(bucket)) this.#end(bucket);
    }
    return false;
  }

  #end(bucket: number): void {
    this.#fills.delete(bucket);
    this.#deps.onFilled(bucket);
  }

  async #ask(fill: BucketFill, request: FillRequest, peer: EncodedContact): Promise<void> {
    this.#inFlight++;
    try {
      const named = await this.#deps.findNode(peer, request.target);
      fill.answered(request, peer.key, named);
      for (const other of this.#fills.values()) for (const contact of named) other.hear(contact);
      for (const contact of named) if (this.#deps.isHeldBack(contact)) this.#holdBack(contact.key);
    } catch {
      fill.failed(request);
    } finally {
      this.#inFlight--;
    }
  }

  #holdBack(key: Key): void {
    const bucket = bucketIndex(this.#deps.own, key);
    if (bucket !== undefined) this.#heldBack.add(bucket);
  }

  #fillOf(bucket: number): BucketFill {
    const known = this.#fills.get(bucket);
    if (known !== undefined) return known;
    const { own, k, table, runtime, isEligible } = this.#deps;
    const entries = table.entriesOf(bucket).map(({ contact }) => contact);
    const randomBytes = (count: number) => runtime.randomBytes(count);
    const fill = new BucketFill({ own, bucket, k, entries, isEligible, randomBytes });
    this.#fills.set(bucket, fill);
    return fill;
  }
}
