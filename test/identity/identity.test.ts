import { inspect } from 'node:util';
import { expect } from 'chai';
import type { DisgoverError } from '../../src/errors.js';
import { Identity, idOfKey, isSigned } from '../../src/identity/identity.js';
import { expectThrowsCode } from '../support/expect-code.js';
import { idBytesOf } from '../support/ids.js';
import { bytesOfHex, hexOf } from '../support/vectors.js';

/** RFC 8032 §7.1, test 1. */
const seed = bytesOfHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

describe('idOfKey', () => {
  it('refuses what is no bytes', () => {
    for (const key of [undefined, null, 'key']) expectThrowsCode(() => idOfKey(key as never), 'ERR_BAD_KEY');
  });
});

describe('Identity', () => {
  it('has the public key of its seed, and the id of that', () => {
    const identity = new Identity(seed);
    expect(hexOf(identity.publicKey)).to.equal(publicKey);
    expect(identity.id).to.equal(idOfKey(bytesOfHex(publicKey)));
    // printf '<public key>' | xxd -r -p | openssl dgst -sha256, its first 20 bytes
    expect(hexOf(idBytesOf(identity.id))).to.equal('21fe31dfa154a261626bf854046fd2271b7bed4b');
  });

  it('signs what anybody can check', () => {
    const identity = new Identity(seed);
    const bytes = Uint8Array.of(1, 2, 3);
    const signature = identity.sign(bytes);
    expect(isSigned(identity.publicKey, bytes, signature)).to.equal(true);
    expect(isSigned(Identity.generate().publicKey, bytes, signature)).to.equal(false);
    expect(isSigned(identity.publicKey, bytes.with(0, 2), signature)).to.equal(false);
  });

  it('is another one each time it is generated, and itself again from its seed', () => {
    const identity = Identity.generate();
    expect(Identity.generate().id).not.to.equal(identity.id);
    expect(new Identity(identity.exportSeed()).id).to.equal(identity.id);
  });

  it('keeps its key whatever becomes of the bytes that it was made of', () => {
    const given = seed.slice();
    const identity = new Identity(given);
    given.fill(0);
    identity.exportSeed().fill(0);
    expect(identity.exportSeed()).to.deep.equal(seed);
    expect(hexOf(new Identity(identity.exportSeed()).publicKey)).to.equal(publicKey);
  });

  for (const [what, bad] of Object.entries({
    'no bytes': new Uint8Array(0),
    '31 bytes': new Uint8Array(31),
    '33 bytes': new Uint8Array(33),
    '48 bytes': new Uint8Array(48),
    'a text': 'x'.repeat(32),
    'an array': Array.from(seed),
    undefined: undefined,
    null: null,
  })) {
    it(`is not made of ${what}`, () => {
      expectThrowsCode(() => new Identity(bad as Uint8Array), 'ERR_BAD_KEY');
    });
  }

  it('shows its secret to nobody who prints it, clones it or makes JSON of it', () => {
    const identity = new Identity(seed);
    const shown = [
      inspect(identity, { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true }),
      inspect({ options: { identity } }, { depth: Number.POSITIVE_INFINITY }),
      JSON.stringify(identity),
      inspect(structuredClone(identity), { showHidden: true, depth: Number.POSITIVE_INFINITY }),
      inspect({ ...identity }, { depth: Number.POSITIVE_INFINITY }),
      String(identity),
    ].join('\n');
    expect(shown).to.contain(identity.id);
    for (const secret of spellingsOf(seed)) expect(shown).not.to.contain(secret);
  });

  it('shows nothing of what it was to be made of when it fails', () => {
    const nearly = seed.subarray(0, 31);
    const failures = [nearly, Array.from(seed), hexOf(seed)].map((bad) => {
      try {
        return new Identity(bad as Uint8Array);
      } catch (fault) {
        return inspect(fault as DisgoverError, { showHidden: true, depth: Number.POSITIVE_INFINITY });
      }
    });
    for (const secret of spellingsOf(nearly)) expect(failures.join('\n')).not.to.contain(secret);
  });
});

/** Bytes as any of these would print them: the first eight are enough to give them away. */
function spellingsOf(bytes: Uint8Array): string[] {
  const start = bytes.subarray(0, 8);
  return [
    hexOf(start),
    hexOf(start).replace(/..(?=.)/g, '$& '),
    Buffer.from(start).toString('base64').slice(0, 10),
    Array.from(start).join(','),
    Array.from(start).join(', '),
    JSON.stringify({ ...start }).slice(1, -1),
  ];
}
