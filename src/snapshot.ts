// A node as a value: for a warm start, for a dashboard, and for the test that everything has a bound.

import type { JoinState } from './bootstrap/report.js';
import type { Contact } from './contracts/contact.js';
import type { Engine } from './engine.js';
import { limits } from './limits.js';

export interface CollectionSize {
  readonly name: string;
  readonly size: number;
  /** What it can hold at most; absent where the application itself decides how much there is. */
  readonly cap?: number;
}

export interface Snapshot {
  readonly contact: Contact;
  readonly state: JoinState;
  /** The nodes of the routing table: seeds for the next start, to be verified again. */
  readonly nodes: readonly Contact[];
  readonly collections: readonly CollectionSize[];
}

const BUCKETS = 256;

export function snapshotOf({
  self,
  bootstrap,
  routing,
  bridges,
  contacts,
  pool,
  dialPolicy,
  walker,
  errands,
  unreachable,
  announcer,
  withdrawals,
  passages,
  onward,
  relays,
  relayed,
  acquaintances,
  seenNonces,
  options,
}: Engine): Snapshot {
  const { table, replacements, quarantine, verifications, hints } = routing.sizes();
  return {
    contact: self.contact.contact,
    state: bootstrap.state,
    nodes: [...routing.contacts()].map(({ contact }) => contact),
    collections: [
      { name: 'table', size: table, cap: BUCKETS * options.k },
      { name: 'replacements', size: replacements, cap: BUCKETS * limits.replacementsPerBucket },
      { name: 'hints', size: hints, cap: routing.mostHints },
      { name: 'quarantine', size: quarantine, cap: limits.quarantined },
      { name: 'bridges', size: bridges.size, cap: limits.bridges },
      { name: 'verifications', size: verifications, cap: 2 * limits.verifications },
      { name: 'sessions', size: pool.size, cap: limits.sessions },
      { name: 'acquaintances', size: acquaintances.size, cap: limits.acquaintances },
      { name: 'nonces', size: seenNonces.size, cap: limits.noncesRemembered },
      { name: 'dials', size: dialPolicy.size, cap: 2 * limits.dialPrefixes },
      { name: 'lookups', size: walker.size, cap: limits.lookups + limits.lookupsQueued },
      { name: 'errands', size: errands.size, cap: limits.errands },
      { name: 'cache', size: contacts.cache.size, cap: limits.cacheEntries },
      { name: 'misses', size: contacts.cache.misses, cap: limits.misses },
      { name: 'held', size: contacts.held.size, cap: limits.heldEntries },
      { name: 'tombstones', size: contacts.held.tombstones, cap: limits.tombstones },
      { name: 'unreachable', size: unreachable.size, cap: limits.quarantined },
      { name: 'relayed', size: passages.size, cap: limits.relayedIds },
      { name: 'onward', size: onward.size, cap: limits.onwardWaiting },
      { name: 'onwardHosts', size: onward.hosts, cap: limits.onwardWaiting },
      { name: 'onwardShares', size: onward.shares, cap: limits.onwardShares },
      { name: 'relays', size: relays.size, cap: limits.relays },
      { name: 'relaysFailed', size: relays.failed, cap: limits.relaysFailed },
      { name: 'relayedEntities', size: relayed.size },
      { name: 'registrations', size: contacts.registrations.size },
      { name: 'republications', size: announcer.size },
      { name: 'withdrawals', size: withdrawals.size },
    ],
  };
}
