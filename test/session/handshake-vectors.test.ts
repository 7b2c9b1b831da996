import { expect } from 'chai';
import { agreeOn, exchangeKeyOf, keyedHash } from '#crypto';
import type { Contact } from '../../src/contracts/contact.js';
import { parseContactId } from '../../src/id/contact-id.js';
import { Identity, isSigned } from '../../src/identity/identity.js';
import { Acquaintances } from '../../src/session/acquaintances.js';
import { GroupSecrets } from '../../src/session/group-secrets.js';
import { Handshake, type HandshakeContext } from '../../src/session/handshake.js';
import { SeenNonces } from '../../src/session/seen-nonces.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { decode } from '../../src/wire/decode.js';
import type { Hello, Proof } from '../../src/wire/messages.js';
import { RawKeys, secretProof, transcriptOf } from '../support/raw-keys.js';
import { bytesOfHex, hexOf, readVectors } from '../support/vectors.js';

interface SideVector {
  readonly seed?: string;
  readonly publicKey?: string;
  readonly exchangeSeed?: string;
  readonly exchangeKey?: string;
  readonly contact: Contact;
  readonly nonce: string;
  readonly remembers: boolean;
  readonly hello: string;
  readonly proof?: {
    readonly identity?: {
      readonly how: 'signed' | 'keyed';
      readonly agreed?: string;
      readonly shared?: string;
      readonly message: string;
      readonly bytes: string;
    };
    readonly secret?: { readonly message: string; readonly bytes: string };
    readonly hex: string;
  };
}

interface HandshakeVector {
  readonly name: string;
  readonly group: string;
  readonly secret?: string;
  readonly byId: boolean;
  readonly dialler: SideVector;
  readonly dialled: SideVector;
  readonly transcript: string;
}

const { handshakes, weakKeys } = readVectors<{
  handshakes: HandshakeVector[];
  weakKeys: { signing: string[]; exchange: string[] };
}>('handshakes');

/** A node as the vector has it, with the keys, the nonce and the memory that it says. */
function contextOf(own: SideVector, other: SideVector, { group, secret }: HandshakeVector): HandshakeContext {
  const acquaintances = new Acquaintances(() => bytesOfHex(own.exchangeSeed as string));
  if (own.remembers)
    acquaintances.remember(parseContactId(other.contact.id), bytesOfHex(other.exchangeKey as string));
  return {
    own: () => EncodedContact.from(own.contact),
    group,
    nonce: () => bytesOfHex(own.nonce),
    identity: own.seed === undefined ? undefined : new Identity(bytesOfHex(own.seed)),
    requiresIdentity: false,
    secrets: new GroupSecrets(secret === undefined ? [] : bytesOfHex(secret)),
    acquaintances,
    seenNonces: new SeenNonces(),
    onSignature: () => {},
  };
}

describe('vectors of handshakes', () => {
  for (const vector of handshakes) {
    const { name, dialler, dialled, transcript, byId, secret } = vector;

    it(`are what both sides send and believe: ${name}`, () => {
      const a = new Handshake(
        contextOf(dialler, dialled, vector),
        true,
        byId ? parseContactId(dialled.contact.id) : undefined,
      );
      const b = new Handshake(contextOf(dialled, dialler, vector), false, undefined);
      const [helloOfA, helloOfB] = [bytesOfHex(dialler.hello), bytesOfHex(dialled.hello)];
      expect(hexOf(a.makeHello())).to.equal(dialler.hello);
      expect(b.receiveHello(decode(helloOfA) as Hello, helloOfA)).to.equal(undefined);
      expect(hexOf(b.makeHello())).to.equal(dialled.hello);
      expect(a.receiveHello(decode(helloOfB) as Hello, helloOfB)).to.equal(undefined);
      for (const [from, side, to] of [
        [a, dialler, b],
        [b, dialled, a],
      ] as const) {
        const proof = from.makeProof();
        expect(proof && hexOf(proof)).to.equal(side.proof?.hex);
        if (proof !== undefined) expect(to.receiveProof(decode(proof) as Proof)).to.equal(undefined);
        expect(to.awaitsProof).to.equal(false);
      }
    });

    it(`say how each is come to: ${name}`, () => {
      expect(hexOf(transcriptOf(bytesOfHex(dialler.hello), bytesOfHex(dialled.hello)))).to.equal(transcript);
      for (const [own, other, role] of [
        [dialler, dialled, 'dialler'],
        [dialled, dialler, 'dialled'],
      ] as const) {
        const { identity, secret: ofSecret } = own.proof ?? {};
        if (identity?.how === 'signed') {
          const [key, message, bytes] = [own.publicKey, identity.message, identity.bytes] as string[];
          expect(
            isSigned(
              ...([key, message, bytes].map((hex) => bytesOfHex(hex as string)) as [
                Uint8Array,
                Uint8Array,
                Uint8Array,
              ]),
            ),
          ).to.equal(true);
        }
        if (identity?.how === 'keyed') {
          const { agreed, shared, message, bytes } = identity as Record<string, string>;
          const key = exchangeKeyOf(bytesOfHex(own.exchangeSeed as string));
          const found = agreeOn(key, bytesOfHex(other.exchangeKey as string));
          expect(found && hexOf(found)).to.equal(agreed);
          expect(hexOf(keyedHash(bytesOfHex(shared as string), bytesOfHex(message as string)))).to.equal(
            bytes,
          );
        }
        if (ofSecret !== undefined) {
          const proof = secretProof(bytesOfHex(secret as string), role, bytesOfHex(transcript));
          expect(hexOf(proof)).to.equal(ofSecret.bytes);
        }
      }
    });
  }

  it('name keys with which nobody can sign', () => {
    // R the neutral point and S zero: what fits each message where the key is of small order.
    const signature = new Uint8Array(64).with(0, 1);
    for (const hex of weakKeys.signing) {
      for (let i = 0; i < 8; i++)
        expect(isSigned(bytesOfHex(hex), Uint8Array.of(i), signature), hex).to.equal(false);
    }
  });

  it('name keys with which nobody can agree on a secret', () => {
    const own = exchangeKeyOf(new Uint8Array(32).fill(1));
    for (const hex of weakKeys.exchange) expect(agreeOn(own, bytesOfHex(hex)), hex).to.equal(undefined);
    expect(agreeOn(own, new RawKeys().exchangeKey)).to.have.length(32);
  });
});
