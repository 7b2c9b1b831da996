// A contact as its owner signs it: which bytes, by whom, and the way back (docs/PROTOCOL.md, section 14).

import {
  base64Of,
  bytesOfBase64,
  type Contact,
  canonicalText,
  DisgoverError,
  type Identity,
  idOfKey,
  isClock,
  isSigned,
  KEY_ID_BYTES,
  Refusal,
  sha256,
  utf8,
} from '../../src/plugin.js';

export interface Signed {
  readonly seq: number;
  /** The owner's public key, in base64. */
  readonly key: string;
  /** The owner says that the contact is no longer hosted. */
  readonly isWithdrawal: boolean;
  /** The same for the same contact with the same signature, and for no other. */
  readonly digest: string;
  /** Whether the owner of the key has signed it. Costs 0.2 ms. */
  isGenuine(): boolean;
}

/** So that what is signed here is not taken for anything else that the key signs. */
const PURPOSE = 'disgover contact 1\n';
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** The contact with its `seq`, the signer's `key`, and the `signature` over all of it. */
export function sign(
  { signature: _signature, withdrawn: _withdrawn, ...unsigned }: Contact,
  seq: number,
  identity: Identity,
  { isWithdrawal }: { readonly isWithdrawal: boolean },
): Contact {
  const contact = {
    ...unsigned,
    seq,
    key: keyOf(identity),
    ...(isWithdrawal && { withdrawn: true }),
  } as Contact;
  const signature = base64Of(identity.sign(signedBytes(contact)));
  return { ...contact, signature };
}

/** What a contact says of its owner, unchecked; or why it says nothing. */
export function readSigned(contact: Contact): Signed | Refusal {
  const { seq, key, withdrawn, signature, ...rest } = contact;
  const keyBytes = bytesOf(key, KEY_BYTES);
  const signatureBytes = bytesOf(signature, SIGNATURE_BYTES);
  if (keyBytes === undefined || signatureBytes === undefined || !isClock(seq)) {
    const missing = Object.entries({ seq: isClock(seq), key: keyBytes, signature: signatureBytes });
    const [[name = ''] = []] = missing.filter(([, value]) => !value);
    return new Refusal('BAD_SIGNATURE', `no ${name}`);
  }
  if (withdrawn !== undefined && withdrawn !== true) {
    return new Refusal('BAD_SIGNATURE', 'withdrawn is neither true nor absent');
  }
  const isWithdrawal = withdrawn === true;
  const bytes = signedBytes({ ...rest, seq, key, ...(isWithdrawal && { withdrawn }) } as Contact);
  return {
    seq,
    key: key as string,
    isWithdrawal,
    digest: base64Of(sha256(joined(bytes, signatureBytes))),
    isGenuine: () => isSigned(keyBytes, bytes, signatureBytes),
  };
}

/** The `key` of a contact that is signed with it. */
export function keyOf({ publicKey }: Identity): string {
  return base64Of(publicKey);
}

/** Whether the id is the one that is made of the key. */
export function isIdOf(key: string, id: string | undefined): boolean {
  return idOfKey(bytesOfBase64(key)) === id;
}

/** Whether the id is made of a key, and of another one than this. */
export function isOfAnotherKey(id: string, key: string): boolean {
  return idLength(id) === KEY_ID_BYTES && !isIdOf(key, id);
}

/** How many bytes the id has. */
export function idLength(id: string): number {
  return bytesOfBase64(id).length;
}

/** @throws DisgoverError `ERR_ID_KEY_MISMATCH` for an id that is not the signer's to use. */
export function checkOwner({ id }: Contact, identity: Identity): void {
  if (!isOfAnotherKey(id, keyOf(identity))) return;
  throw new DisgoverError(
    'ID_KEY_MISMATCH',
    `in a signed group an id of ${KEY_ID_BYTES} bytes is the hash of a key, and this one is not of ${identity.id}: take a name of another length`,
  );
}

/** @throws DisgoverError for what no contact may hold. */
function signedBytes(contact: Contact): Uint8Array {
  return utf8(PURPOSE + canonicalText(contact));
}

/** The bytes of a text that is the one spelling of so many bytes. */
function bytesOf(text: unknown, length: number): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length !== 4 * Math.ceil(length / 3)) return undefined;
  try {
    const bytes = bytesOfBase64(text);
    return bytes.length === length && base64Of(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
