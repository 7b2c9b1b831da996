// Handshakes of two nodes wired together: no link and no session, each frame as the bytes that would travel.

import type { Refusal } from '../../src/errors.js';
import type { Identity } from '../../src/identity/identity.js';
import { Acquaintances } from '../../src/session/acquaintances.js';
import { GroupSecrets, type SecretRing } from '../../src/session/group-secrets.js';
import { Handshake, type HandshakeContext } from '../../src/session/handshake.js';
import { SeenNonces } from '../../src/session/seen-nonces.js';
import { SeededRandom } from '../../src/simulation/seeded-random.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { decode } from '../../src/wire/decode.js';
import type { Hello, Proof } from '../../src/wire/messages.js';
import { idOf } from './ids.js';

export interface ShakingOptions {
  readonly identity?: Identity | undefined;
  /** The id of a node without an identity. Default that of the name. */
  readonly id?: string;
  readonly group?: string;
  readonly secret?: SecretRing;
  readonly requiresIdentity?: boolean;
}

let seeds = 0;

/** What one node brings to its handshakes, one after the other. */
export class Shaking {
  readonly context: HandshakeContext;
  readonly contact: EncodedContact;
  readonly signatures: ('made' | 'checked')[] = [];

  constructor(name: string, { identity, id, group = 'g', secret, requiresIdentity }: ShakingOptions = {}) {
    const random = new SeededRandom(++seeds);
    this.contact = EncodedContact.from({
      id: identity?.id ?? id ?? idOf(name),
      transport: { type: 'memory', host: name, port: 1 },
    });
    this.context = {
      own: () => this.contact,
      group,
      nonce: () => random.bytes(16),
      identity,
      requiresIdentity: requiresIdentity ?? false,
      secrets: new GroupSecrets(secret),
      acquaintances: new Acquaintances(() => random.bytes(32)),
      seenNonces: new SeenNonces(),
      onSignature: (what) => this.signatures.push(what),
    };
  }

  /** Whether it remembers the exchange key of the other. */
  remembers({ contact }: Shaking): boolean {
    return this.context.acquaintances.exchangeKeyOf(contact.id) !== undefined;
  }
}

/** Frames on their way; a test may put others in their place. `undefined`: no PROOF was sent. */
export interface Passing {
  readonly helloOfDialler?: (frame: Uint8Array) => Uint8Array;
  readonly helloOfDialled?: (frame: Uint8Array) => Uint8Array;
  readonly proofOfDialler?: (frame: Uint8Array | undefined) => Uint8Array | undefined;
  readonly proofOfDialled?: (frame: Uint8Array | undefined) => Uint8Array | undefined;
  /** Whether the dialler knows the id, or only an address. Default true. */
  readonly byId?: boolean;
  /** Called when both HELLOs are there and no PROOF was made. */
  readonly between?: () => void;
}

/** How a handshake ended for one side. */
export interface End {
  readonly handshake: Handshake;
  readonly refusal: Refusal | undefined;
  /** Whether it lets the other in: it has heard a HELLO and the PROOF that was announced, and refused neither. */
  readonly isSatisfied: boolean;
  /** The PROOF that it sent. */
  readonly sent: Proof | undefined;
}

const unchanged = <Frame>(frame: Frame) => frame;

/** A whole handshake, as far as nobody refuses. */
export function shake(
  dialler: Shaking,
  dialled: Shaking,
  passing: Passing = {},
): { readonly dialler: End; readonly dialled: End } {
  const { helloOfDialler = unchanged, helloOfDialled = unchanged } = passing;
  const { proofOfDialler = unchanged, proofOfDialled = unchanged } = passing;
  const a = new Handshake(dialler.context, true, passing.byId === false ? undefined : dialled.contact.id);
  const b = new Handshake(dialled.context, false, undefined);

  const refusalOfB = hear(b, helloOfDialler(a.makeHello()));
  if (refusalOfB !== undefined) return { dialler: unheard(a), dialled: unheard(b, refusalOfB) };
  const refusalOfA = hear(a, helloOfDialled(b.makeHello()));
  if (refusalOfA !== undefined) return { dialler: unheard(a, refusalOfA), dialled: unheard(b) };
  passing.between?.();
  const [sentByA, sentByB] = [a.makeProof(), b.makeProof()];
  return {
    dialler: believe(a, proofOfDialled(sentByB), sentByA),
    dialled: believe(b, proofOfDialler(sentByA), sentByB),
  };
}

function unheard(handshake: Handshake, refusal?: Refusal): End {
  return { handshake, refusal, isSatisfied: false, sent: undefined };
}

/** A HELLO that comes in, as bytes. What does not decode is refused by the session, and counts as such. */
export function hear(handshake: Handshake, frame: Uint8Array): Refusal | undefined {
  const hello = decode(frame) as Hello;
  if (hello.type !== 'hello') return hello as unknown as Refusal;
  return handshake.receiveHello(hello, frame);
}

function believe(handshake: Handshake, frame: Uint8Array | undefined, sent: Uint8Array | undefined): End {
  const refusal = frame && judge(handshake, decode(frame) as Proof);
  const isSatisfied = refusal === undefined && !handshake.awaitsProof;
  if (isSatisfied) handshake.finish();
  return { handshake, refusal, isSatisfied, sent: sent && (decode(sent) as Proof) };
}

function judge(handshake: Handshake, proof: Proof): Refusal | undefined {
  return proof.type === 'proof' ? handshake.receiveProof(proof) : (proof as unknown as Refusal);
}
