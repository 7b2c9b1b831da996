// Why a node is joined or is not, as a value: what each source has said, how each seed has fared, and what to do about it.

import type { DisgoverError, FaultCode } from '../errors.js';
import { addressesOf } from '../wire/addresses.js';
import type { Join, JoinDependencies } from './join.js';
import type { BootstrapFault, BootstrapReport, SeedReport, SourceReport } from './report.js';
import type { KnownSeed } from './seed-list.js';
import type { SourceWatch } from './source-watch.js';

export interface Explained {
  readonly join: Join;
  readonly sources: readonly SourceWatch[];
  readonly expected: number | undefined;
  readonly isKnown: JoinDependencies['isKnown'];
}

const hints: Partial<Record<FaultCode, string>> = {
  DIAL_FAILED: 'nobody listens there, or a firewall is between: check host and port, and that the node runs',
  TIMEOUT: 'it takes the link and does not answer: is it a node, and does it still run?',
  HANDSHAKE_TIMEOUT: 'it takes the link and does not answer: is it a node, and does it still run?',
  LINK_LOST: 'it ended the link without a word: its own log says why',
  BAD_MAGIC: 'something else listens there: check the port',
  GROUP_MISMATCH: 'it belongs to another group: see the option `group`',
  ID_MISMATCH: 'another node is at that address: leave out the id, or mend it',
  BAD_SECRET: 'its group has another secret, or one of the two gives none: see the option `secret`',
  KEY_REQUIRED: 'it wants a node with a key: leave out the option `id`, or give `identity`',
  VERSION_MISMATCH: 'it speaks another version of the protocol: upgrade the older node',
  NOT_ADMITTED: 'its admission hook does not let this node in: ask who runs it',
  TLS_REQUIRED: 'it wants encrypted links: see the option `tls`',
  TLS_FAILED: 'no TLS there, or a certificate that is not trusted: see the option `tls`',
  DIAL_DENIED: 'the option `dial` forbids it',
  TOO_MANY_SESSIONS: 'it has as many sessions as it may: it is asked again',
  RATE_LIMITED: 'it was asked too often: it is asked again',
};

export function explain({ join, sources, expected, isKnown }: Explained): BootstrapReport {
  const all = join.seeds.all;
  const hint = hintOf(join, expected);
  return {
    state: join.state,
    ...(hint !== undefined && { hint }),
    sources: sources.map(sourceReport),
    seeds: all.map((seed) => seedReport(seed, isKnown(seed.target, seed.id))),
  };
}

function sourceReport({ name, seeds, updatedAt, fault, nextTryAt, faults }: SourceWatch): SourceReport {
  return {
    name,
    ...(seeds !== undefined && { seeds }),
    ...(updatedAt !== undefined && { updatedAt }),
    ...(fault !== undefined && { fault: faultReport(fault) }),
    ...(nextTryAt !== undefined && { nextTryAt }),
    ...(faults.length > 0 && { faults: faults.map(faultReport) }),
  };
}

function seedReport(seed: KnownSeed, isKnown: boolean): SeedReport {
  const { target, namedBy, id, triedAt, fault, nextAt } = seed;
  const state = stateOf(seed, isKnown);
  const hasFailed = fault !== undefined && state !== 'known';
  return {
    transport: addressesOf(target),
    sources: Array.from(namedBy.keys(), ({ name }) => name),
    state,
    ...(id !== undefined && { id }),
    ...(triedAt !== undefined && { triedAt }),
    ...(hasFailed && state !== 'self' && { fault: faultReport(fault) }),
    ...((state === 'failed' || state === 'waiting') && { nextTryAt: nextAt }),
  };
}

function stateOf({ isSelf, isAsked, fault, id }: KnownSeed, isKnown: boolean): SeedReport['state'] {
  if (isSelf) return 'self';
  if (isKnown) return 'known';
  if (isAsked) return 'asked';
  if (fault !== undefined) return 'failed';
  return id === undefined ? 'waiting' : 'known';
}

function faultReport({ code, fault, message }: DisgoverError): BootstrapFault {
  const hint = hints[fault];
  // The peer's refusal comes with its remedy.
  return { code, message, ...(hint !== undefined && !message.includes(hint) && { hint }) };
}

function hintOf({ state, seeds }: Join, expected = 1): string | undefined {
  const named = seeds.others.length + 1;
  if (state === 'joining' && named < expected)
    return `${expected} nodes are expected, and ${named} are named, this one included: add seeds, or expect fewer`;
  if (state === 'alone')
    return 'this node is a group of its own: give it seeds or a source, unless others are to come to it';
  if (state === 'isolated')
    return named === 1
      ? 'no source names anybody: see what they say'
      : 'no seed lets this node in: see why each of them fails';
  return undefined;
}
