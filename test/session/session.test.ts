import { expect } from 'chai';
import { DisgoverError } from '../../src/errors.js';
import { Identity } from '../../src/identity/identity.js';
import { limits } from '../../src/limits.js';
import { Handshake } from '../../src/session/handshake.js';
import type { Admit, Session } from '../../src/session/session.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { encode } from '../../src/wire/encode.js';
import type { FindNode, Hello, Message } from '../../src/wire/messages.js';
import { encodedOf } from '../support/contacts.js';
import { expectCode, expectRefusal } from '../support/expect-code.js';
import { Shaking, type ShakingOptions } from '../support/handshakes.js';
import { idBytesOf, idOf } from '../support/ids.js';
import {
  addressOf,
  type PeerOptions,
  pingOver,
  type RawEnd,
  SessionNetwork,
  type SessionPeer,
} from '../support/sessions.js';

const secret = new Uint8Array(32).fill(7);
const keyed = (): PeerOptions => ({ identity: Identity.generate() });

async function pair(of: PeerOptions, and: PeerOptions, latencyMs = 10) {
  const world = new SessionNetwork({ latencyMs });
  const [a, b] = [await world.peer('a', of), await world.peer('b', and)];
  return { world, a, b };
}

const ping = (requestId: number, id: string): Message => ({
  type: 'ping',
  requestId,
  id: idBytesOf(id as EncodedContact['id']),
});
const announcing = (requestId: number, ...announced: EncodedContact[]): FindNode => ({
  type: 'findNode',
  requestId,
  target: { id: idBytesOf(idOf('t')) },
  announced,
  withdrawn: [],
});

function announceOver(session: Session, ...announced: EncodedContact[]) {
  return session.pending.request((requestId) => announcing(requestId, ...announced), 'nodes', {});
}

/** The other end of a link by hand, that can prove what it says. */
class Stranger {
  readonly shaking: Shaking;
  readonly raw: RawEnd;
  readonly #handshake: Handshake;

  private constructor(raw: RawEnd, options: ShakingOptions, isDialler: boolean) {
    this.raw = raw;
    this.shaking = new Shaking('stranger', { group: 'test', ...options });
    this.#handshake = new Handshake(this.shaking.context, isDialler, undefined);
  }

  /** Dials, and says HELLO. */
  static async dialling(
    world: SessionNetwork,
    host: string,
    options: ShakingOptions = {},
  ): Promise<Stranger> {
    const stranger = new Stranger(await world.raw('stranger'), options, true);
    await world.run(stranger.raw.dial(host));
    stranger.raw.sendBytes(stranger.#handshake.makeHello());
    return stranger;
  }

  /** Is dialled, and says nothing. */
  static async listening(world: SessionNetwork, options: ShakingOptions = {}): Promise<Stranger> {
    return new Stranger(await world.raw('stranger'), options, false);
  }

  /** Takes the HELLO that came. */
  hear(): void {
    const hello = this.raw.received.find(({ type }) => type === 'hello') as Hello;
    this.#handshake.receiveHello(hello, encode(hello).slice());
  }

  hello(): void {
    this.raw.sendBytes(this.#handshake.makeHello());
  }

  prove(): void {
    this.raw.sendBytes(this.#handshake.makeProof() as Uint8Array);
  }

  get told(): string[] {
    return this.raw.told;
  }

  get errors(): string[] {
    return this.raw.received.flatMap((message) => (message.type === 'error' ? [message.code] : []));
  }
}

describe('Session', () => {
  context('with a dialler that has not proved itself, in a group that asks for no proof', () => {
    it('answers its requests, and takes it for nobody', async () => {
      const { world, b } = await pair({}, keyed());
      const stranger = await Stranger.dialling(world, 'b', keyed());
      stranger.raw.send(ping(1, b.contact.id));
      await world.runtime.advance(100);
      expect(stranger.raw.types).to.deep.equal(['hello', 'proof', 'pong']);
      expect([b.opened, [...b.pool.open()]]).to.deep.equal([[], []]);
    });

    it('takes nothing that it announces, until it has', async () => {
      const announced: EncodedContact[] = [];
      const { world, b } = await pair(
        {},
        {
          ...keyed(),
          announced: (contact) => {
            announced.push(contact);
            return undefined;
          },
        },
      );
      const stranger = await Stranger.dialling(world, 'b', keyed());
      await world.runtime.advance(100);
      stranger.raw.send(announcing(1, encodedOf('x', { transport: addressOf('stranger') })));
      await world.runtime.advance(100);
      expect([stranger.errors, announced, b.codes]).to.deep.equal([
        ['PROOF_REQUIRED'],
        [],
        ['PROOF_REQUIRED'],
      ]);
      stranger.hear();
      stranger.prove();
      stranger.raw.send(announcing(2, encodedOf('x', { transport: addressOf('stranger') })));
      await world.runtime.advance(100);
      expect([announced.length, b.opened.length, stranger.raw.types.at(-1)]).to.deep.equal([1, 1, 'nodes']);
    });

    it('takes 8 frames of it, HELLO among them, and not a ninth', async () => {
      const { world, b } = await pair({}, keyed());
      const stranger = await Stranger.dialling(world, 'b', keyed());
      for (let i = 1; i < limits.framesBeforeHello; i++) stranger.raw.send(ping(i, b.contact.id));
      await world.runtime.advance(100);
      expect([stranger.told, b.ends]).to.deep.equal([[], []]);
      stranger.raw.send(ping(100, b.contact.id));
      await world.runtime.advance(100);
      expect([stranger.told, b.ends]).to.deep.equal([['HELLO_EXPECTED'], ['HELLO_EXPECTED']]);
    });

    it('takes its proof as the ninth', async () => {
      const { world, b } = await pair({}, keyed());
      const stranger = await Stranger.dialling(world, 'b', keyed());
      for (let i = 1; i < limits.framesBeforeHello; i++) stranger.raw.send(ping(i, b.contact.id));
      await world.runtime.advance(100);
      stranger.hear();
      stranger.prove();
      await world.runtime.advance(100);
      expect([b.opened.length, b.codes]).to.deep.equal([1, []]);
    });

    it('waits 5 s for its proof', async () => {
      const { world, b } = await pair({}, keyed());
      const stranger = await Stranger.dialling(world, 'b', keyed());
      await world.runtime.advance(limits.handshakeMs + 100);
      expect([stranger.told, b.ends]).to.deep.equal([['HANDSHAKE_TIMEOUT'], ['HANDSHAKE_TIMEOUT']]);
    });
  });

  for (const [when, isProved] of [
    ['before', false],
    ['after', true],
  ] as const) {
    context(`with a dialler, ${when} its proof`, () => {
      it('ends at a second HELLO', async () => {
        const { world, b } = await pair({}, keyed());
        const stranger = await Stranger.dialling(world, 'b', keyed());
        await world.runtime.advance(100);
        stranger.hear();
        if (isProved) stranger.prove();
        stranger.hello();
        await world.runtime.advance(100);
        expect([stranger.told, b.ends, b.opened.length]).to.deep.equal([
          ['UNEXPECTED_HELLO'],
          ['UNEXPECTED_HELLO'],
          isProved ? 1 : 0,
        ]);
      });
    });
  }

  it('ends at a second PROOF', async () => {
    const { world, b } = await pair({}, keyed());
    const stranger = await Stranger.dialling(world, 'b', keyed());
    await world.runtime.advance(100);
    stranger.hear();
    stranger.prove();
    stranger.prove();
    await world.runtime.advance(100);
    expect([stranger.told, b.ends]).to.deep.equal([['BAD_FRAME'], ['BAD_FRAME']]);
  });

  context('with who was dialled', () => {
    it('takes no frame before its proof', async () => {
      const { world, a } = await pair(keyed(), {});
      const stranger = await Stranger.listening(world, keyed());
      const session = await world.run(a.pool.dial(addressOf('stranger')));
      const asked = pingOver(session, stranger.shaking.contact.id);
      await world.runtime.advance(100);
      stranger.hear();
      stranger.hello();
      stranger.raw.send({ type: 'pong', requestId: 1 });
      await expectCode(world.run(asked), 'ERR_PROOF_REQUIRED');
      await world.runtime.advance(100);
      expect([stranger.told, a.opened]).to.deep.equal([['PROOF_REQUIRED'], []]);
    });

    it('takes its answers as they come behind its proof', async () => {
      const { world, a } = await pair(keyed(), {});
      const stranger = await Stranger.listening(world, keyed());
      const session = await world.run(a.pool.dial(addressOf('stranger')));
      const asked = pingOver(session, stranger.shaking.contact.id);
      await world.runtime.advance(100);
      stranger.hear();
      stranger.hello();
      stranger.prove();
      stranger.raw.send({ type: 'pong', requestId: 1, contact: stranger.shaking.contact });
      expect((await world.run(asked)).contact?.id).to.equal(stranger.shaking.contact.id);
      expect(a.opened).to.have.length(1);
    });
  });

  context('when something is announced as the first thing', () => {
    const cases: readonly [string, () => PeerOptions, number][] = [
      ['with a key: behind its proof', keyed, 40],
      ['with a secret that may be missing: behind its proof', () => ({ secret: [secret, null] }), 40],
      ['without either: behind HELLO', () => ({}), 20],
    ];
    for (const [what, options, ms] of cases) {
      it(`sends it ${what}`, async () => {
        const announced: EncodedContact[] = [];
        const { world, a, b } = await pair(options(), {
          ...options(),
          announced: (contact) => {
            announced.push(contact);
            return undefined;
          },
        });
        const session = await world.run(a.pool.dial(b.contact));
        const startMs = world.runtime.now();
        await world.run(announceOver(session, encodedOf('x', { transport: addressOf('a') })));
        expect([announced.length, b.codes, world.runtime.now() - startMs]).to.deep.equal([1, [], ms]);
      });
    }
  });

  const strict: readonly [string, () => PeerOptions][] = [
    ['a secret', () => ({ secret })],
    ['a key of everybody', () => ({ ...keyed(), requiresIdentity: true })],
    ['leave of a hook', () => ({ admit: () => true })],
    ['all three', () => ({ ...keyed(), secret, requiresIdentity: true, admit: async () => true })],
  ];
  for (const [what, options] of strict) {
    context(`where a group asks for ${what}`, () => {
      it('asks nothing before both have proved themselves: one round trip more', async () => {
        const { world, a, b } = await pair(options(), options());
        const session = await world.run(a.pool.dial(b.contact));
        const startMs = world.runtime.now();
        const { contact } = await world.run(pingOver(session, b.contact.id));
        expect(contact?.equals(b.contact)).to.equal(true);
        expect(world.runtime.now() - startMs).to.equal(40);
        expect([a.codes, b.codes]).to.deep.equal([[], []]);
      });

      it('says nothing but HELLO to who says nothing', async () => {
        const { world, a } = await pair(options(), {});
        const raw = await world.raw('raw');
        const session = await world.run(a.pool.dial(addressOf('raw')));
        const asked = pingOver(session, idOf('raw')).catch((fault) => fault);
        await world.runtime.advance(limits.handshakeMs + 1_000);
        expect(raw.types).to.deep.equal(['hello', 'close']);
        expect(await asked).to.be.instanceOf(DisgoverError);
      });

      it('keeps what a hasty dialler asks until then, and answers in its order', async () => {
        const { world, b } = await pair({}, options());
        const { requiresIdentity: _, admit: __, ...proofs } = options();
        const stranger = await Stranger.dialling(world, 'b', { ...keyed(), ...proofs } as ShakingOptions);
        for (let i = 1; i <= 3; i++) stranger.raw.send(ping(i, b.contact.id));
        await world.runtime.advance(100);
        expect(stranger.raw.types).not.to.include('pong');
        stranger.hear();
        stranger.prove();
        await world.runtime.advance(100);
        const ids = stranger.raw.received.flatMap((message) =>
          message.type === 'pong' ? [message.requestId] : [],
        );
        expect([ids, b.codes]).to.deep.equal([[1, 2, 3], []]);
      });
    });
  }

  context('where the secret is switched off while a hasty dialler has asked', () => {
    it('answers in its order all the same', async () => {
      const { world, b } = await pair({}, { secret });
      const stranger = await Stranger.dialling(world, 'b', { secret });
      stranger.raw.send(ping(1, b.contact.id));
      await world.runtime.advance(100);
      b.secrets.replace([secret, null]);
      stranger.raw.send(ping(2, b.contact.id));
      await world.runtime.advance(100);
      stranger.hear();
      stranger.prove();
      await world.runtime.advance(100);
      expect(stranger.raw.types.filter((type) => type === 'pong')).to.have.length(2);
      expect(b.codes).to.deep.equal([]);
    });
  });

  context('when it ends while something waits for the proof', () => {
    it('fails it with the reason', async () => {
      const { world, a } = await pair({ secret }, {});
      await world.raw('raw');
      const session = await world.run(a.pool.dial(addressOf('raw')));
      const asked = Promise.all([pingOver(session, idOf('raw')), pingOver(session, idOf('raw'))]);
      session.close('IDLE', 'for a test');
      await expectCode(world.run(asked), 'ERR_IDLE');
    });
  });

  context('while it decides whether the peer that it dialled may come in', () => {
    /** `a` has dialled `b`, and decides when it is told to. */
    async function deciding() {
      const pinged: string[] = [];
      const decisions: ((isWelcome: boolean) => void)[] = [];
      const admit = () =>
        new Promise<boolean>((resolve) => {
          decisions.push(resolve);
        });
      const hosted = (id: EncodedContact['id']) => void pinged.push(id);
      const { world, a, b } = await pair({ admit }, { hosted });
      const session = await world.run(a.pool.dial(b.contact));
      const decide = () => {
        for (const resolve of decisions) resolve(true);
      };
      return { world, session, pinged, decide };
    }

    it('keeps no request whose asker has gone', async () => {
      const { world, session, pinged, decide } = await deciding();
      for (let i = 0; i < 2_000; i++) {
        const caller = new AbortController();
        const asked = pingOver(session, idOf(`left-${i}`), caller.signal).catch(() => {});
        caller.abort();
        await asked;
      }
      const asked = pingOver(session, idOf('wanted'));
      await world.runtime.advance(100);
      decide();
      await world.run(asked);
      expect(pinged).to.deep.equal([idOf('wanted')]);
    });

    it('gives the peer its whole time to answer, from when it is asked', async () => {
      const { world, session, pinged, decide } = await deciding();
      const asked = pingOver(session, idOf('x'));
      await world.runtime.advance(limits.admissionMs - 100);
      const late = pingOver(session, idOf('y'));
      decide();
      await world.run(Promise.all([asked, late]));
      expect(pinged).to.deep.equal([idOf('x'), idOf('y')]);
      expect(session.roundTrip.ms).to.equal(20);
    });

    it('fails what waits once it has not decided in 5 s', async () => {
      const { world, session, pinged } = await deciding();
      await expectCode(world.run(pingOver(session, idOf('x'))), 'ERR_NOT_ADMITTED');
      expect(pinged).to.deep.equal([]);
    });
  });

  describe('admit', () => {
    async function asked(admit: Admit, options: PeerOptions = {}) {
      const { world, a, b } = await pair(keyed(), { ...keyed(), admit, ...options });
      const session = await world.run(a.pool.dial(b.contact));
      const pong = pingOver(session, b.contact.id).catch((fault: unknown) => fault);
      return { world, a, b, pong };
    }

    const refusing: readonly [string, Admit, number][] = [
      ['says no', () => false, 0],
      ['says no later', async () => false, 0],
      ['says what is true but not yes', () => 1 as unknown as boolean, 0],
      ['says nothing', (() => undefined) as unknown as Admit, 0],
      [
        'throws',
        () => {
          throw new Error('hook');
        },
        1,
      ],
      ['rejects', () => Promise.reject(new Error('hook')), 1],
    ];
    for (const [what, admit, faults] of refusing) {
      it(`keeps a peer out when it ${what}`, async () => {
        const { world, a, b, pong } = await asked(admit);
        await world.runtime.advance(100);
        expect(await pong).to.include({ code: 'ERR_NOT_ADMITTED' });
        expect([a.ends, b.ends, b.opened, b.faults.length]).to.deep.equal([
          ['NOT_ADMITTED'],
          ['NOT_ADMITTED'],
          [],
          faults,
        ]);
        expect(b.acquaintances.size).to.equal(0);
        expect(b.pool.size).to.equal(0);
      });
    }

    it('is said to have thrown, with what it threw, where it has', async () => {
      const cause = new Error('no such file');
      const { world, b } = await asked(() => {
        throw cause;
      });
      await world.runtime.advance(100);
      expectRefusal(b.refusals[0], 'NOT_ADMITTED', 'admit threw: "Error: no such file"');
      expect(b.faults[0]).to.include({ code: 'ERR_NOT_ADMITTED', cause });
    });

    it('keeps a peer out when it has not decided in 5 s, whatever it says then', async () => {
      const decisions: ((isWelcome: boolean) => void)[] = [];
      const { world, b } = await asked(
        () =>
          new Promise((resolve) => {
            decisions.push(resolve);
          }),
      );
      await world.runtime.advance(limits.admissionMs);
      expect([b.opened, b.ends]).to.deep.equal([[], []]);
      await world.runtime.advance(100);
      expect(b.ends).to.deep.equal(['NOT_ADMITTED']);
      for (const decide of decisions) decide(true);
      await world.runtime.advance(100);
      expect([decisions.length, b.opened, b.faults]).to.deep.equal([1, [], []]);
    });

    it('is not heard when it fails after the session has ended', async () => {
      const failures: ((fault: Error) => void)[] = [];
      const { world, a, b } = await asked(
        () =>
          new Promise((_, reject) => {
            failures.push(reject);
          }),
      );
      await world.runtime.advance(100);
      world.network.crash('a');
      a.pool.close();
      b.pool.close();
      for (const fail of failures) fail(new Error('late'));
      await world.runtime.advance(100);
      expect([failures.length, b.opened, b.ends]).to.deep.equal([1, [], ['CLOSED']]);
    });

    it('may end the node that asks it', async () => {
      const { world, b, pong } = await asked(() => {
        b.pool.close();
        return true;
      });
      await world.runtime.advance(100);
      expect(await pong).to.be.instanceOf(DisgoverError);
      expect([b.opened, b.ends, b.faults, b.pool.size]).to.deep.equal([[], ['CLOSED'], [], 0]);
    });

    it('is told who it is, as proved, and the other end of the link', async () => {
      const told: unknown[] = [];
      const { world, a, pong } = await asked((contact, from) => {
        told.push(contact, from.remote);
        return Object.isFrozen(contact);
      });
      expect(await world.run(pong)).to.have.property('type', 'pong');
      expect(told).to.deep.equal([a.contact.contact, told[1]]);
      expect(told[1]).to.match(/^a:/);
    });

    it('is not asked of who has not proved itself', async () => {
      let isAsked = false;
      const admit = () => {
        isAsked = true;
        return true;
      };
      const { world, b } = await pair({}, { secret, admit });
      const stranger = await Stranger.dialling(world, 'b', { secret: new Uint8Array(32) });
      await world.runtime.advance(100);
      stranger.hear();
      stranger.prove();
      await world.runtime.advance(100);
      expect([isAsked, b.ends]).to.deep.equal([false, ['BAD_SECRET']]);
    });

    it('decides while nothing is read: a long frame, too, waits for it', async () => {
      let decide: (isWelcome: boolean) => void = () => {};
      const admit = () =>
        new Promise<boolean>((resolve) => {
          decide = resolve;
        });
      const announced: EncodedContact[] = [];
      const { world, a, b } = await pair(keyed(), {
        ...keyed(),
        admit,
        announced: (contact) => {
          announced.push(contact);
          return undefined;
        },
      });
      const session = await world.run(a.pool.dial(b.contact));
      const long = Array.from({ length: 3 }, (_, i) =>
        encodedOf(`x${i}`, { data: 'y'.repeat(2_000), transport: addressOf('a') }),
      );
      const told = announceOver(session, ...long);
      await world.runtime.advance(1_000);
      expect([announced.length, b.ends]).to.deep.equal([0, []]);
      decide(true);
      await world.run(told);
      expect(announced).to.have.length(3);
    });
  });

  context('with a peer that has a key', () => {
    const signatures = (...peers: SessionPeer[]) =>
      peers.map((peer) => [
        peer.signatures.filter((what) => what === 'made').length,
        peer.signatures.filter((what) => what === 'checked').length,
      ]);

    it('costs each a signature and a check at first, and nothing when they meet again', async () => {
      const { world, a, b } = await pair(keyed(), keyed());
      await world.run(a.ping(b.contact));
      await world.runtime.advance(100);
      expect(signatures(a, b)).to.deep.equal([
        [1, 1],
        [1, 1],
      ]);
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        for (const session of [...a.pool.open(), ...b.pool.open()]) session.close('IDLE', 'for a test');
        await world.runtime.advance(100);
        await world.run(from.ping(to.contact));
        await world.runtime.advance(100);
      }
      expect(signatures(a, b)).to.deep.equal([
        [1, 1],
        [1, 1],
      ]);
      expect([a.opened.length, b.opened.length, a.codes, b.codes]).to.deep.equal([3, 3, [], []]);
    });
  });
});
