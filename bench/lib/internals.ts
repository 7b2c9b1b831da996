// Parts of the engine that are measured by themselves: those of the build, since the package does not export them.

const load = (path: string): Promise<unknown> =>
  import(new URL(`../../dist/src/${path}.js`, import.meta.url).href);

export const { Sweep } = (await load('announce/sweep')) as typeof import('../../src/announce/sweep.js');
export const { converge } = (await load('lookup/converge')) as typeof import('../../src/lookup/converge.js');
export const { Walker } = (await load('lookup/walker')) as typeof import('../../src/lookup/walker.js');
export const { AbortScope } = (await load('runtime/abort')) as typeof import('../../src/runtime/abort.js');
export const { Identity } = (await load(
  'identity/identity',
)) as typeof import('../../src/identity/identity.js');
export const { Alarms } = (await load('runtime/alarms')) as typeof import('../../src/runtime/alarms.js');
export const { SystemRuntime } = (await load(
  'runtime/system-runtime',
)) as typeof import('../../src/runtime/system-runtime.js');
export const { Acquaintances } = (await load(
  'session/acquaintances',
)) as typeof import('../../src/session/acquaintances.js');
export const { GroupSecrets } = (await load(
  'session/group-secrets',
)) as typeof import('../../src/session/group-secrets.js');
export const { RoundTrip } = (await load(
  'session/round-trip',
)) as typeof import('../../src/session/round-trip.js');
export const { SeenNonces } = (await load(
  'session/seen-nonces',
)) as typeof import('../../src/session/seen-nonces.js');
export const { SessionPool } = (await load(
  'session/session-pool',
)) as typeof import('../../src/session/session-pool.js');
export const { decode } = (await load('wire/decode')) as typeof import('../../src/wire/decode.js');
export const { EncodedContact } = (await load(
  'wire/contact-codec',
)) as typeof import('../../src/wire/contact-codec.js');

export const { Lookup } = (await load('lookup/lookup')) as typeof import('../../src/lookup/lookup.js');
export const { likelyHolders } = (await load(
  'lookup/holders',
)) as typeof import('../../src/lookup/holders.js');
export const { DisjointLookup } = (await load(
  'lookup/disjoint-lookup',
)) as typeof import('../../src/lookup/disjoint-lookup.js');
export const { SeededRandom } = (await load(
  'simulation/seeded-random',
)) as typeof import('../../src/simulation/seeded-random.js');
export const { closestOf } = (await load('id/closest-list')) as typeof import('../../src/id/closest-list.js');
export const { keyOf, keyOfBytes } = (await load('id/key')) as typeof import('../../src/id/key.js');
export const { encode } = (await load('wire/encode')) as typeof import('../../src/wire/encode.js');
export const { limits } = (await load('limits')) as typeof import('../../src/limits.js');

export type Acquaintances = import('../../src/session/acquaintances.js').Acquaintances;
export type GroupSecrets = import('../../src/session/group-secrets.js').GroupSecrets;
export type Identity = import('../../src/identity/identity.js').Identity;
export type EncodedContact = import('../../src/wire/contact-codec.js').EncodedContact;
export type SessionPool = import('../../src/session/session-pool.js').SessionPool;
