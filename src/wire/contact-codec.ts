// A contact as it travels: one string of bytes, encoded once, forwarded verbatim, parsed only when it is dialled or returned.
//
//   id length (1 byte) · id · the other properties as one JSON object in UTF-8 (nothing when there are none)

import type { Contact } from '../contracts/contact.js';
import type { TransportInfo } from '../contracts/transport.js';
import { DisgoverError, Refusal, typeName } from '../errors.js';
import { equalBytes, utf8, utf8Into } from '../id/bytes.js';
import { bytesOfContactId, type ContactId, checkContactId, contactIdOfBytes } from '../id/contact-id.js';
import { type Key, keyOf } from '../id/key.js';
import { limits } from '../limits.js';
import { canonicalJson, canonicalJsonWithout, copyOfJson, parseCanonicalJson, parseJson } from './json.js';
import { copyOf } from './slab.js';

const NOWHERE: readonly TransportInfo[] = Object.freeze([]);

const WITHOUT_ID: readonly string[] = Object.freeze(['id']);
const WITHOUT_ID_AND_TRANSPORT: readonly string[] = Object.freeze(['id', 'transport']);

/** Where a contact is put together. */
const scratch = new Uint8Array(limits.contactBytes);

/** Contacts that were parsed here are frozen: whoever hands one back means these bytes (bench: `rpc`). */
const parsedHere = new WeakMap<object, EncodedContact>();

export class EncodedContact {
  readonly bytes: Uint8Array;
  #id: ContactId | undefined;
  #key: Key | undefined;
  /** As text where it was written here and is canonical: it need not be checked again. */
  #parsed: Contact | Refusal | string | undefined;
  #addresses: readonly TransportInfo[] | undefined;
  #idBytes: Uint8Array | undefined;

  readonly #isShared: boolean;

  private constructor(bytes: Uint8Array, isShared = false) {
    this.bytes = bytes;
    this.#isShared = isShared;
  }

  /** Bytes from the wire whose lengths the decoder has checked. They are kept, not copied. */
  static ofBytes(bytes: Uint8Array): EncodedContact {
    return new EncodedContact(bytes);
  }

  /** The same, for who hands the same object to all who send the same bytes. */
  static shared(bytes: Uint8Array): EncodedContact {
    return new EncodedContact(bytes, true);
  }

  /** The same contact as an object that nobody else has, for what is said of this one alone. */
  apart(): EncodedContact {
    return this.#isShared ? new EncodedContact(this.bytes) : this;
  }

  /** Whether all who send the same bytes are taken to have sent this very object. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Checks everything that a contact must be, and encodes it canonically. */
  static encode(contact: unknown): EncodedContact | Refusal {
    if (typeof contact !== 'object' || contact === null) {
      return new Refusal('BAD_CONTACT', `expected object, got ${typeName(contact)}`);
    }
    const encodedBefore = parsedHere.get(contact);
    if (encodedBefore !== undefined) return encodedBefore;
    return EncodedContact.#encode(contact, WITHOUT_ID, undefined);
  }

  /** The same, with this id in the place of its own, and without a transport. */
  static encodeEntity(id: ContactId, contact: object): EncodedContact | Refusal {
    return EncodedContact.#encode(contact, WITHOUT_ID_AND_TRANSPORT, id);
  }

  static #encode(
    contact: object,
    omitted: readonly string[],
    given: ContactId | undefined,
  ): EncodedContact | Refusal {
    const json = canonicalJsonWithout(omitted, contact);
    if (json instanceof Refusal) return json;
    if (given === undefined && !Object.hasOwn(contact, 'id'))
      return new Refusal('BAD_CONTACT', 'id is missing');
    const fields = contact as Contact;
    const id = given ?? checkContactId(fields.id);
    if (id instanceof Refusal) return id;
    const transportFault = given === undefined ? checkTransport(fields.transport) : undefined;
    if (transportFault !== undefined) return transportFault;
    const idBytes = bytesOfContactId(id);
    scratch[0] = idBytes.length;
    scratch.set(idBytes, 1);
    const fieldsAt = 1 + idBytes.length;
    const fieldsEnd = json === '{}' ? fieldsAt : utf8Into(json, scratch, fieldsAt);
    if (fieldsEnd === undefined || fieldsEnd > limits.contactBytes) {
      const length = fieldsAt + utf8(json).length;
      return new Refusal(
        'CONTACT_TOO_LARGE',
        `${length} B > ${limits.contactBytes} B${sizeOfData(fields.data)}`,
      );
    }
    const encoded = new EncodedContact(copyOf(scratch, 0, fieldsEnd));
    encoded.#id = id;
    encoded.#parsed = json;
    return encoded;
  }

  /** @throws DisgoverError with the code of the refusal: for contacts of this process. */
  static from(contact: unknown): EncodedContact {
    const encoded = EncodedContact.encode(contact);
    if (encoded instanceof Refusal) throw DisgoverError.from(encoded);
    return encoded;
  }

  get idBytes(): Uint8Array {
    this.#idBytes ??= this.bytes.subarray(1, 1 + (this.bytes[0] as number));
    return this.#idBytes;
  }

  /** Whether its id is of these bytes: for less than the id as text costs. */
  hasId(idBytes: Uint8Array): boolean {
    const { bytes } = this;
    if (idBytes.length !== bytes[0]) return false;
    for (let i = 0; i < idBytes.length; i++) if (idBytes[i] !== bytes[i + 1]) return false;
    return true;
  }

  get id(): ContactId {
    this.#id ??= contactIdOfBytes(this.idBytes);
    return this.#id;
  }

  get key(): Key {
    this.#key ??= keyOf(this.idBytes);
    return this.#key;
  }

  /** The contact, frozen at every depth, or why the bytes are none. Parsed once, unless that is forgotten. */
  parse(): Contact | Refusal {
    if (this.#parsed === undefined || typeof this.#parsed === 'string') {
      this.#parsed = this.#parsed === undefined ? parseContact(this) : contactOf(this.id, this.#parsed);
      if (!(this.#parsed instanceof Refusal)) parsedHere.set(this.#parsed, this);
    }
    return this.#parsed;
  }

  /** Every address in it, those of relays too; none when it does not parse. */
  get addresses(): readonly TransportInfo[] {
    this.#addresses ??= listOfAddresses(this.parse());
    return this.#addresses;
  }

  /** A copy that may be changed. @throws as `contact`. */
  draft(): Contact {
    const json = this.#parsed;
    return typeof json === 'string' ? { id: this.id, ...JSON.parse(json) } : copyOfJson(this.contact);
  }

  /** Lets go of what was parsed, for contacts that are kept by the thousand: it is parsed again when it is wanted. */
  forgetParsed(): void {
    this.#parsed = undefined;
    this.#addresses = undefined;
    this.#idBytes = undefined;
  }

  /** The contact where it is known to parse: one that was encoded here, or parsed before. @throws DisgoverError otherwise. */
  get contact(): Contact {
    const parsed = this.parse();
    if (parsed instanceof Refusal) throw DisgoverError.from(parsed);
    return parsed;
  }

  /** Whether both say the same, whatever the order of keys that a peer chose. */
  equals(other: EncodedContact): boolean {
    if (equalBytes(this.bytes, other.bytes)) return true;
    return this.id === other.id && equalBytes(this.#canonicalBytes(), other.#canonicalBytes());
  }

  #canonicalBytes(): Uint8Array {
    const parsed = this.parse();
    // A copy: the parsed contact itself stands for the bytes it came in.
    const again = parsed instanceof Refusal ? parsed : EncodedContact.encode({ ...parsed });
    return again instanceof Refusal ? this.bytes : again.bytes;
  }
}

/** `json`: what `encode` has written. */
function contactOf(id: ContactId, json: string): Contact {
  return Object.freeze({ id, ...(parseCanonicalJson(json) as object) });
}

function parseContact(encoded: EncodedContact): Contact | Refusal {
  const json = encoded.bytes.subarray(1 + (encoded.bytes[0] as number));
  if (json.length === 0) return Object.freeze({ id: encoded.id });
  const fields = parseJson(json);
  if (fields instanceof Refusal) return fields;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    return new Refusal('BAD_CONTACT', `expected object, got ${typeName(fields)}`);
  }
  if (Object.hasOwn(fields, 'id')) return new Refusal('DUPLICATE_KEY', 'id');
  const transportFault = checkTransport((fields as Contact).transport);
  return transportFault ?? Object.freeze({ id: encoded.id, ...(fields as object) });
}

function listOfAddresses(parsed: Contact | Refusal): readonly TransportInfo[] {
  if (parsed instanceof Refusal || parsed.transport === undefined) return NOWHERE;
  return Array.isArray(parsed.transport) ? parsed.transport : [parsed.transport as TransportInfo];
}

/** Of an address only what every transport needs: an object with a type. The rest is checked by whoever dials it. */
function checkTransport(transport: unknown): Refusal | undefined {
  if (transport === undefined) return undefined;
  const addresses: readonly unknown[] = Array.isArray(transport) ? transport : [transport];
  if (addresses.length > limits.addressesInContact) {
    return new Refusal('TOO_MANY_ADDRESSES', `${addresses.length} > ${limits.addressesInContact}`);
  }
  for (const address of addresses) {
    if (
      typeof address !== 'object' ||
      address === null ||
      typeof (address as { type?: unknown }).type !== 'string'
    ) {
      return new Refusal('BAD_CONTACT', 'transport is not an object with a type, nor a list of such');
    }
  }
  return undefined;
}

function sizeOfData(data: unknown): string {
  if (data === undefined) return '';
  const json = canonicalJson(data);
  return json instanceof Refusal ? '' : ` (data is ${utf8(json).length} B)`;
}
