import { createHash } from 'node:crypto';
import { Point } from '@noble/ed25519';
import { expect } from 'chai';
import fc from 'fast-check';
import * as browser from '../../src/identity/crypto.browser.js';
import * as node from '../../src/identity/crypto.js';
import { bytesOfHex, hexOf } from '../support/vectors.js';

const twins = { 'crypto.ts': node, 'crypto.browser.ts': browser };

/** RFC 8032 §7.1: the secret, its public key, the message, the signature. */
const signatures: readonly (readonly [name: string, ...hex: [string, string, string, string]])[] = [
  [
    'test 1',
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    'test 2',
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'test 3',
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    'test SHA(abc)',
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    createHash('sha512').update('abc').digest('hex'),
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
];

/** RFC 7748 §5.2 (the first two), §6.1: a private key, the other's public key, the secret. */
const exchanges: readonly (readonly [name: string, ...hex: [string, string, string]])[] = [
  [
    'the first of §5.2',
    'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
    'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
    'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
  ],
  [
    'the second of §5.2, whose unused bit is set',
    '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
    'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
    '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
  ],
  [
    'Bob and Alice of §6.1',
    '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
    '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
  ],
];

/** RFC 4231 §4.2 to §4.8 (but §4.6, which is about a cut result): the key, what is hashed, the result. */
const hashes: readonly (readonly [name: string, ...hex: [string, string, string]])[] = [
  [
    'test case 1',
    '0b'.repeat(20),
    hexOf(Buffer.from('Hi There')),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    'test case 2',
    hexOf(Buffer.from('Jefe')),
    hexOf(Buffer.from('what do ya want for nothing?')),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'test case 3',
    'aa'.repeat(20),
    'dd'.repeat(50),
    '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  ],
  [
    'test case 4',
    hexOf(Uint8Array.from({ length: 25 }, (_, i) => i + 1)),
    'cd'.repeat(50),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [
    'test case 6, a key longer than a block',
    'aa'.repeat(131),
    hexOf(Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First')),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
];

/** Points whose multiples are few: one signature fits any message (RFC 7748 §7 calls such keys non-contributory). */
const smallOrder = [
  `01${'00'.repeat(31)}`,
  `01${'00'.repeat(30)}80`,
  `ec${'ff'.repeat(30)}7f`,
  `ec${'ff'.repeat(31)}`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
];

/** The order of the base point (RFC 8032 §5.1), and 2^255 - 19. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;

function littleEndian(number: bigint): Uint8Array {
  return bytesOfHex(number.toString(16).padStart(64, '0')).reverse();
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${hexOf(Uint8Array.from(bytes).reverse())}`);
}

/** What whoever knows the scalar of a key can make, whatever else has been added to the key. */
function signWith(scalar: bigint, publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const nonce = 12_345n;
  const r = Point.BASE.multiply(nonce).toBytes();
  const challenge = numberOf(createHash('sha512').update(r).update(publicKey).update(message).digest());
  return Buffer.concat([r, littleEndian((nonce + challenge * scalar) % L)]);
}

for (const [name, twin] of Object.entries(twins)) {
  describe(name, () => {
    const key = twin.signingKeyOf(new Uint8Array(32).fill(7));
    const message = Buffer.from('message');
    const signature = twin.signBytes(key, message);

    context('with an Ed25519 key', () => {
      for (const [what, seed, publicKey, signed, expected] of signatures) {
        it(`signs and verifies ${what} of RFC 8032`, () => {
          const known = twin.signingKeyOf(bytesOfHex(seed));
          expect(hexOf(known.publicKey)).to.equal(publicKey);
          expect(hexOf(twin.signBytes(known, bytesOfHex(signed)))).to.equal(expected);
          expect(twin.isSignedBy(known.publicKey, bytesOfHex(signed), bytesOfHex(expected))).to.equal(true);
        });
      }

      it('knows no signature in one with any bit of it, of the message or of the key changed', () => {
        expect(twin.isSignedBy(key.publicKey, message, signature)).to.equal(true);
        const flipped = (bytes: Uint8Array, bit: number) =>
          bytes.with(bit >> 3, (bytes[bit >> 3] as number) ^ (1 << (bit & 7)));
        for (let bit = 0; bit < 512; bit += 5) {
          expect(twin.isSignedBy(key.publicKey, message, flipped(signature, bit)), `${bit}`).to.equal(false);
        }
        for (let bit = 0; bit < 256; bit += 5) {
          expect(twin.isSignedBy(flipped(key.publicKey, bit), message, signature), `${bit}`).to.equal(false);
        }
        for (let bit = 0; bit < 56; bit++)
          expect(twin.isSignedBy(key.publicKey, flipped(message, bit), signature)).to.equal(false);
      });

      it('knows none in what has another length', () => {
        for (const length of [0, 31, 33]) {
          expect(twin.isSignedBy(new Uint8Array(length), message, signature)).to.equal(false);
        }
        for (const length of [0, 63, 65]) {
          const other = new Uint8Array(length);
          other.set(signature.subarray(0, length));
          expect(twin.isSignedBy(key.publicKey, message, other)).to.equal(false);
        }
      });

      it('takes no second spelling of a signature, its S with the order added', () => {
        const s = numberOf(signature.subarray(32));
        for (const added of [L, 2n * L, 4n * L]) {
          const other = Buffer.concat([signature.subarray(0, 32), littleEndian(s + added)]);
          expect(twin.isSignedBy(key.publicKey, message, other)).to.equal(false);
        }
      });

      it('takes no key of small order, for which one signature fits every message', () => {
        const s = 5n;
        const r = Point.BASE.multiply(s).toBytes();
        for (const publicKey of smallOrder) {
          for (const text of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
            const any = Buffer.concat([r, littleEndian(s)]);
            const isSigned = twin.isSignedBy(bytesOfHex(publicKey), Buffer.from(text), any);
            expect(isSigned, `${publicKey} ${text}`).to.equal(false);
          }
        }
      });

      it('takes no second spelling of a key, its y with 2^255 - 19 added', () => {
        for (let y = 0n; y < 19n; y++) {
          const spelled = littleEndian(P + y);
          expect(twin.isSignedBy(spelled, message, signWith(1n, spelled, message))).to.equal(false);
        }
      });
    });

    context('with an X25519 key', () => {
      for (const [what, seed, publicKey, secret] of exchanges) {
        it(`agrees on the secret of ${what} of RFC 7748`, () => {
          const agreed = twin.agreeOn(twin.exchangeKeyOf(bytesOfHex(seed)), bytesOfHex(publicKey));
          expect(hexOf(agreed as Uint8Array)).to.equal(secret);
        });
      }

      it('comes to the value of RFC 7748 §5.2 after 1,000 rounds', () => {
        let [k, u] = [littleEndian(9n), littleEndian(9n)];
        for (let i = 0; i < 1_000; i++) [k, u] = [twin.agreeOn(twin.exchangeKeyOf(k), u) as Uint8Array, k];
        expect(hexOf(k)).to.equal('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
      });

      it('agrees on nothing with a key that leads everybody to the same secret, or with what is no key', () => {
        const own = twin.exchangeKeyOf(new Uint8Array(32).fill(7));
        const useless = ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`];
        for (const publicKey of useless) expect(twin.agreeOn(own, bytesOfHex(publicKey))).to.equal(undefined);
        for (const length of [0, 31, 33, 64])
          expect(twin.agreeOn(own, new Uint8Array(length).fill(9))).to.equal(undefined);
      });
    });

    for (const [what, hashKey, text, hash] of hashes) {
      it(`gives the keyed hash of ${what} of RFC 4231, whole or in parts`, () => {
        const [keyBytes, bytes] = [bytesOfHex(hashKey), bytesOfHex(text)];
        expect(hexOf(twin.keyedHash(keyBytes, bytes))).to.equal(hash);
        expect(hexOf(twin.keyedHash(keyBytes, bytes.subarray(0, 3), bytes.subarray(3)))).to.equal(hash);
      });
    }

    it('tells the same secret from another, and from one of another length', () => {
      const secret = new Uint8Array(32).fill(1);
      expect(twin.isSameSecret(secret, secret.slice())).to.equal(true);
      for (let i = 0; i < 32; i++)
        expect(twin.isSameSecret(secret, secret.with(i, 2)), `${i}`).to.equal(false);
      expect(twin.isSameSecret(secret, secret.subarray(1))).to.equal(false);
    });
  });
}

describe('the twins of crypto', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('make the same keys, signatures, secrets and hashes', () => {
    fc.assert(
      fc.property(seed, seed, bytes, (a, b, text) => {
        const signatureOf = (twin: typeof node) => hexOf(twin.signBytes(twin.signingKeyOf(a), text));
        const secretOf = (twin: typeof node) =>
          twin.agreeOn(twin.exchangeKeyOf(a), twin.exchangeKeyOf(b).publicKey);
        expect(browser.signingKeyOf(a).publicKey).to.deep.equal(node.signingKeyOf(a).publicKey);
        expect(signatureOf(browser)).to.equal(signatureOf(node));
        expect(secretOf(browser)).to.deep.equal(secretOf(node));
        expect(browser.keyedHash(a, text, b)).to.deep.equal(node.keyedHash(a, text, b));
      }),
      { numRuns: 30 },
    );
  });

  it('say the same of any bytes as key and signature', () => {
    const short = fc.uint8Array({ minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(
        fc.oneof(seed, fc.constantFrom(...smallOrder.map(bytesOfHex))),
        short,
        bytes,
        (key, signature, text) => {
          expect(browser.isSignedBy(key, text, signature)).to.equal(node.isSignedBy(key, text, signature));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('say the same of keys that have a part of small order, whose signatures hold for some messages only', () => {
    const scalar = 987_654_321n;
    const answers = new Set<boolean>();
    for (const torsion of smallOrder.filter((hex) => !/^00.*80$|^01.*80$|^ecf+$/.test(hex))) {
      const key = Point.BASE.multiply(scalar)
        .add(Point.fromBytes(bytesOfHex(torsion)))
        .toBytes();
      for (let i = 0; i < 12; i++) {
        const text = Buffer.from(`message ${i}`);
        const signature = signWith(scalar, key, text);
        const said = node.isSignedBy(key, text, signature);
        expect(browser.isSignedBy(key, text, signature), `${torsion} ${i}`).to.equal(said);
        answers.add(said);
      }
    }
    expect([...answers].sort()).to.deep.equal([false, true]);
  });
});
