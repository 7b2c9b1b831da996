// What a plugin is written against: a transport, an arbiter, a source of seeds. Types, and the few functions that all of them need.

export { base64Of, bytesOfBase64 } from '#base64';
export { sha256 } from '#sha256';
export {
  checkHost,
  checkPort,
  endpoint,
  isLiteral,
  isPort,
  isPrivate,
  isWildcard,
  unmapped,
} from './address/host.js';
export { oldestOfMost } from './address/oldest-of-most.js';
export { checkUrlPath } from './address/url-path.js';
export { checkClock, isClock, successor } from './arbiter/clock.js';
export { greatest, without } from './arbiter/greatest.js';
export { canonicalText, compareText } from './arbiter/text.js';
export {
  advance,
  compareVectorClocks,
  type VectorClock,
  type VectorClockOrder,
  vectorClock,
} from './arbiter/vector-clock.js';
export type {
  AdmissionContext,
  Arbiter,
  ArbiterAdmission,
  ArbiterDefaults,
  ArbiterFunction,
  RegistrationContext,
  Verdict,
} from './contracts/arbiter.js';
export type { BootstrapSource, Seed, SeedUpdate, SourceContext } from './contracts/bootstrap-source.js';
export type { Contact, Json } from './contracts/contact.js';
export type { Attach, MemoryAddress, MemoryNetwork, Wire, WireEnd } from './contracts/memory-network.js';
export type {
  DialGuard,
  DialOptions,
  Link,
  LinkCloseReason,
  LinkHandlers,
  Transport,
  TransportInfo,
} from './contracts/transport.js';
export { DisgoverError, type ErrorCode, type FaultCode, quote, Refusal, typeName } from './errors.js';
export { utf8 } from './id/bytes.js';
export type { ContactId } from './id/contact-id.js';
export { Identity, idOfKey, isSigned, KEY_ID_BYTES } from './identity/identity.js';
export { limits } from './limits.js';
export { checkOptionNames, unknownName } from './option-names.js';
export { canonicalJson } from './wire/json.js';
