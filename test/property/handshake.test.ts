import { expect } from 'chai';
import fc from 'fast-check';
import { Identity } from '../../src/identity/identity.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encode } from '../../src/wire/encode.js';
import type { Message } from '../../src/wire/messages.js';
import { Shaking, type ShakingOptions, shake } from '../support/handshakes.js';
import { idBytesOf, idOf } from '../support/ids.js';
import { addressOf, freshNonce, type PeerOptions, SessionNetwork } from '../support/sessions.js';

const secret = new Uint8Array(32).fill(7);
/** Seeds, so that a failure replays: keys are made of them. */
const identities = [1, 2].map((byte) => new Identity(new Uint8Array(32).fill(byte)));

const kinds: readonly [string, ShakingOptions][] = [
  ['with keys', { requiresIdentity: true }],
  ['with keys and a secret', { requiresIdentity: true, secret }],
  ['with a secret alone', { secret }],
];

const mutation = fc.record({
  frame: fc.constantFrom('helloOfDialler', 'helloOfDialled', 'proofOfDialler', 'proofOfDialled'),
  /** Where, as a share of the frame. */
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  flipped: fc.integer({ min: 1, max: 255 }),
  haveMet: fc.boolean(),
});

function pairOf(options: ShakingOptions): { a: Shaking; b: Shaking } {
  const [first, second] = options.requiresIdentity ? identities : [];
  return {
    a: new Shaking('a', { ...options, identity: first }),
    b: new Shaking('b', { ...options, identity: second }),
  };
}

describe('a handshake that somebody writes in', () => {
  for (const [kind, options] of kinds) {
    context(`between nodes ${kind}`, () => {
      it('proves nobody, whichever byte of HELLO or PROOF is another', () => {
        fc.assert(
          fc.property(mutation, ({ frame: which, at, flipped, haveMet }) => {
            const { a, b } = pairOf(options);
            if (haveMet) shake(a, b);
            const { dialler, dialled } = shake(a, b, {
              [which]: (frame: Uint8Array) => {
                const mutated = frame.slice();
                const index = Math.floor(at * frame.length);
                mutated[index] = (mutated[index] as number) ^ flipped;
                return mutated;
              },
            });
            // Who gets a forged PROOF does not believe it; a forged HELLO spoils the proofs of both.
            if (which !== 'proofOfDialled') expect(dialled.isSatisfied, 'dialled').to.equal(false);
            if (which !== 'proofOfDialler') expect(dialler.isSatisfied, 'dialler').to.equal(false);
          }),
          { numRuns: 400 },
        );
      });
    });
  }

  it('proves both when nothing is written in', () => {
    for (const [, options] of kinds) {
      const { a, b } = pairOf(options);
      for (let i = 0; i < 2; i++) {
        const { dialler, dialled } = shake(a, b);
        expect([dialler.isSatisfied, dialled.isSatisfied]).to.deep.equal([true, true]);
      }
    }
  });
});

describe('a session whose peer never proves what it says', () => {
  const stranger = new Identity(new Uint8Array(32).fill(9));
  const contact = EncodedContact.from({ id: stranger.id, transport: addressOf('stranger') });
  const noise = fc.uint8Array({ minLength: 1, maxLength: 120 });
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const id = idBytesOf(idOf('b'));

  /** Frames in any order; of HELLO and PROOF more than of others, so that many get far. */
  const frame: fc.Arbitrary<Uint8Array> = fc.oneof(
    { weight: 4, arbitrary: fc.boolean().map((asks) => encodedHello(asks)) },
    { weight: 2, arbitrary: hash.map((secret) => encoded({ type: 'proof', secret })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(hash, fc.option(hash))
        .map(([bytes, secret]) =>
          encoded({ type: 'proof', identity: { how: 'keyed', bytes }, ...(secret && { secret }) }),
        ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(hash, hash)
        .map(([a, b]) =>
          encoded({ type: 'proof', identity: { how: 'signed', bytes: Uint8Array.of(...a, ...b) } }),
        ),
    },
    { weight: 2, arbitrary: fc.nat(9).map((requestId) => encoded({ type: 'ping', requestId, id })) },
    {
      weight: 2,
      arbitrary: fc
        .nat(9)
        .map((requestId) =>
          encoded({ type: 'findNode', requestId, target: { id }, announced: [contact], withdrawn: [] }),
        ),
    },
    { weight: 1, arbitrary: fc.nat(9).map((requestId) => encoded({ type: 'pong', requestId })) },
    { weight: 1, arbitrary: noise },
    { weight: 1, arbitrary: noise.map((bytes) => Uint8Array.of(0x02, ...bytes)) },
  );

  function encoded(message: Message): Uint8Array {
    return encode(message).slice();
  }

  function encodedHello(isRemembering: boolean): Uint8Array {
    const exchangeKey = new Uint8Array(32).fill(9);
    return encoded({
      type: 'hello',
      minVersion: 1,
      maxVersion: 1,
      nonce: freshNonce(),
      group: 'test',
      contact,
      key: stranger.publicKey,
      exchangeKey,
      ...(isRemembering && { remembered: exchangeKey }),
      provesSecret: true,
    });
  }

  const kinds: readonly [string, PeerOptions, readonly string[]][] = [
    ['that asks for no proof', {}, ['hello', 'proof', 'pong', 'nodes', 'error', 'close']],
    ['with a secret', { secret }, ['hello', 'proof', 'close']],
    ['with a hook', { admit: () => true }, ['hello', 'proof', 'close']],
  ];
  for (const [kind, options, told] of kinds) {
    it(`does not open, keeps nothing, and ends in time, whatever comes in whichever order, in a group ${kind}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 14 }), async (frames) => {
          const world = new SessionNetwork();
          const announced: EncodedContact[] = [];
          const b = await world.peer('b', {
            identity: identities[0] as Identity,
            ...options,
            announced: (one) => {
              announced.push(one);
              return undefined;
            },
          });
          const raw = await world.raw('stranger');
          await world.run(raw.dial('b'));
          for (const bytes of frames) raw.sendBytes(bytes);
          await world.runtime.advance(limits.handshakeMs + limits.admissionMs + 1_000);
          expect([b.opened, b.faults, announced, b.acquaintances.size, b.pool.size]).to.deep.equal([
            [],
            [],
            [],
            0,
            0,
          ]);
          expect(told).to.include.members(raw.types);
        }),
        { numRuns: 250 },
      );
    });
  }
});
