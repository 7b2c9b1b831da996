// What a node can be told, with defaults, units and trade-offs. The only place that fills and checks options.

import { type Cidr, parseCidr } from './address/cidr.js';
import { isPort } from './address/host.js';
import { vectorClock } from './arbiter/vector-clock.js';
import { resolveSeed } from './bootstrap/seed.js';
import type { ArbiterAdmission, ArbiterDefaults, ArbiterFunction } from './contracts/arbiter.js';
import type { BootstrapSource, Seed } from './contracts/bootstrap-source.js';
import type { Logger } from './contracts/logger.js';
import type { Metrics } from './contracts/metrics.js';
import type { Runtime } from './contracts/runtime.js';
import type { Transport } from './contracts/transport.js';
import { DisgoverError, quote, typeName } from './errors.js';
import { utf8 } from './id/bytes.js';
import { type ContactId, parseContactId } from './id/contact-id.js';
import { Identity } from './identity/identity.js';
import { limits } from './limits.js';
import { checkOptionNames, unknownName } from './option-names.js';
import { SystemRuntime } from './runtime/system-runtime.js';
import type { DialRules } from './session/dial-policy.js';
import type { DialTarget } from './session/dialler.js';
import { GroupSecrets, type SecretRing } from './session/group-secrets.js';
import type { Admit } from './session/session.js';

/** Blocks are written as `10.1.0.0/16`, `2001:db8::/32`, or a single address. */
export interface DialOption {
  /** Blocks that are dialled as if they were this node's own network: no range is forbidden there, and no rate limited. Default none. */
  readonly allow?: readonly string[];
  /** Blocks that are never dialled, seeds included; wins over all else. Default none. */
  readonly deny?: readonly string[];
  /** Whether host names in contacts of other nodes are resolved and dialled. Default false. */
  readonly names?: boolean;
  /** Ports below 1024 that other nodes may name. Default none: nodes are not asked to knock at a web or mail server. */
  readonly ports?: readonly number[];
}

export interface DisgoverOptions {
  /**
   * How other nodes are reached: `tcp({ host, port })`. An array, at most 4: listens on each, dials through whichever a contact offers;
   * where that is several, the first of the array first, and the next beside it when it has not answered in 250 ms.
   */
  readonly transport: Transport | readonly Transport[];

  /**
   * Nodes to meet first: addresses (`tcp://10.0.0.7:6742`), contacts, and sources that go on naming such, mixed; at most 16 sources. All are
   * met in the end, and those that fail are tried again as long as the node lives. Default none: others come to this one.
   */
  readonly seeds?: readonly (Seed | BootstrapSource)[];

  /**
   * How many nodes the group begins with, this one included: a node that nobody answers stays `joining` until so many are named and the
   * list of seeds has been the same for 5 s; only then it is `alone`, a group of its own. 1 asks for that. Integer from 1 to 1024. Default:
   * who has nobody else to ask is `alone` at once, and the log warns of it.
   */
  readonly expect?: number;

  /** The group that the node belongs to; nodes of other groups are not talked to. 1 to 64 bytes of UTF-8, default `default`. */
  readonly group?: string;

  /**
   * The node's key pair: its id is made of it, and every session proves it. Default a new one at every start, unless `id` is given.
   * `disgover/key-file` keeps one in a file.
   */
  readonly identity?: Identity;

  /**
   * An id for a node without a key, which cannot prove that it is its own: canonical base64 of 1 to 255 bytes. For networks
   * where everybody is trusted, where it saves the signatures; refused where `requireIdentity` is set.
   */
  readonly id?: string;

  /** Refuses nodes without a key. Default false. */
  readonly requireIdentity?: boolean;

  /**
   * What only members of the group know: 32 random bytes, or their base64. Nobody is answered who does not prove it. A list of at
   * most 4 while one follows another: the first is proved, each is accepted, and `null` stands for having none. Default none.
   */
  readonly secret?: SecretRing;

  /**
   * Asked of every peer that has proved itself, before anything is stored or answered: false, a throw, or no decision in 5 s
   * refuses it (`ERR_NOT_ADMITTED`). `remote`: the other end of its link. Default: all are admitted.
   */
  readonly admit?: Admit;

  /** `data` of the node's own contact, minimal: every node that knows it keeps it. Default none. */
  readonly data?: unknown;

  /** Which of two contacts stands; spread an arbiter, `...vectorClock()`, or write the function. Default `vectorClock()`. */
  readonly arbiter?: ArbiterFunction;

  /** Fills the arbiter's fields of what is registered. Default: of the default arbiter, or nothing beside an arbiter of your own. */
  readonly arbiterDefaults?: ArbiterDefaults;

  /**
   * Looks at contacts from elsewhere before the arbiter does, and keeps out what it refuses. Comes with an arbiter that needs it, such
   * as `...signed()`. Default: all are let in.
   */
  readonly arbiterAdmission?: ArbiterAdmission;

  /**
   * Whom the node dials for others. What peers name is dialled at public addresses (a few times a minute each), and at loopback and
   * private ones of a range that the node itself or one of its seeds is in; at ports from 1024 up; never at link-local, metadata
   * or multicast addresses. Seeds, and addresses passed to `ping` as text, are dialled as they are.
   */
  readonly dial?: DialOption;

  /**
   * Entries of a bucket, answers to a FIND-NODE, holders of an entity. Integer from 1 to 20, default 20 (Kademlia §2.3). Less
   * saves memory and traffic; entities are lost more easily when nodes leave. The same in all nodes of a group.
   */
  readonly k?: number;

  /**
   * Most requests in flight in one lookup (alpha). Integer from 1 to k, default 3 (Kademlia §2.3). Higher finds faster among
   * dead nodes and wastes more requests.
   */
  readonly concurrency?: number;

  /**
   * Memory for nodes that were heard of and have no place in the table: lookups that start from them take fewer hops. Bytes, default 4 MiB,
   * which is about 28,000 nodes and is taken as they come; 0 to 1 GiB, 0 remembers none. Less saves memory, at some 150 bytes a node, and
   * costs hops in networks of more than a few hundred nodes.
   */
  readonly hintBytes?: number;

  /** A `pino`, or anything with its four methods. Default silent. */
  readonly logger?: Logger;

  /** Where counters go. Default nowhere. */
  readonly metrics?: Metrics;

  /** Clock, timers and randomness. Default the system's; `disgover/testing` has a simulated one. */
  readonly runtime?: Runtime;
}

export interface ResolvedOptions {
  readonly transports: readonly Transport[];
  readonly seeds: readonly DialTarget[];
  readonly sources: readonly BootstrapSource[];
  readonly expected: number | undefined;
  readonly group: string;
  readonly id: ContactId;
  readonly identity: Identity | undefined;
  readonly requireIdentity: boolean;
  readonly secrets: GroupSecrets;
  readonly admit: Admit | undefined;
  readonly data: unknown;
  readonly arbiter: ArbiterFunction;
  readonly arbiterDefaults: ArbiterDefaults;
  readonly arbiterAdmission: ArbiterAdmission | undefined;
  readonly dial: DialRules;
  readonly k: number;
  readonly alpha: number;
  readonly hintBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly runtime: Runtime;
}

const KNOWN = [
  'transport',
  'seeds',
  'expect',
  'group',
  'id',
  'identity',
  'requireIdentity',
  'secret',
  'admit',
  'data',
  'arbiter',
  'arbiterDefaults',
  'arbiterAdmission',
  'dial',
  'k',
  'concurrency',
  'hintBytes',
  'logger',
  'metrics',
  'runtime',
] satisfies (keyof DisgoverOptions)[];

const DIAL = ['allow', 'deny', 'names', 'ports'] satisfies (keyof DialOption)[];

/** What users look for here, and transports have. */
const OF_TRANSPORTS: ReadonlySet<string> = new Set(['host', 'port', 'listen', 'advertise', 'tls', 'server']);

const SEED_BYTES = 32;

const LOGGER = ['debug', 'info', 'warn', 'error'] as const;
const METRICS = ['increment'] as const;

const silent: Logger = Object.freeze({ debug() {}, info() {}, warn() {}, error() {} });
const uncounted: Metrics = Object.freeze({ increment() {} });

/** @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_ID`, `ERR_BAD_SEED`. */
export function resolveOptions(options: DisgoverOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null)
    throw badOption(`expected an object, got ${typeName(options)}`);
  for (const name of Object.keys(options)) checkKnown(name);
  const transports = checkTransports(options.transport);
  const runtime =
    options.runtime === undefined
      ? new SystemRuntime()
      : checkMethods('runtime', options.runtime, ['now', 'setTimer', 'randomBytes']);
  const { k = limits.contactsInReply, concurrency = Math.min(3, k), group = 'default', seeds = [] } = options;
  checkInteger('k', k, 1, limits.contactsInReply);
  checkInteger('concurrency', concurrency, 1, k);
  const { hintBytes = limits.hintBytes } = options;
  checkInteger('hintBytes', hintBytes, 0, limits.hintBytesMost);
  if (options.admit !== undefined && typeof options.admit !== 'function')
    throw badOption(`admit must be a function, got ${typeName(options.admit)}`);
  if (typeof group !== 'string' || group === '' || utf8(group).length > limits.groupBytes) {
    throw badOption(`group must be a name of 1..${limits.groupBytes} bytes`);
  }
  if (options.expect !== undefined) checkInteger('expect', options.expect, 1, limits.expectedNodes);
  return {
    transports,
    runtime,
    k,
    alpha: concurrency,
    hintBytes,
    group,
    ...checkSeeds(seeds, transports),
    expected: options.expect,
    ...resolveIdentity(options, runtime),
    secrets: new GroupSecrets(options.secret),
    admit: options.admit,
    data: options.data,
    ...checkArbiter(options),
    dial: checkDial(options.dial),
    logger:
      options.logger === undefined ? silent : guarded(checkMethods('logger', options.logger, LOGGER), LOGGER),
    metrics:
      options.metrics === undefined
        ? uncounted
        : guarded(checkMethods('metrics', options.metrics, METRICS), METRICS),
  };
}

function checkKnown(name: string): void {
  if (KNOWN.some((known) => known === name)) return;
  const hint = OF_TRANSPORTS.has(name) ? `; ${name} is an option of the transport: tcp({ ${name} })` : '';
  throw badOption(`${unknownName('option', name, KNOWN)}${hint}`);
}

function checkSeeds(
  seeds: unknown,
  transports: readonly Transport[],
): Pick<ResolvedOptions, 'seeds' | 'sources'> {
  const names = transports.map(({ name }) => name);
  const all = checkArray('seeds', seeds) as NonNullable<DisgoverOptions['seeds']>;
  return {
    seeds: all.filter((seed): seed is Seed => !isSource(seed)).map((seed) => resolveSeed(seed, names)),
    sources: all.filter(isSource),
  };
}

function isSource(seed: Seed | BootstrapSource): seed is BootstrapSource {
  return typeof Object(seed).seeds === 'function';
}

function resolveIdentity(
  { id, identity, requireIdentity = false }: DisgoverOptions,
  runtime: Runtime,
): Pick<ResolvedOptions, 'id' | 'identity' | 'requireIdentity'> {
  if (typeof requireIdentity !== 'boolean')
    throw badOption(`requireIdentity must be a boolean, got ${typeName(requireIdentity)}`);
  if (identity !== undefined && !(identity instanceof Identity))
    throw badOption(`identity must be an Identity, got ${typeName(identity)}`);
  if (id === undefined) {
    const keys = identity ?? new Identity(runtime.randomBytes(SEED_BYTES));
    return { id: keys.id, identity: keys, requireIdentity };
  }
  const own = parseContactId(id);
  if (identity !== undefined && identity.id !== own)
    throw badOption(`id is not that of identity, which is ${identity.id}`);
  if (identity === undefined && requireIdentity)
    throw new DisgoverError('KEY_REQUIRED', 'an id without a key, where requireIdentity is set');
  return { id: own, identity, requireIdentity };
}

/** Logger and metrics are called from within the engine: what they throw is theirs alone, and goes no further. */
function guarded<Value extends object>(value: Value, methods: readonly (string & keyof Value)[]): Value {
  const calls = methods.map((method) => [
    method,
    (...args: readonly unknown[]) => {
      try {
        (value[method] as (...args: readonly unknown[]) => void)(...args);
      } catch {
        // There is nobody to tell: the one who tells has failed.
      }
    },
  ]);
  return Object.fromEntries(calls) as Value;
}

function checkArbiter({
  arbiter,
  arbiterDefaults,
  arbiterAdmission,
}: DisgoverOptions): Pick<ResolvedOptions, 'arbiter' | 'arbiterDefaults' | 'arbiterAdmission'> {
  for (const [name, value] of Object.entries({ arbiter, arbiterDefaults, arbiterAdmission })) {
    if (value !== undefined && typeof value !== 'function')
      throw badOption(`${name} must be a function, got ${typeName(value)}${spreadHint(name, value)}`);
  }
  const standard = vectorClock();
  return {
    arbiter: arbiter ?? standard.arbiter,
    arbiterDefaults:
      arbiterDefaults ?? (arbiter === undefined ? standard.arbiterDefaults : (contact) => contact),
    arbiterAdmission,
  };
}

/** Who has an arbiter of this package passes both of its functions. */
function spreadHint(name: string, value: unknown): string {
  const isWhole = name === 'arbiter' && typeof Object(value).arbiter === 'function';
  return isWhole ? ': spread it, ...vectorClock()' : '';
}

function checkDial(dial: DialOption = {}): DialRules {
  checkOptionNames('dial', dial, DIAL);
  const { allow, deny, names = false, ports = [] } = dial;
  if (typeof names !== 'boolean') throw badOption(`dial.names must be a boolean, got ${typeName(names)}`);
  for (const port of checkArray('dial.ports', ports))
    if (!isPort(port)) throw badOption(`dial.ports must be integers 1..65535, got ${quote(String(port))}`);
  return {
    allow: checkBlocks('dial.allow', allow),
    deny: checkBlocks('dial.deny', deny),
    names,
    ports: new Set(ports),
  };
}

function checkBlocks(name: string, blocks: readonly string[] = []): readonly Cidr[] {
  return checkArray(name, blocks).map((text) => {
    const block = typeof text === 'string' ? parseCidr(text) : undefined;
    if (block === undefined)
      throw badOption(`${name} must be blocks such as 10.1.0.0/16, got ${quote(String(text))}`);
    return block;
  });
}

function checkArray(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw badOption(`${name} must be an array, got ${typeName(value)}`);
  return value;
}

function checkTransports(transport: DisgoverOptions['transport']): readonly Transport[] {
  const transports: readonly Transport[] = Array.isArray(transport) ? transport : [transport];
  if (transports.length === 0 || transports.length > limits.addressesInContact) {
    throw badOption(`1..${limits.addressesInContact} transports, got ${transports.length}`);
  }
  for (const one of transports) {
    if (typeof one === 'function')
      throw badOption('transport must be an object, got function: call it, tcp()');
    checkMethods('transport', one, ['listen', 'dial', 'close']);
    if (typeof one.name !== 'string' || one.name === '') throw badOption('a transport needs a name');
  }
  const names = transports.map(({ name }) => name);
  if (new Set(names).size < names.length)
    throw badOption(`two transports of the same name: ${names.join(', ')}`);
  return transports;
}

function checkMethods<Value extends object>(
  name: string,
  value: Value,
  methods: readonly (string & keyof Value)[],
): Value {
  if (typeof value !== 'object' || value === null)
    throw badOption(`${name} must be an object, got ${typeName(value)}`);
  for (const method of methods) {
    if (typeof value[method] !== 'function') throw badOption(`${name} lacks ${method}()`);
  }
  return value;
}

function checkInteger(name: string, value: unknown, least: number, most: number): void {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw badOption(
      `${name} must be an integer ${least}..${most}, got ${typeof value === 'string' ? 'string ' : ''}${quote(String(value))}`,
    );
  }
}

function badOption(detail: string): DisgoverError {
  return new DisgoverError('BAD_OPTION', detail);
}
