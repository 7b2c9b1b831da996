// Every failure has a stable code. Local faults are thrown as DisgoverError; what a peer does wrong is a Refusal, a value.

/** Each code without its `ERR_` prefix, as it also travels on the wire, with what it means. `docs/ERRORS.md` lists the same. */
export const faults = {
  // Input of the application
  BAD_CONTACT: 'A contact is not an object, or is not laid out as one.',
  BAD_ID: 'An id is not canonical padded base64 of 1 to 255 bytes.',
  NOT_SERIALIZABLE: 'A value in a contact has no JSON form: a function, symbol, bigint, Date, Map, a cycle.',
  NOT_PLAIN: 'A value in a contact is not plain data: a getter, a class instance, a sparse array.',
  BAD_NUMBER: 'A number is not finite, or is whole and not a safe integer.',
  BAD_STRING: 'A string has a lone surrogate, or is too long.',
  FORBIDDEN_KEY: 'A key is `__proto__`, `constructor` or `prototype`.',
  TOO_DEEP: 'A value is nested more than 16 levels deep.',
  TOO_MANY_KEYS: 'An object has more than 256 keys, or an array more than 256 items.',
  CONTACT_TOO_LARGE: 'A contact is longer than 3,072 bytes when encoded.',
  BAD_CLOCK: 'A clock is not an integer from 0 to 9007199254740991 (or a map of node to such integers).',
  CLOCK_EXHAUSTED: 'A clock has reached its largest value; register under a new id.',
  BAD_OPTION: 'An option is missing, unknown, of the wrong type or out of its range.',
  BAD_SEED: 'A seed is not an address or a contact that can be dialled.',
  BAD_HOST: 'A host is not a canonical IP literal or a host name.',
  BAD_PORT: 'A port is not an integer from 1 to 65535.',
  TOO_MANY_ADDRESSES: 'A contact lists more than 4 addresses.',
  NO_TRANSPORT_FOR: "None of the node's transports can dial the contact.",
  BAD_URL: 'A WebSocket address has what it may not: credentials, a fragment, another scheme.',
  BAD_KEY: 'A key or a secret is not 32 bytes, or a file does not hold one.',
  KEY_FILE_UNREADABLE:
    'The file of a key, a certificate or a secret is missing or cannot be read or written.',
  KEY_FILE_PERMISSIONS: 'Only said: the file of a key or a secret can be read by others.',
  TLS_KEY_MISMATCH: 'A TLS key or certificate is missing, unreadable, or belongs to another.',
  TLS_EXPIRED: 'The TLS certificate of this node is no longer valid, or not yet.',

  // Use of a node
  CLOSED: 'The node is closed, or closes while the call was under way.',
  NO_NODES: 'No other node could be reached: not connected, which is not the same as not found.',
  TIMEOUT: 'A peer did not answer before the deadline of the request.',
  LOOKUP_TIMEOUT: 'A lookup did not end before its deadline.',
  BUSY: 'Too many lookups or requests are under way and waiting, or all sessions are in use.',
  DIAL_FAILED: 'A link to the peer could not be opened.',
  DIAL_DENIED: 'The dial policy forbids the address.',
  HOSTNAME_NOT_ALLOWED:
    'A contact from another node names a host, and only IP literals are dialled for others.',
  TLS_FAILED: 'A TLS handshake failed: no TLS there, or a certificate that is not trusted.',
  LINK_LOST: 'The link to the peer ended before it answered.',
  ADDRESS_IN_USE: 'Another socket listens at the address.',
  ADDRESS_NOT_AVAILABLE: 'The address is not one of this host.',
  ARBITER_THREW: 'The arbiter threw; the incumbent was kept.',
  ARBITER_BAD_RESULT: 'The arbiter returned what is not a contact of the same id; the incumbent was kept.',
  INTERNAL: 'A fault of disgover itself; please report it.',

  // Sources of seeds
  BAD_SOURCE: 'A source of seeds is not written as one: its URL, or an option of it.',
  SEED_FILE_UNREADABLE: 'The file of seeds is missing, too long, or cannot be read; it is looked at again.',
  DNS_NOT_FOUND: 'The DNS has no such name.',
  DNS_NO_RECORDS: 'The name has no records of the type that is asked for.',
  DNS_FAILED: 'A DNS server answers that it cannot or will not say.',
  DNS_TIMEOUT: 'A DNS server does not answer in time.',
  DNS_UNREACHABLE: 'There is no DNS server at the address, or none is known.',
  DNS_BAD_ANSWER: 'What a DNS server answers cannot be read, or is no answer to what was asked.',
  BAD_MULTICAST_GROUP: 'An address is neither of a multicast group nor one of broadcast.',
  MULTICAST_FAILED: 'The system gives no socket for the multicast group, or does not let it in.',
  K8S_NOT_IN_CLUSTER: 'The process does not run in a Kubernetes cluster: there is no service account token.',
  K8S_UNSUPPORTED: 'The Kubernetes cluster serves no EndpointSlices, or has no such version of them.',
  K8S_NO_PORT: 'The EndpointSlices have no port of the name that is asked for, or several and none is.',
  PACKAGE_MISSING: 'A source needs a package that is not installed.',
  SOURCE_UNREACHABLE: 'The server of a source cannot be reached, or does not answer in time.',
  SOURCE_DENIED: 'The server of a source does not let this node in, or not to what it asks for.',
  SOURCE_BAD_ANSWER: 'What the server of a source answers is not what such a server says.',

  // Between nodes: framing
  BAD_MAGIC: 'What connected does not speak disgover.',
  FRAME_TOO_LARGE: 'A frame announces more bytes than are allowed at this point.',
  FRAME_EMPTY: 'A frame announces no bytes.',
  FRAME_TRUNCATED: 'The link ended within a frame.',
  FRAME_TIMEOUT: 'A frame did not arrive whole in time.',
  SLOW_READER: 'The peer does not read what is sent to it.',
  TLS_REQUIRED: 'A peer speaks without TLS at a port that wants it.',
  BAD_FRAME_TYPE: 'A WebSocket message is text, and not binary.',
  TOO_MANY_FRAGMENTS: 'A WebSocket message comes in more than 64 fragments.',
  ORIGIN_NOT_ALLOWED: 'A page of this origin may not open a WebSocket here.',
  BAD_SUBPROTOCOL: 'A WebSocket was asked for without the subprotocol `disgover.v1`.',

  // Between nodes: HELLO
  HANDSHAKE_TIMEOUT: 'The peer did not say HELLO in time.',
  HELLO_EXPECTED: 'Another frame came before HELLO, or too many before the peer was known.',
  UNEXPECTED_HELLO: 'A second HELLO.',
  VERSION_MISMATCH: 'No version of the protocol is spoken by both.',
  GROUP_MISMATCH: 'The peer belongs to another group.',
  ID_MISMATCH: 'Another id answered than was dialled or asked for.',
  SELF_CONNECT: 'The peer is this node itself.',
  KEY_REQUIRED: 'A node without a key where identity must be proved.',
  ID_KEY_MISMATCH: 'An id is not the hash of the key that it is shown with.',
  BAD_SIGNATURE: 'A signature, or a keyed proof in its place, is wrong.',
  BAD_SECRET: "The group's secret was not proved.",
  REPLAYED_HELLO: 'A HELLO with the nonce of an earlier one.',
  PROOF_REQUIRED: 'A frame or a request that must wait for the proof of who sends it.',
  NOT_ADMITTED: 'The admission hook refused the peer, failed, or did not decide in time.',
  IDLE: 'The link was not used for a while.',
  TOO_MANY_SESSIONS: 'The node has as many sessions as it may.',

  // Between nodes: messages
  BAD_FRAME: 'A message does not fit its frame.',
  BAD_REQUEST_ID: 'A request does not carry a higher id than the request before it.',
  UNSUPPORTED: 'A request of an unknown kind.',
  UNSOLICITED_REPLY: 'A reply that nobody waits for, or of another kind than was asked.',
  TOO_MANY_CONTACTS: 'A reply has more than 20 contacts, or an announce more than 512.',
  FOREIGN_TRANSPORT: 'A node announced a contact that another node hosts.',
  STALE_SEQ: 'A signed contact is older than one that is known of its id.',
  RATE_LIMITED: 'More of a kind than a peer may send in so short a time.',
  BAD_JSON: 'The JSON part of a contact does not parse.',
  BAD_ENCODING: 'The JSON part of a contact is not UTF-8.',
  DUPLICATE_KEY: 'The JSON part of a contact has a key twice, or has an `id`.',

  // Command line
  UNKNOWN_COMMAND: 'There is no such command.',
  UNKNOWN_FLAG: 'There is no such flag.',
  MISSING_VALUE: 'A flag lacks its value.',
  MISSING_ARGUMENT: 'A command lacks an argument.',
  DUPLICATE_FLAG: 'A flag is given twice with different values.',
  BAD_DURATION: 'A duration is not from 1 ms to 2147483647 ms, or is not written as one.',
  NOT_FOUND: 'Nobody has what was asked for: the answer is no.',
  DEMO_FAILED: 'A step of the demo went wrong.',
  TOO_MANY_OPEN_FILES: 'The system gives the process no more file descriptors.',
  RUNNING_AS_ROOT: 'Only said: the node runs with all rights for the sake of a port.',
} as const;

/** A code without `ERR_`. */
export type FaultCode = keyof typeof faults;
/** The value of `error.code`. Stable: a code keeps its meaning from the release that introduces it. */
export type ErrorCode = `ERR_${FaultCode}`;

/** Whatever disgover throws or rejects with, but for an abort, which rejects with the signal's reason. */
export class DisgoverError extends Error {
  override readonly name = 'DisgoverError';
  readonly code: ErrorCode;
  /** The code without `ERR_`. */
  readonly fault: FaultCode;

  constructor(code: FaultCode, detail: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.fault = code;
    this.code = `ERR_${code}`;
  }

  static from(refusal: Refusal, options?: { readonly cause?: unknown }): DisgoverError {
    return new DisgoverError(refusal.code, refusal.detail, options);
  }
}

/** Why something that a peer sent is not accepted. Not an Error: a flood of bad frames must not cost a stack trace each. */
export class Refusal {
  readonly code: FaultCode;
  readonly detail: string;

  constructor(code: FaultCode, detail: string) {
    this.code = code;
    this.detail = detail;
  }

  /** The same within a larger thing: `data.x` becomes `contacts[3].data.x`. */
  within(where: string): Refusal {
    return new Refusal(this.code, `${where}: ${this.detail}`);
  }
}

/** What may be wrong with a contact that was sent. */
const ofContacts = [
  'BAD_CONTACT',
  'BAD_ID',
  'BAD_NUMBER',
  'BAD_STRING',
  'FORBIDDEN_KEY',
  'TOO_DEEP',
  'TOO_MANY_KEYS',
  'CONTACT_TOO_LARGE',
  'TOO_MANY_ADDRESSES',
  'BAD_JSON',
  'BAD_ENCODING',
  'DUPLICATE_KEY',
] as const satisfies readonly FaultCode[];

/**
 * The codes that a peer can tell, by the message that carries them: docs/PROTOCOL.md, section 11. Not those that speak of this node:
 * a peer that closes is a lost link to us.
 */
const toldIn: Readonly<Record<'close' | 'error', ReadonlySet<string>>> = {
  close: new Set([
    ...ofContacts,
    'BAD_MAGIC',
    'TLS_REQUIRED',
    'HELLO_EXPECTED',
    'UNEXPECTED_HELLO',
    'HANDSHAKE_TIMEOUT',
    'VERSION_MISMATCH',
    'GROUP_MISMATCH',
    'SELF_CONNECT',
    'ID_MISMATCH',
    'KEY_REQUIRED',
    'ID_KEY_MISMATCH',
    'BAD_SIGNATURE',
    'BAD_SECRET',
    'REPLAYED_HELLO',
    'PROOF_REQUIRED',
    'NOT_ADMITTED',
    'FRAME_TIMEOUT',
    'SLOW_READER',
    'BAD_FRAME',
    'UNSUPPORTED',
    'UNSOLICITED_REPLY',
    'RATE_LIMITED',
    'IDLE',
    'TOO_MANY_SESSIONS',
    'INTERNAL',
  ] satisfies FaultCode[]),
  error: new Set([
    ...ofContacts,
    'UNSUPPORTED',
    'BAD_REQUEST_ID',
    'BAD_FRAME',
    'TOO_MANY_CONTACTS',
    'FOREIGN_TRANSPORT',
    'PROOF_REQUIRED',
    'BAD_SIGNATURE',
    'ID_KEY_MISMATCH',
    'STALE_SEQ',
    'RATE_LIMITED',
    'INTERNAL',
  ] satisfies FaultCode[]),
};

/** What begins the detail of what a peer told us, and did not do to us. */
export const SAID_BY_PEER = 'said by the peer';

/** What a refusal by the peer means for this node, where its application can do something about it. */
const remedies: Partial<Record<FaultCode, string>> = {
  BAD_SECRET: 'its group has another secret, or this node gives none: see the option `secret`',
  GROUP_MISMATCH: 'it belongs to another group: see the option `group`',
  KEY_REQUIRED: 'it wants a node with a key: leave out the option `id`, or give `identity`',
  TLS_REQUIRED: 'it wants encrypted links: see the option `tls`',
  SELF_CONNECT: 'it is this node itself, or another with the same key',
  NOT_ADMITTED: 'its admission hook does not let this node in: ask who runs it',
  VERSION_MISMATCH: 'it speaks another version of the protocol: upgrade the older node',
  TOO_MANY_SESSIONS: 'it has as many sessions as it may: try again later',
  RATE_LIMITED: 'it was asked too often: try again later',
};

/**
 * The failure that a peer told us, in a CLOSE or in an ERROR: with its code where that is one that a peer can tell there, else
 * `LINK_LOST` or `UNSUPPORTED`. What it writes never becomes another.
 */
export function faultOfPeer(code: string, message: 'close' | 'error'): Refusal {
  const otherwise = message === 'close' ? 'LINK_LOST' : 'UNSUPPORTED';
  const fault = toldIn[message].has(code) ? (code as FaultCode) : otherwise;
  const remedy = remedies[fault];
  return new Refusal(fault, remedy === undefined ? SAID_BY_PEER : `${SAID_BY_PEER}: ${remedy}`);
}

/** A failure as one of ours: what a plugin threw, or a bug, becomes `ERR_INTERNAL` with its cause. */
export function asDisgoverError(fault: unknown): DisgoverError {
  if (fault instanceof DisgoverError) return fault;
  return new DisgoverError('INTERNAL', quoteThrown(fault), { cause: fault });
}

/** Text from elsewhere as it may be shown: control characters escaped, cut to 64 characters. */
export function quote(text: string): string {
  const shown = JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
  return shown.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What was thrown, likewise. Total: anything can be thrown, also what has no text. */
export function quoteThrown(thrown: unknown): string {
  try {
    return quote(String(thrown));
  } catch {
    return `${typeof thrown} without a text`;
  }
}

/** The name of a value's type as users know it, for messages: `array`, `null`, `Date`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object') return typeof value;
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : 'object';
}
