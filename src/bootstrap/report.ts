// What a node tells of how it has joined.

import type { CallOptions } from '../call-options.js';
import type { TransportInfo } from '../contracts/transport.js';
import type { ErrorCode } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';

/**
 * `joining`: seeds are being asked, or fewer nodes are known of than the group is to begin with. `joined`: a node knows us.
 * `alone`: there is nobody else to ask, and nobody has come: a group of one. `isolated`: no seed answers; they are asked again.
 */
export type JoinState = 'joining' | 'joined' | 'alone' | 'isolated';

export interface BootstrapFault {
  readonly code: ErrorCode;
  /** With the code, without `ERR_`, before it. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Times are milliseconds since the Unix epoch. */
export interface SourceReport {
  readonly name: string;
  /** How many seeds it has named last, and when; absent before it has. */
  readonly seeds?: number;
  readonly updatedAt?: number;
  /** Why it failed, and when it is asked again. What it said last stands. */
  readonly fault?: BootstrapFault;
  readonly nextTryAt?: number;
  /** What of its last word could not be used. */
  readonly faults?: readonly BootstrapFault[];
}

export interface SeedReport {
  /** Its addresses. */
  readonly transport: readonly TransportInfo[];
  /** Who names it. */
  readonly sources: readonly string[];
  /** `known`: its node is met. `waiting`: not asked yet. `asked`: it is being asked. `self`: it is this node. `failed`: it did not answer, or refused. */
  readonly state: 'known' | 'waiting' | 'asked' | 'self' | 'failed';
  /** Who answered there. */
  readonly id?: ContactId;
  readonly triedAt?: number;
  readonly fault?: BootstrapFault;
  readonly nextTryAt?: number;
}

export interface BootstrapReport {
  readonly state: JoinState;
  /** What to do, where the node is not joined. */
  readonly hint?: string;
  readonly sources: readonly SourceReport[];
  readonly seeds: readonly SeedReport[];
}

export interface BootstrapView {
  /** As `node.state`. */
  readonly state: JoinState;
  /** What each source has said, how each seed has fared, and what to do about it: a JSON value. In a page the state, and why the last seed failed. */
  explain(): BootstrapReport;
  /** Asks all seeds beside each other. Resolves when each has answered or failed. @throws the signal's reason. */
  retry(options?: CallOptions): Promise<void>;
}
