// A node heard of in a lookup, and the moves that are legal for it.

import type { Key } from '../id/key.js';
import type { EncodedContact } from '../wire/contact-codec.js';

/**
 * `heard`: named by somebody, not asked. `asked`: a request is in flight. `late`: still in flight, for longer than the peer
 * usually takes; its answer is welcome, nobody waits for it. `answered`, `failed`: for good.
 */
export type LookupPeerState = 'heard' | 'asked' | 'late' | 'answered' | 'failed';

export class LookupPeer {
  readonly contact: EncodedContact;
  readonly key: Key;
  /** Who named it first; absent for one of our own table. */
  readonly toldBy: LookupPeer | undefined;
  /** 1 when it is of our own table, else one more than that of who named it first. */
  readonly depth: number;
  /** Whether it is so close to the target that it is one of its holders, most likely. */
  readonly isLikely: boolean;
  state: LookupPeerState = 'heard';
  /** It is asked alone, as a holder: where it is one, nobody else need be named. */
  exactWillDo = false;
  askedAt = 0;
  lateAt = 0;
  /** How it can be dialled; known where that matters. */
  kinds: readonly string[] | undefined;

  constructor(contact: EncodedContact, toldBy?: LookupPeer, isLikely = false) {
    this.contact = contact;
    this.key = contact.key;
    this.toldBy = toldBy;
    this.depth = (toldBy?.depth ?? 0) + 1;
    this.isLikely = isLikely;
  }
}
