// What an application imports.

export type {
  BootstrapFault,
  BootstrapReport,
  BootstrapView,
  JoinState,
  SeedReport,
  SourceReport,
} from './bootstrap/report.js';
export type { CallOptions, LookupOptions } from './call-options.js';
export type { ArbiterFault } from './contacts/arbitrate.js';
export type { Conflict, Displacement, Equivocation } from './contacts/observe.js';
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
export type { Contact, ContactInput, Json } from './contracts/contact.js';
export type { Logger } from './contracts/logger.js';
export type { Metrics } from './contracts/metrics.js';
export type { Runtime, Timer } from './contracts/runtime.js';
export type {
  DialGuard,
  DialOptions,
  Link,
  LinkCloseReason,
  LinkHandlers,
  Transport,
  TransportInfo,
} from './contracts/transport.js';
export { Disgover } from './disgover.js';
export { DisgoverError, type ErrorCode, type FaultCode } from './errors.js';
export type { DisgoverEvents } from './events.js';
export {
  bytesOfContactId,
  type ContactId,
  contactIdOfBytes,
  idOf,
  parseContactId,
} from './id/contact-id.js';
export { Identity, idOfKey } from './identity/identity.js';
export type { FindOptions } from './lookup/find.js';
export type { LookupOutcome, LookupStep, LookupTrace } from './lookup/trace.js';
export type { DialOption, DisgoverOptions } from './options.js';
export type { BucketHealth, RoutingHealth } from './routing/health-report.js';
export type { Secret, SecretRing } from './session/group-secrets.js';
export type { Admit } from './session/session.js';
export type { CollectionSize, Snapshot } from './snapshot.js';
