import { inspect } from 'node:util';
import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { GroupSecrets, type SecretRing } from '../../src/session/group-secrets.js';
import { expectThrowsCode } from '../support/expect-code.js';

const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
const [A, B, C] = [secretOf(0xa), secretOf(0xb), secretOf(0xc)];
const message = Uint8Array.of(1, 2, 3);
const proofOf = (ring: SecretRing) => new GroupSecrets(ring).prover()?.(message);

describe('GroupSecrets', () => {
  it('is the same of bytes and of their base64, also with a line break behind it', () => {
    const text = Buffer.from(A).toString('base64');
    expect(proofOf(text)).to.deep.equal(proofOf(A));
    expect(proofOf(`${text}\n`)).to.deep.equal(proofOf(A));
  });

  it('proves the first of a list, and accepts each', () => {
    const ring = new GroupSecrets([A, B]);
    expect(ring.prover()?.(message)).to.deep.equal(proofOf(A));
    for (const [proof, isOurs] of [
      [proofOf(A), true],
      [proofOf(B), true],
      [proofOf(C), false],
      [undefined, false],
      [new Uint8Array(0), false],
      [new Uint8Array(32), false],
    ] as const)
      expect(ring.accepts(proof, message)).to.equal(isOurs);
  });

  it('accepts a proof over its own message only', () => {
    expect(new GroupSecrets(A).accepts(proofOf(A), Uint8Array.of(1, 2, 4))).to.equal(false);
  });

  const rings: readonly [string, SecretRing, { proves: boolean; isRequired: boolean }][] = [
    ['none', [], { proves: false, isRequired: false }],
    ['one', A, { proves: true, isRequired: true }],
    ['none, with one that may come', [null, A], { proves: false, isRequired: false }],
    ['one that may be missing', [A, null], { proves: true, isRequired: false }],
    ['one of two', [A, B], { proves: true, isRequired: true }],
    ['none at all, in a list', [null], { proves: false, isRequired: false }],
  ];
  for (const [what, ring, { proves, isRequired }] of rings) {
    it(`${proves ? 'proves' : 'proves not'} and ${isRequired ? 'requires' : 'does not require'} ${what}`, () => {
      const secrets = new GroupSecrets(ring);
      expect([secrets.prover() !== undefined, secrets.isRequired]).to.deep.equal([proves, isRequired]);
      expect(secrets.accepts(undefined, message)).to.equal(!isRequired);
    });
  }

  it('asks nothing of others where it has none: what they prove is their business', () => {
    expect(new GroupSecrets().accepts(proofOf(A), message)).to.equal(true);
    expect(new GroupSecrets([null, B]).accepts(proofOf(A), message)).to.equal(false);
  });

  it('keeps its secrets whatever becomes of the bytes that were given', () => {
    const given = A.slice();
    const ring = [given, B];
    const secrets = new GroupSecrets(ring);
    given.fill(0);
    ring.length = 0;
    expect(secrets.prover()?.(message)).to.deep.equal(proofOf(A));
  });

  describe('replace', () => {
    it('proves and accepts others from then on', () => {
      const secrets = new GroupSecrets(A);
      secrets.replace(B);
      expect(secrets.prover()?.(message)).to.deep.equal(proofOf(B));
      expect(secrets.accepts(proofOf(A), message)).to.equal(false);
    });

    it('leaves what was made before to go on with its own', () => {
      const secrets = new GroupSecrets(A);
      const prove = secrets.prover();
      secrets.replace(B);
      expect(prove?.(message)).to.deep.equal(proofOf(A));
    });

    it('changes nothing where one of the new is none', () => {
      const secrets = new GroupSecrets(A);
      expectThrowsCode(() => secrets.replace([B, 'x']), 'ERR_BAD_KEY');
      expect(secrets.accepts(proofOf(A), message)).to.equal(true);
      expect(secrets.accepts(proofOf(B), message)).to.equal(false);
    });
  });

  const bad: readonly [string, unknown, 'ERR_BAD_KEY' | 'ERR_BAD_OPTION'][] = [
    ['31 bytes', A.subarray(1), 'ERR_BAD_KEY'],
    ['33 bytes', new Uint8Array(33), 'ERR_BAD_KEY'],
    ['a text that is no base64', 'hunter2', 'ERR_BAD_KEY'],
    ['an empty text', '', 'ERR_BAD_KEY'],
    ['base64 of 31 bytes', Buffer.from(A.subarray(1)).toString('base64'), 'ERR_BAD_KEY'],
    ['base64 without its padding', Buffer.from(A).toString('base64').replace('=', ''), 'ERR_BAD_KEY'],
    ['base64 for addresses', Buffer.alloc(32, 0xff).toString('base64url'), 'ERR_BAD_KEY'],
    ['a number in the list', [A, 5], 'ERR_BAD_KEY'],
    ['a list in the list', [[A]], 'ERR_BAD_KEY'],
    ['a hole in the list', [A, undefined], 'ERR_BAD_KEY'],
    ['null', null, 'ERR_BAD_OPTION'],
    ['a number', 5, 'ERR_BAD_OPTION'],
    ['an object', {}, 'ERR_BAD_OPTION'],
    ['too many', Array(limits.secrets + 1).fill(A), 'ERR_BAD_OPTION'],
  ];
  for (const [what, ring, code] of bad) {
    it(`refuses ${what}`, () => {
      expectThrowsCode(() => new GroupSecrets(ring as SecretRing), code);
    });
  }

  it('shows its secrets to nobody, also when they are refused', () => {
    const text = Buffer.from(A).toString('base64');
    const shown = [
      inspect(new GroupSecrets(A), { showHidden: true, depth: 9 }),
      JSON.stringify(new GroupSecrets(A)),
    ];
    for (const ring of [`${text}x`, [text, 'x'], text.slice(4)]) {
      try {
        new GroupSecrets(ring);
      } catch (fault) {
        shown.push(inspect(fault, { showHidden: true, depth: 9 }));
      }
    }
    expect(shown).to.have.length(5);
    expect(shown.join('\n')).not.to.contain(text.slice(4, 12));
    expect(shown.join('\n')).not.to.contain('10, 10');
  });
});
