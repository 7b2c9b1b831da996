// From two HELLOs to a peer that is known: what to say, whether to believe what is said. No link, no clock, no promise.
//
// Both HELLOs as they were sent are the transcript. A PROOF signs it, or, where both ends remember each other, hashes it with the
// secret they share; and hashes it with the group's secret, where there is one.

import { isSameSecret, keyedHash } from '#crypto';
import { sha256 } from '#sha256';
import { Refusal } from '../errors.js';
import { equalBytes, utf8 } from '../id/bytes.js';
import type { ContactId } from '../id/contact-id.js';
import { type Identity, isSigned } from '../identity/identity.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { encode } from '../wire/encode.js';
import type { Hello, Proof } from '../wire/messages.js';
import type { Acquaintances } from './acquaintances.js';
import type { GroupSecrets, Prove } from './group-secrets.js';
import { judgeHello, makeHello } from './hello.js';
import type { SeenNonces } from './seen-nonces.js';

/** What all handshakes of a node share. */
export interface HandshakeContext {
  readonly own: () => EncodedContact;
  readonly group: string;
  /** 16 fresh random bytes. */
  readonly nonce: () => Uint8Array;
  readonly identity: Identity | undefined;
  readonly requiresIdentity: boolean;
  readonly secrets: GroupSecrets;
  readonly acquaintances: Acquaintances;
  readonly seenNonces: SeenNonces;
  /** A signature was made, or checked: what a handshake costs. */
  readonly onSignature: (what: 'made' | 'checked') => void;
}

type Side = 'dialler' | 'dialled';

export class Handshake {
  readonly #context: HandshakeContext;
  readonly #side: Side;
  readonly #dialledId: ContactId | undefined;
  #own: { readonly hello: Hello; readonly frame: Uint8Array } | undefined;
  #peer: { readonly hello: Hello; readonly frame: Uint8Array } | undefined;
  #transcript: Uint8Array | undefined;
  #nonce: Uint8Array | undefined;
  #prove: Prove | undefined;
  #isProved = false;
  #hasSigned = false;

  /** `dialledId`: the id that is expected of who was dialled. */
  constructor(context: HandshakeContext, isDialler: boolean, dialledId: ContactId | undefined) {
    this.#context = context;
    this.#side = isDialler ? 'dialler' : 'dialled';
    this.#dialledId = dialledId;
  }

  /** The nonce of our HELLO, once it was made. */
  get nonce(): Uint8Array | undefined {
    return this.#own?.hello.nonce ?? this.#nonce;
  }

  /** Whether our HELLO says that a PROOF follows. */
  get announcesProof(): boolean {
    const { key, provesSecret } = this.#own?.hello ?? {};
    return key !== undefined || provesSecret === true;
  }

  /** Whether a PROOF of the peer is still to come. */
  get awaitsProof(): boolean {
    const { key, provesSecret } = this.#peer?.hello ?? {};
    return !this.#isProved && (key !== undefined || provesSecret === true);
  }

  /** Our HELLO as a frame. Whoever was dialled makes it after it has got the other's, which says whom it remembers. */
  makeHello(): Uint8Array {
    const { identity, acquaintances, secrets, own, group, nonce } = this.#context;
    const peerId = this.#peer?.hello.contact.id ?? this.#dialledId;
    const remembered = peerId && acquaintances.exchangeKeyOf(peerId);
    // The secret of now, also where another is put in its place before the PROOF: that must hold what HELLO has announced.
    this.#prove = secrets.prover();
    const parts = {
      ...(identity && { key: identity.publicKey, exchangeKey: acquaintances.exchangeKey }),
      ...(identity && remembered && { remembered }),
      ...(this.#prove && { provesSecret: true }),
    };
    const hello = makeHello({ own: own(), group, dialledId: this.#dialledId }, nonce(), parts);
    const frame = encode(hello).slice();
    this.#own = { hello, frame };
    return frame;
  }

  /** Takes the peer's HELLO, with the bytes that it came in. */
  receiveHello(hello: Hello, frame: Uint8Array): Refusal | undefined {
    const { own, group, secrets, requiresIdentity, acquaintances, seenNonces } = this.#context;
    const refusal = judgeHello(hello, {
      own: own(),
      group,
      dialledId: this.#dialledId,
      requiresIdentity: requiresIdentity || acquaintances.exchangeKeyOf(hello.contact.id) !== undefined,
      requiresSecret: secrets.isRequired,
    });
    if (refusal !== undefined) return refusal;
    if (!seenNonces.add(hello.nonce)) return new Refusal('REPLAYED_HELLO', 'its nonce was seen before');
    this.#peer = { hello, frame: frame.slice() };
    return undefined;
  }

  /** Our PROOF as a frame, to be sent once both HELLOs are there; `undefined` when there is nothing to prove. */
  makeProof(): Uint8Array | undefined {
    const { identity } = this.#context;
    if (!this.announcesProof) return undefined;
    const ofIdentity = identity && (this.#keyed() ?? this.#signed(identity));
    const secret = this.#prove?.(this.#message('group', this.#side));
    const proof: Proof = {
      type: 'proof',
      ...(ofIdentity && { identity: ofIdentity }),
      ...(secret && { secret }),
    };
    return encode(proof).slice();
  }

  /** Takes the peer's PROOF: afterwards it is who it says, of the group. */
  receiveProof(proof: Proof): Refusal | undefined {
    if (!this.awaitsProof) return new Refusal('BAD_FRAME', 'a PROOF that was not announced, or a second one');
    const refusal = this.#judgeIdentity(proof) ?? this.#judgeSecret(proof);
    if (refusal !== undefined) return refusal;
    this.#isProved = true;
    return undefined;
  }

  /**
   * The peer was let in: what it has signed is remembered, and the HELLOs, which are longer than all else that a session keeps, are
   * let go.
   */
  finish(): void {
    const { contact, exchangeKey } = this.#peer?.hello ?? {};
    if (this.#hasSigned && contact && exchangeKey)
      this.#context.acquaintances.remember(contact.id, exchangeKey);
    this.#nonce = this.nonce;
    this.#own = undefined;
    this.#peer = undefined;
    this.#transcript = undefined;
    this.#prove = undefined;
  }

  #judgeIdentity({ identity }: Proof): Refusal | undefined {
    const { key, exchangeKey, contact } = (this.#peer as { hello: Hello }).hello;
    if (key === undefined) return identity && new Refusal('BAD_SIGNATURE', 'a proof without a key');
    if (identity === undefined) return new Refusal('BAD_SIGNATURE', 'a key without its proof');
    const message = this.#message('identity', this.#otherSide);
    if (identity.how === 'signed') {
      this.#context.onSignature('checked');
      if (!isSigned(key, message, identity.bytes)) return new Refusal('BAD_SIGNATURE', 'not by the key');
      this.#hasSigned = true;
      return undefined;
    }
    const remembered = this.#own?.hello.remembered;
    const isKnown =
      remembered !== undefined && exchangeKey !== undefined && equalBytes(remembered, exchangeKey);
    const secret = isKnown ? this.#context.acquaintances.secretWith(contact.id, exchangeKey) : undefined;
    if (secret !== undefined && isSameSecret(keyedHash(secret, message), identity.bytes)) return undefined;
    return new Refusal(
      'BAD_SIGNATURE',
      isKnown ? 'a wrong keyed proof' : 'a keyed proof that was not offered',
    );
  }

  #judgeSecret({ secret }: Proof): Refusal | undefined {
    const isGiven =
      (this.#peer as { hello: Hello }).hello.provesSecret === (secret !== undefined || undefined);
    const isOurs = this.#context.secrets.accepts(secret, this.#message('group', this.#otherSide));
    return isGiven && isOurs ? undefined : new Refusal('BAD_SECRET', 'the peer has another, or none');
  }

  /** Where the peer remembers our exchange key, a hash is proof enough. */
  #keyed(): Proof['identity'] {
    const { remembered, exchangeKey, contact } = (this.#peer as { hello: Hello }).hello;
    const { acquaintances } = this.#context;
    if (remembered === undefined || exchangeKey === undefined) return undefined;
    if (!equalBytes(remembered, acquaintances.exchangeKey)) return undefined;
    const secret = acquaintances.secretWith(contact.id, exchangeKey);
    return secret && { how: 'keyed', bytes: keyedHash(secret, this.#message('identity', this.#side)) };
  }

  #signed(identity: Identity): NonNullable<Proof['identity']> {
    this.#context.onSignature('made');
    return { how: 'signed', bytes: identity.sign(this.#message('identity', this.#side)) };
  }

  get #otherSide(): Side {
    return this.#side === 'dialler' ? 'dialled' : 'dialler';
  }

  /** What is proved: for what purpose, by which side, over which two HELLOs. */
  #message(purpose: 'identity' | 'group', side: Side): Uint8Array {
    this.#transcript ??= this.#hashHellos();
    const label = utf8(`disgover 1 ${purpose} ${side}\n`);
    const message = new Uint8Array(label.length + this.#transcript.length);
    message.set(label);
    message.set(this.#transcript, label.length);
    return message;
  }

  /** SHA-256 over the HELLO of the dialler and that of the dialled, each behind its length (u32, big-endian). */
  #hashHellos(): Uint8Array {
    const [own, peer] = [this.#own?.frame, this.#peer?.frame] as [Uint8Array, Uint8Array];
    const hellos = this.#side === 'dialler' ? [own, peer] : [peer, own];
    const bytes = new Uint8Array(hellos.reduce((sum, { length }) => sum + 4 + length, 0));
    let at = 0;
    for (const hello of hellos) {
      new DataView(bytes.buffer).setUint32(at, hello.length);
      bytes.set(hello, at + 4);
      at += 4 + hello.length;
    }
    return sha256(bytes);
  }
}
