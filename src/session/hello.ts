// HELLO: what both ends say of themselves, and whether they may go on. Pure.

import { quote, Refusal } from '../errors.js';
import { equalBytes } from '../id/bytes.js';
import { bytesOfContactId, type ContactId } from '../id/contact-id.js';
import { idOfKey } from '../identity/identity.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { type Hello, protocolVersions } from '../wire/messages.js';

export interface HelloSide {
  readonly own: EncodedContact;
  readonly group: string;
  /** The id that we dialled; `undefined` for a seed known by address only, and when we were dialled. */
  readonly dialledId?: ContactId | undefined;
  /** Who has no key is not talked to: nobody, or not under an id that has proved one before. */
  readonly requiresIdentity?: boolean;
  /** Who does not prove the group's secret is not talked to. */
  readonly requiresSecret?: boolean;
}

/** What HELLO says of the proof that follows it. */
export type ProofParts = Pick<Hello, 'key' | 'exchangeKey' | 'remembered' | 'provesSecret'>;

/** Our HELLO. `nonce`: 16 fresh random bytes. */
export function makeHello(
  { own, group, dialledId }: HelloSide,
  nonce: Uint8Array,
  parts: ProofParts = {},
): Hello {
  return {
    type: 'hello',
    minVersion: protocolVersions.min,
    maxVersion: protocolVersions.max,
    nonce,
    group,
    contact: own,
    ...(dialledId && { expectedId: bytesOfContactId(dialledId) }),
    ...parts,
  };
}

/**
 * Why the peer that said `hello` is not talked to, or `undefined`. Of several faults the first in this order: version, group,
 * ourselves, its contact, the id that either side expected, its key, the proofs that it must announce.
 */
export function judgeHello(hello: Hello, side: HelloSide): Refusal | undefined {
  const { own, group, dialledId } = side;
  const { min, max } = protocolVersions;
  if (hello.minVersion > max || hello.maxVersion < min) {
    return new Refusal(
      'VERSION_MISMATCH',
      `we speak ${min}..${max}, peer ${hello.minVersion}..${hello.maxVersion}`,
    );
  }
  if (hello.group !== group)
    return new Refusal('GROUP_MISMATCH', `the peer is of group ${quote(hello.group)}`);
  if (equalBytes(hello.contact.idBytes, own.idBytes))
    return new Refusal('SELF_CONNECT', 'it is this node itself, or another with its key');
  const contact = hello.contact.parse();
  if (contact instanceof Refusal) return contact.within('HELLO');
  if (dialledId !== undefined && hello.contact.id !== dialledId) {
    return new Refusal('ID_MISMATCH', `dialled ${dialledId}, got ${hello.contact.id}`);
  }
  if (hello.expectedId !== undefined && !equalBytes(hello.expectedId, own.idBytes)) {
    return new Refusal('ID_MISMATCH', `the peer expected another id than ${own.id}`);
  }
  return judgeProofParts(hello, side);
}

function judgeProofParts(
  { key, contact, provesSecret }: Hello,
  { requiresIdentity, requiresSecret }: HelloSide,
): Refusal | undefined {
  if (key !== undefined && idOfKey(key) !== contact.id) {
    return new Refusal('ID_KEY_MISMATCH', `${contact.id} is not the id of the key`);
  }
  if (requiresIdentity && key === undefined) return new Refusal('KEY_REQUIRED', 'the peer has no key');
  if (requiresSecret && !provesSecret) return new Refusal('BAD_SECRET', 'the peer proves none');
  return undefined;
}
