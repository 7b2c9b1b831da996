import { expect } from 'chai';
import fc from 'fast-check';
import { Identity } from '../../src/identity/identity.js';
import { Shaking, type ShakingOptions, shake } from '../support/handshakes.js';

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
