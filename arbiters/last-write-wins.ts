// The contact that was written last wins whole, by the timestamp that its writer gave it.

import {
  type Arbiter,
  type Contact,
  checkClock,
  greatest,
  isClock,
  successor,
  without,
} from '../src/plugin.js';

/**
 * Keeps the contact with the greater `timestamp`, whole, transport included. Equal timestamps: the larger canonical bytes
 * (RFC 8785) of `{ id, data }`, then of the whole contact. Whatever is no timestamp counts as none, that is 0, and is dropped.
 *
 * The timestamp is a hybrid logical clock (Kulkarni et al. 2014, §3) in one integer from 0 to 2^53 - 1: milliseconds since the
 * Unix epoch × 1,000, plus a logical counter; it lasts until the year 2255. A counter that passes 999 carries into the
 * milliseconds, which keeps the order.
 *
 * `arbiterDefaults` stamps a contact that has none: by the clock, or right after the version that the node knows of, whichever
 * is later, so that an update wins even where this node's clock is behind. Timestamps are never compared with the present:
 * nodes would disagree for as long as their clocks do. A timestamp far in the future therefore wins
 * until it is overwritten; where writers are not trusted, refuse it before it is merged.
 *
 * @throws DisgoverError `ERR_BAD_CLOCK` for a given timestamp that is none; `ERR_CLOCK_EXHAUSTED` when the known version has
 * the last one.
 */
export function lastWriteWins(): Arbiter {
  return {
    arbiter: greatest(withoutAlienTimestamp, (a, b) => timestampOf(a) - timestampOf(b)),
    arbiterDefaults(contact, { now, known }) {
      if (contact.timestamp !== undefined) return { ...contact, timestamp: checkClock(contact.timestamp) };
      const byClock = Math.floor(now * 1_000);
      const timestamp = known === undefined ? byClock : Math.max(byClock, successor(timestampOf(known)));
      return { ...contact, timestamp };
    },
  };
}

function timestampOf({ timestamp }: Contact): number {
  return isClock(timestamp) ? timestamp : 0;
}

function withoutAlienTimestamp(contact: Contact): Contact {
  const { timestamp } = contact;
  return timestamp === undefined || isClock(timestamp) ? contact : without('timestamp', contact);
}
