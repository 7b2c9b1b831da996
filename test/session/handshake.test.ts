import { expect } from 'chai';
import { Identity } from '../../src/identity/identity.js';
import { Handshake } from '../../src/session/handshake.js';
import { decode } from '../../src/wire/decode.js';
import { encode } from '../../src/wire/encode.js';
import type { Message, Proof } from '../../src/wire/messages.js';
import { expectRefusal } from '../support/expect-code.js';
import { hear, type Passing, Shaking, type ShakingOptions, shake } from '../support/handshakes.js';
import { idOf } from '../support/ids.js';

const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
const [A, B] = [secretOf(0xa), secretOf(0xb)];

function pair(options: ShakingOptions = {}, other: ShakingOptions = options) {
  const a = new Shaking('a', { identity: Identity.generate(), ...options });
  const b = new Shaking('b', { identity: Identity.generate(), ...other });
  return { a, b };
}

type Fields = Readonly<Record<string, unknown>>;

/** The same frame with other fields; those that are `undefined` are left out. */
function changed(frame: Uint8Array, change: Fields): Uint8Array {
  const fields = Object.entries({ ...decode(frame), ...change }).filter(([, value]) => value !== undefined);
  return encode(Object.fromEntries(fields) as unknown as Message).slice();
}

const hello = (fields: Fields) => (frame: Uint8Array) => changed(frame, fields);
const proof = (fields: Fields) => (frame: Uint8Array | undefined) => changed(frame as Uint8Array, fields);

const hows = ({ dialler, dialled }: ReturnType<typeof shake>) => [
  dialler.sent?.identity?.how,
  dialled.sent?.identity?.how,
];

describe('Handshake', () => {
  context('of two nodes with keys that have not met', () => {
    it('proves both by signatures', () => {
      const { a, b } = pair();
      const { dialler, dialled } = shake(a, b);
      expect([dialler.isSatisfied, dialled.isSatisfied]).to.deep.equal([true, true]);
      expect(hows({ dialler, dialled })).to.deep.equal(['signed', 'signed']);
      expect([a.signatures, b.signatures]).to.deep.equal([
        ['made', 'checked'],
        ['made', 'checked'],
      ]);
    });

    it('makes them remember each other', () => {
      const { a, b } = pair();
      shake(a, b);
      expect([a.remembers(b), b.remembers(a)]).to.deep.equal([true, true]);
    });
  });

  context('of two that have met', () => {
    it('proves both by hashes, without a signature', () => {
      const { a, b } = pair();
      shake(a, b);
      a.signatures.length = b.signatures.length = 0;
      const again = shake(a, b);
      expect(hows(again)).to.deep.equal(['keyed', 'keyed']);
      expect([again.dialler.isSatisfied, again.dialled.isSatisfied]).to.deep.equal([true, true]);
      expect([a.signatures, b.signatures]).to.deep.equal([[], []]);
    });

    it('does so whoever dials', () => {
      const { a, b } = pair();
      shake(a, b);
      expect(hows(shake(b, a))).to.deep.equal(['keyed', 'keyed']);
    });

    it('asks for a signature of who was dialled by its address only', () => {
      const { a, b } = pair();
      shake(a, b);
      expect(hows(shake(a, b, { byId: false }))).to.deep.equal(['keyed', 'signed']);
    });

    it('goes back to signatures when one of them has started anew', () => {
      const identity = Identity.generate();
      const b = new Shaking('b', { identity: Identity.generate() });
      shake(new Shaking('a', { identity }), b);
      const restarted = new Shaking('a', { identity });
      // Who has started anew is remembered under a key that it no longer has; whom it dials it does not remember.
      const again = shake(restarted, b);
      expect(hows(again)).to.deep.equal(['signed', 'signed']);
      expect([again.dialler.isSatisfied, again.dialled.isSatisfied]).to.deep.equal([true, true]);
      expect(hows(shake(restarted, b))).to.deep.equal(['keyed', 'keyed']);
    });

    it('does not take the hash of an earlier handshake', () => {
      const { a, b } = pair();
      shake(a, b);
      let recorded: Uint8Array | undefined;
      shake(a, b, {
        proofOfDialler: (frame) => {
          recorded = frame;
          return frame;
        },
      });
      const { dialled } = shake(a, b, { proofOfDialler: () => recorded });
      expectRefusal(dialled.refusal, 'BAD_SIGNATURE', 'a wrong keyed proof');
    });

    it('refuses the id of one that has proved a key, when it comes without', () => {
      const { a, b } = pair();
      shake(a, b);
      const { dialled } = shake(new Shaking('liar', { id: a.contact.id }), b);
      expectRefusal(dialled.refusal, 'KEY_REQUIRED');
      const { dialler } = shake(a, new Shaking('liar', { id: b.contact.id }));
      expectRefusal(dialler.refusal, 'KEY_REQUIRED');
    });
  });

  context('of nodes without keys', () => {
    it('needs no proof, and sends none', () => {
      const { a, b } = pair({ identity: undefined });
      const { dialler, dialled } = shake(a, b);
      expect([dialler.isSatisfied, dialled.isSatisfied]).to.deep.equal([true, true]);
      expect([dialler.sent, dialled.sent]).to.deep.equal([undefined, undefined]);
    });

    it('proves who has a key to who has none', () => {
      const { a, b } = pair({}, { identity: undefined });
      const { dialler, dialled } = shake(a, b);
      expect([dialler.isSatisfied, dialled.isSatisfied]).to.deep.equal([true, true]);
      expect(hows({ dialler, dialled })).to.deep.equal(['signed', undefined]);
    });

    it('remembers no exchange key that nobody has signed: it would keep others out', () => {
      const { a, b } = pair({ identity: undefined }, {});
      const { dialled } = shake(a, b, { helloOfDialler: hello({ exchangeKey: A }) });
      expect(dialled.isSatisfied).to.equal(true);
      expect(b.remembers(a)).to.equal(false);
    });

    it('is refused where a key is required, by either side', () => {
      const { a, b } = pair({ identity: undefined }, { requiresIdentity: true });
      expectRefusal(shake(a, b).dialled.refusal, 'KEY_REQUIRED');
      expectRefusal(shake(b, a).dialler.refusal, 'KEY_REQUIRED');
    });

    it('proves the secret of their group', () => {
      const { a, b } = pair({ identity: undefined, secret: A });
      const { dialler, dialled } = shake(a, b);
      expect([dialler.isSatisfied, dialled.isSatisfied]).to.deep.equal([true, true]);
      expect([dialler.sent?.identity, dialler.sent?.secret?.length]).to.deep.equal([undefined, 32]);
    });
  });

  context('with a proof that is wrong', () => {
    const wrong: readonly [string, ShakingOptions, Passing, 'BAD_SIGNATURE' | 'BAD_SECRET'][] = [
      [
        'a signature that is not by the key',
        {},
        { proofOfDialler: proof({ identity: { how: 'signed', bytes: new Uint8Array(64) } }) },
        'BAD_SIGNATURE',
      ],
      ['a key without its proof', {}, { proofOfDialler: proof({ identity: undefined }) }, 'BAD_SIGNATURE'],
      [
        'a hash where none was offered',
        {},
        { proofOfDialler: proof({ identity: { how: 'keyed', bytes: A } }) },
        'BAD_SIGNATURE',
      ],
      ['another secret', { secret: A }, { proofOfDialler: proof({ secret: B }) }, 'BAD_SECRET'],
      [
        'no secret, though it was announced',
        { secret: A },
        { proofOfDialler: proof({ secret: undefined }) },
        'BAD_SECRET',
      ],
      ['a secret that was not announced', {}, { proofOfDialler: proof({ secret: A }) }, 'BAD_SECRET'],
    ];
    for (const [what, options, passing, code] of wrong) {
      it(`refuses ${what}, and remembers nobody`, () => {
        const { a, b } = pair(options);
        const { dialled } = shake(a, b, passing);
        expectRefusal(dialled.refusal, code);
        expect(b.remembers(a)).to.equal(false);
      });
    }

    it('refuses a hash that comes back as it went, whose secret both know', () => {
      const { a, b } = pair();
      shake(a, b);
      let proofOfDialled: Uint8Array | undefined;
      const mirrored = shake(a, b, {
        proofOfDialled: (frame) => {
          proofOfDialled = frame;
          return frame;
        },
        proofOfDialler: () => proofOfDialled,
      });
      expectRefusal(mirrored.dialled.refusal, 'BAD_SIGNATURE', 'a wrong keyed proof');
    });

    it("refuses the proof of the group's secret that comes back as it went", () => {
      const { a, b } = pair({ identity: undefined, secret: A });
      let proofOfDialled: Uint8Array | undefined;
      const mirrored = shake(a, b, {
        proofOfDialled: (frame) => {
          proofOfDialled = frame;
          return frame;
        },
        proofOfDialler: () => proofOfDialled,
      });
      expectRefusal(mirrored.dialled.refusal, 'BAD_SECRET');
    });

    it('refuses an id that is not that of the key', () => {
      const { a, b } = pair();
      const { publicKey } = Identity.generate();
      expectRefusal(
        shake(a, b, {
          helloOfDialler: hello({ key: publicKey }),
        }).dialled.refusal,
        'ID_KEY_MISMATCH',
      );
    });
  });

  context('when somebody between them leaves parts out', () => {
    for (const part of ['key', 'exchangeKey', 'remembered', 'provesSecret'] as const) {
      it(`does not go on without ${part}`, () => {
        const { a, b } = pair({ secret: [A, null] });
        shake(a, b);
        for (const side of ['helloOfDialler', 'helloOfDialled'] as const) {
          const without = hello({ [part]: undefined });
          const { dialler, dialled } = shake(a, b, { [side]: without });
          expect(dialler.isSatisfied && dialled.isSatisfied, side).to.equal(false);
        }
      });
    }
  });

  context('with an exchange key that is no good', () => {
    // RFC 7748 §6.1: points of small order lead to zero for everybody.
    const lowOrder = ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`].map(
      (hex) => new Uint8Array(Buffer.from(hex, 'hex')),
    );
    for (const exchangeKey of lowOrder) {
      it(`signs as if it were not remembered: ${Buffer.from(exchangeKey).toString('hex').slice(0, 4)}…`, () => {
        const { a, b } = pair();
        shake(a, b);
        const { dialled } = shake(a, b, {
          helloOfDialler: hello({ exchangeKey }),
        });
        expect(dialled.sent?.identity?.how).to.equal('signed');
      });
    }

    it('takes no hash of who has signed such a key', () => {
      const { a, b } = pair();
      b.context.acquaintances.remember(a.contact.id, lowOrder[0] as Uint8Array);
      const { dialled } = shake(a, b, {
        helloOfDialler: hello({ exchangeKey: lowOrder[0] }),
        // What anybody can reckon from a secret of zeros.
        proofOfDialler: proof({ identity: { how: 'keyed', bytes: new Uint8Array(32) } }),
      });
      expectRefusal(dialled.refusal, 'BAD_SIGNATURE');
    });

    it('takes no hash of who shows the exchange key of somebody else', () => {
      const { a, b } = pair();
      shake(a, b);
      const mallory = new Shaking('m', { identity: Identity.generate() });
      const borrowed = hello({ exchangeKey: a.context.acquaintances.exchangeKey });
      const { dialled } = shake(mallory, b, {
        helloOfDialler: borrowed,
      });
      // She signs another HELLO than the one that arrived.
      expectRefusal(dialled.refusal, 'BAD_SIGNATURE');
      expect(b.remembers(mallory)).to.equal(false);
    });
  });

  context('when the HELLO of the peer is one that came before', () => {
    it('refuses it by its nonce', () => {
      const { a, b } = pair();
      let recorded: Uint8Array = new Uint8Array();
      const record = (frame: Uint8Array) => {
        recorded = frame;
        return frame;
      };
      shake(a, b, { helloOfDialler: record });
      expectRefusal(hear(new Handshake(b.context, false, undefined), recorded), 'REPLAYED_HELLO');
    });

    it('is of no use where the nonce was forgotten: its proof is over another HELLO of ours', () => {
      const { a, b } = pair({ secret: A });
      const recorded: Uint8Array[] = [];
      const record = (frame: Uint8Array | undefined) => {
        recorded.push(frame as Uint8Array);
        return frame as Uint8Array;
      };
      shake(a, b, { helloOfDialler: record, proofOfDialler: record });
      const forgetful = new Shaking('b', { identity: b.context.identity, secret: A });
      const { dialled } = shake(a, forgetful, {
        helloOfDialler: () => recorded[0] as Uint8Array,
        proofOfDialler: () => recorded[1],
      });
      expectRefusal(dialled.refusal, 'BAD_SIGNATURE');
    });
  });

  context('with secrets', () => {
    const rings: readonly [string, ShakingOptions['secret'], ShakingOptions['secret'], boolean][] = [
      ['the same', A, A, true],
      ['another', A, B, false],
      ['one and none', A, undefined, false],
      ['one and one that is about to be used', A, [A, B], true],
      ['one that follows another', [A, B], [B, A], true],
      ['one that has followed another', [B, A], B, true],
      ['one and one no longer used', A, B, false],
      ['none and one that may come', undefined, [null, A], true],
      ['one that may come and one that may be missing', [null, A], [A, null], true],
      ['one that may be missing and one that must not', [A, null], A, true],
      ['none and one that must not be missing', [null, A], A, false],
    ];
    for (const [what, ours, theirs, isWelcome] of rings) {
      it(`${isWelcome ? 'lets' : 'does not let'} nodes talk that have ${what}`, () => {
        for (const identity of [Identity.generate(), undefined]) {
          const { a, b } = pair(
            { secret: ours, identity } as ShakingOptions,
            { secret: theirs } as ShakingOptions,
          );
          for (const [one, other] of [
            [a, b],
            [b, a],
          ] as const) {
            const { dialler, dialled } = shake(one, other);
            expect(dialler.isSatisfied && dialled.isSatisfied).to.equal(isWelcome);
            const codes = [dialler, dialled].flatMap(({ refusal }) => refusal?.code ?? []);
            if (!isWelcome) expect(new Set(codes)).to.deep.equal(new Set(['BAD_SECRET']));
          }
        }
      });
    }

    it('proves what its HELLO has announced, though the secret was replaced meanwhile', () => {
      for (const ring of [[], [null], B, [B, A]]) {
        const { a, b } = pair({ secret: A }, { secret: [A, B] });
        const { dialled } = shake(a, b, { between: () => a.context.secrets.replace(ring) });
        expect(dialled.refusal).to.equal(undefined);
      }
    });

    it('believes by the secrets of the moment: one that was taken away is no longer one', () => {
      const { a, b } = pair({ secret: A });
      const { dialled } = shake(a, b, { between: () => b.context.secrets.replace(B) });
      expectRefusal(dialled.refusal, 'BAD_SECRET');
    });
  });

  describe('receiveProof', () => {
    it('takes one, and no second', () => {
      const { a, b } = pair();
      let sent: Uint8Array | undefined;
      const passing: Passing = {
        proofOfDialler: (frame) => {
          sent = frame;
          return frame;
        },
      };
      const { dialled } = shake(a, b, passing);
      expectRefusal(dialled.handshake.receiveProof(decode(sent as Uint8Array) as Proof), 'BAD_FRAME');
    });

    it('takes none that HELLO did not announce', () => {
      const { a, b } = pair({ identity: undefined }, { identity: undefined });
      const { dialled } = shake(a, b, {
        proofOfDialler: () => encode({ type: 'proof', secret: A }).slice(),
      });
      expectRefusal(dialled.refusal, 'BAD_FRAME');
    });
  });

  describe('finish', () => {
    it('keeps the nonce, by which a node knows itself', () => {
      const { a, b } = pair();
      const { dialler } = shake(a, b);
      expect(dialler.handshake.nonce).to.have.length(16);
    });

    it('is what makes it remember: who was not let in has left nothing', () => {
      const { a, b } = pair();
      const handshake = new Handshake(b.context, false, undefined);
      const dialler = new Handshake(a.context, true, undefined);
      hear(handshake, dialler.makeHello());
      hear(dialler, handshake.makeHello());
      expect(handshake.receiveProof(decode(dialler.makeProof() as Uint8Array) as Proof)).to.equal(undefined);
      expect([handshake.awaitsProof, b.remembers(a)]).to.deep.equal([false, false]);
      handshake.finish();
      expect(b.remembers(a)).to.equal(true);
    });
  });

  it('says which id was dialled, and refuses another one on both sides', () => {
    const { a, b } = pair();
    const dialler = new Handshake(a.context, true, idOf('somebody'));
    const frame = dialler.makeHello();
    const dialled = new Handshake(b.context, false, undefined);
    expectRefusal(hear(dialled, frame), 'ID_MISMATCH');
    expectRefusal(hear(dialler, dialled.makeHello()), 'ID_MISMATCH');
  });
});
