// What the shell is told. The numbers are those of sysexits.h, which scripts know how to read.

import type { FaultCode } from '../errors.js';

export const exitCodes = Object.freeze({
  /** The answer is no. */
  negative: 1,
  /** The command line itself is wrong. */
  usage: 64,
  /** What was given in it is wrong: an id, JSON, a contact. */
  data: 65,
  /** A file that was named cannot be read. */
  input: 66,
  /** Nobody could be reached. */
  unavailable: 69,
  /** A fault of disgover. */
  internal: 70,
  /** The operating system refused: the address, another socket. */
  system: 71,
  /** It did not end in time: it may the next time. */
  timeout: 75,
  /** Somebody is there and does not speak as we do: another protocol, without TLS, or with a certificate that is not trusted. */
  protocol: 76,
  /** The group does not let us in: another secret or name, no key, or its admission hook. */
  refused: 77,
  /** Added to the number of the signal that ended the command. */
  signal: 128,
});

const faultsOf: Partial<Record<keyof typeof exitCodes, readonly FaultCode[]>> = {
  usage: [
    'UNKNOWN_COMMAND',
    'UNKNOWN_FLAG',
    'MISSING_VALUE',
    'MISSING_ARGUMENT',
    'DUPLICATE_FLAG',
    'BAD_DURATION',
    'BAD_OPTION',
    'BAD_SEED',
    'BAD_SOURCE',
    'BAD_MULTICAST_GROUP',
    'BAD_HOST',
    'BAD_PORT',
    'BAD_URL',
    'DIAL_DENIED',
    'HOSTNAME_NOT_ALLOWED',
  ],
  data: [
    'BAD_CONTACT',
    'BAD_ID',
    'BAD_JSON',
    'NOT_SERIALIZABLE',
    'NOT_PLAIN',
    'BAD_NUMBER',
    'BAD_STRING',
    'FORBIDDEN_KEY',
    'DUPLICATE_KEY',
    'TOO_DEEP',
    'TOO_MANY_KEYS',
    'TOO_MANY_ADDRESSES',
    'CONTACT_TOO_LARGE',
    'BAD_CLOCK',
    'CLOCK_EXHAUSTED',
    'BAD_KEY',
    'TLS_KEY_MISMATCH',
    'TLS_EXPIRED',
  ],
  input: ['KEY_FILE_UNREADABLE', 'SEED_FILE_UNREADABLE'],
  refused: ['BAD_SECRET', 'NOT_ADMITTED', 'GROUP_MISMATCH', 'KEY_REQUIRED'],
  unavailable: ['NO_NODES', 'DIAL_FAILED', 'LINK_LOST', 'NO_TRANSPORT_FOR', 'CLOSED'],
  internal: ['INTERNAL', 'ARBITER_THREW', 'ARBITER_BAD_RESULT'],
  system: ['ADDRESS_IN_USE', 'ADDRESS_NOT_AVAILABLE'],
  timeout: ['TIMEOUT', 'LOOKUP_TIMEOUT', 'HANDSHAKE_TIMEOUT', 'BUSY'],
};

/** What ends `find` as it ends `ping`, when all seeds fail for it. */
const ofWhoAnswers: ReadonlySet<number> = new Set([exitCodes.refused, exitCodes.protocol]);

/** For `NO_NODES`, by why the seeds failed: all of them for reasons that end alike, and not for want of an answer. */
export function exitCodeOfSeeds(faults: readonly FaultCode[]): number | undefined {
  const [exitCode, another] = new Set(faults.map(exitCodeOf));
  return another === undefined && exitCode !== undefined && ofWhoAnswers.has(exitCode) ? exitCode : undefined;
}

/** Faults that are not listed are those of peers. */
export function exitCodeOf(fault: FaultCode): number {
  for (const [name, faults] of Object.entries(faultsOf)) {
    if (faults.includes(fault)) return exitCodes[name as keyof typeof exitCodes];
  }
  return exitCodes.protocol;
}
