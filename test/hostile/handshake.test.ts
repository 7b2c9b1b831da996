// Who comes in and who does not: HELLO and PROOF written by hand, against a node over TCP. Whatever is wrong has a code of its own, is
// told and reported, leaves nothing behind, and keeps nobody else out.

import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { FaultCode } from '../../src/errors.js';
import { type Admit, type Contact, type DisgoverOptions, Identity, type Link } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { memory } from '../../transports/memory/index.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';
import { RawKeys, type Role, secretProof } from '../support/raw-keys.js';
import { frames, type HelloFields, RawListener, RawPeer } from '../support/raw-peer.js';
import { addressOf, pingOver, SessionNetwork } from '../support/sessions.js';
import { Victim } from '../support/victim.js';

interface Group {
  readonly name: string;
  readonly options: Partial<DisgoverOptions>;
  readonly secret?: Uint8Array;
}

const secret = randomBytes(32);
const open: Group = { name: 'an open group', options: {} };
const withSecret: Group = { name: 'a group with a secret', options: { secret }, secret };
const withKeys: Group = { name: 'a group that requires keys', options: { requireIdentity: true } };
const groups = [open, withSecret, withKeys];

/** A node with a key, in a group. */
function victimOf(group: Group, options: Partial<DisgoverOptions> = {}): Promise<Victim> {
  // A key of its own stands in for the id that victims have otherwise.
  const identity = Identity.generate();
  return Victim.start({ identity, id: identity.id, ...group.options, ...options });
}

/** Someone who dials, with a key, and what it takes to be of the group. */
class Stranger {
  readonly keys: RawKeys;
  readonly peer: RawPeer;
  readonly victim: Victim;
  readonly secret: Uint8Array | undefined;

  private constructor(peer: RawPeer, keys: RawKeys, victim: Victim, { secret }: Group) {
    this.peer = peer;
    this.keys = keys;
    this.victim = victim;
    this.secret = secret;
  }

  static async dial(victim: Victim, group: Group, keys = new RawKeys()): Promise<Stranger> {
    return new Stranger(await RawPeer.connect(victim.address, { id: keys.id }), keys, victim, group);
  }

  /** Says HELLO, with all parts that the group asks for. */
  hello(fields: Partial<HelloFields> = {}): void {
    this.peer.hello({ parts: [...this.keys.parts(), ...this.secretPart], ...fields });
  }

  /** The same, and waits for the other's. */
  async greet(fields: Partial<HelloFields> = {}): Promise<void> {
    this.hello(fields);
    await this.peer.expect('hello');
  }

  get secretPart(): (readonly [number, Uint8Array])[] {
    return this.secret ? [[4, new Uint8Array(0)]] : [];
  }

  prove(): void {
    this.peer.prove('dialler', { keys: this.keys, ...(this.secret && { secret: this.secret }) });
  }

  /** A PROOF in which all is right but what is given. `null`: left out. */
  proveWith(wrong: {
    readonly how?: number;
    readonly identity?: Uint8Array | null;
    readonly secret?: Uint8Array | null;
  }): void {
    const transcript = this.peer.transcript('dialler');
    const { identity = this.keys.signature('dialler', transcript) } = wrong;
    const { secret = this.secret && secretProof(this.secret, 'dialler', transcript) } = wrong;
    this.peer.send(
      frames.proof({
        ...(identity && { how: wrong.how ?? 1, identity }),
        ...(secret && { secret }),
      }),
    );
  }
}

/** A peer that does all as it should is let in and served. */
async function expectHonestServed(victim: Victim, group: Group): Promise<void> {
  const honest = await Stranger.dial(victim, group);
  await honest.greet();
  honest.prove();
  await victim.expectServes(honest.peer);
  honest.peer.close();
  await honest.peer.ended;
}

interface Attack {
  readonly what: string;
  readonly does: (stranger: Stranger, victim: Victim) => unknown;
  readonly code: FaultCode;
  /** Default all. */
  readonly in?: readonly Group[];
  /** Who it is was proved before: it is remembered. */
  readonly isKnown?: true;
}

const other = new RawKeys();
const x = idOf('x');

const attacks: readonly Attack[] = [
  { what: 'another group', does: (stranger) => stranger.hello({ group: 'others' }), code: 'GROUP_MISMATCH' },
  {
    what: 'versions to come',
    does: (stranger) => stranger.hello({ minVersion: 2, maxVersion: 9 }),
    code: 'VERSION_MISMATCH',
  },
  {
    what: 'an id that is not that of its key',
    does: (stranger) => stranger.hello({ contact: { id: other.id } }),
    code: 'ID_KEY_MISMATCH',
  },
  {
    what: "its own id and somebody else's key",
    does: (stranger) => stranger.hello({ parts: [...other.parts(), ...stranger.secretPart] }),
    code: 'ID_KEY_MISMATCH',
  },
  {
    what: 'a key of 31 bytes',
    does: (stranger) => stranger.hello({ parts: [[1, stranger.keys.publicKey.subarray(1)]] }),
    code: 'BAD_FRAME',
  },
  {
    what: 'another id than the one it dialled',
    does: (stranger) => stranger.hello({ expectedId: x }),
    code: 'ID_MISMATCH',
  },
  {
    what: 'no key',
    does: (stranger) => stranger.hello({ parts: [] }),
    code: 'KEY_REQUIRED',
    in: [withKeys],
  },
  {
    what: 'no secret',
    does: (stranger) => stranger.hello({ parts: stranger.keys.parts() }),
    code: 'BAD_SECRET',
    in: [withSecret],
  },
  {
    what: 'a signature by another key',
    does: async (stranger) => {
      await stranger.greet();
      stranger.proveWith({ identity: other.signature('dialler', stranger.peer.transcript('dialler')) });
    },
    code: 'BAD_SIGNATURE',
  },
  {
    what: 'a signature over other HELLOs',
    does: async (stranger) => {
      await stranger.greet();
      stranger.proveWith({ identity: stranger.keys.signature('dialler', randomBytes(32)) });
    },
    code: 'BAD_SIGNATURE',
  },
  {
    what: 'a signature over the HELLOs the other way round',
    does: async (stranger) => {
      await stranger.greet();
      stranger.proveWith({
        identity: stranger.keys.signature('dialler', stranger.peer.transcript('dialled')),
      });
    },
    code: 'BAD_SIGNATURE',
  },
  {
    what: 'a signature for the other role',
    does: async (stranger) => {
      await stranger.greet();
      stranger.proveWith({
        identity: stranger.keys.signature('dialled', stranger.peer.transcript('dialler')),
      });
    },
    code: 'BAD_SIGNATURE',
  },
  {
    what: "the node's own proof, sent back",
    does: async (stranger, victim) => {
      await stranger.greet();
      const isProof = ({ type }: { type: string }) => type === 'proof';
      await victim.until(() => stranger.peer.received.some(isProof));
      stranger.peer.send(stranger.peer.received.find(isProof)?.bytes as Buffer);
    },
    code: 'BAD_SIGNATURE',
  },
  {
    what: 'a key, and nothing that proves it',
    does: async (stranger) => {
      await stranger.greet();
      stranger.proveWith({ identity: null });
    },
    code: 'BAD_SIGNATURE',
  },
  {
    what: 'a hash in place of the signature, though they have never met',
    does: async (stranger) => {
      await stranger.greet({
        parts: [...stranger.keys.parts(randomBytes(32)), ...stranger.secretPart],
      });
      const exchangeKey = stranger.peer.heardHello.parts.get(2) as Buffer;
      const transcript = stranger.peer.transcript('dialler');
      stranger.proveWith({ how: 2, identity: stranger.keys.keyedHash('dialler', transcript, exchangeKey) });
    },
    code: 'BAD_SIGNATURE',
  },
  {
    what: 'another secret',
    does: async (stranger) => {
      await stranger.greet();
      const transcript = stranger.peer.transcript('dialler');
      stranger.proveWith({ secret: secretProof(randomBytes(32), 'dialler', transcript) });
    },
    code: 'BAD_SECRET',
    in: [withSecret],
  },
  {
    what: 'the secret for the other role',
    does: async (stranger) => {
      await stranger.greet();
      stranger.proveWith({ secret: secretProof(secret, 'dialled', stranger.peer.transcript('dialler')) });
    },
    code: 'BAD_SECRET',
    in: [withSecret],
  },
  {
    what: 'the secret announced, and not proved',
    does: async (stranger) => {
      await stranger.greet();
      stranger.proveWith({ secret: null });
    },
    code: 'BAD_SECRET',
    in: [withSecret],
  },
  {
    what: 'a secret proved that was not announced',
    does: async (stranger) => {
      await stranger.greet();
      stranger.proveWith({ secret: randomBytes(32) });
    },
    code: 'BAD_SECRET',
    in: [open, withKeys],
  },
  {
    what: 'half a PROOF',
    does: async (stranger) => {
      await stranger.greet();
      stranger.peer.send(frames.proof({ how: 1, identity: randomBytes(40) }));
    },
    code: 'BAD_FRAME',
  },
  {
    what: 'a PROOF of a kind to come',
    does: async (stranger) => {
      await stranger.greet();
      stranger.peer.send(frames.proof({ how: 3, identity: randomBytes(64) }));
    },
    code: 'BAD_FRAME',
  },
  {
    what: 'no PROOF within 5 s',
    does: async (stranger, victim) => {
      await stranger.greet();
      await victim.runtime.advance(limits.handshakeMs + 100);
    },
    code: 'HANDSHAKE_TIMEOUT',
  },
  {
    what: 'a second HELLO before its proof',
    does: async (stranger) => {
      await stranger.greet();
      stranger.hello();
    },
    code: 'UNEXPECTED_HELLO',
  },
  {
    what: 'a second HELLO after its proof',
    does: async (stranger) => {
      await stranger.greet();
      stranger.prove();
      stranger.hello();
    },
    code: 'UNEXPECTED_HELLO',
    isKnown: true,
  },
  {
    what: 'a second PROOF',
    does: async (stranger) => {
      await stranger.greet();
      stranger.prove();
      stranger.prove();
    },
    code: 'BAD_FRAME',
    isKnown: true,
  },
  {
    what: 'nine frames before its proof',
    does: async (stranger) => {
      stranger.hello();
      for (let i = 1; i <= limits.framesBeforeHello; i++) stranger.peer.ping(x);
    },
    code: 'HELLO_EXPECTED',
  },
  {
    what: 'a frame of 4,097 bytes before its proof',
    does: async (stranger) => {
      await stranger.greet();
      stranger.peer.send(Buffer.alloc(limits.frameBeforeHelloBytes + 1, 0x11));
    },
    code: 'FRAME_TOO_LARGE',
  },
];

for (const group of groups) {
  describe(`a node in ${group.name}`, () => {
    let victim: Victim;

    beforeEach(async () => {
      victim = await victimOf(group);
    });

    afterEach(() => victim.close());

    for (const { what, does, code, in: where = groups, isKnown } of attacks) {
      if (!where.includes(group)) continue;
      it(`refuses ${what}: ${code}`, async () => {
        const stranger = await Stranger.dial(victim, group);
        await does(stranger, victim);
        expect(await stranger.peer.expectEnd()).to.equal(code === 'FRAME_TOO_LARGE' ? undefined : code);
        await victim.refusal(code);
        if (!isKnown) victim.expectNothingKept();
        await expectHonestServed(victim, group);
      });
    }

    it('refuses a HELLO that was recorded, and the PROOF behind it', async () => {
      const honest = await Stranger.dial(victim, group);
      await honest.greet();
      honest.prove();
      await victim.expectServes(honest.peer);
      const proof = frames.proof({
        how: 1,
        identity: honest.keys.signature('dialler', honest.peer.transcript('dialler')),
        ...(group.secret && {
          secret: secretProof(group.secret, 'dialler', honest.peer.transcript('dialler')),
        }),
      });
      const replaying = await RawPeer.connect(victim.address);
      replaying.send(honest.peer.saidHello as Buffer, proof);
      expect(await replaying.expectEnd()).to.equal('REPLAYED_HELLO');
      await victim.refusal('REPLAYED_HELLO');
      await victim.expectServes(honest.peer);
      honest.peer.close();
    });

    it('refuses what was recorded before it was started anew', async () => {
      const identity = Identity.generate();
      const before = await victimOf(group, { identity, id: identity.id });
      const honest = await Stranger.dial(before, group);
      await honest.greet();
      const transcript = honest.peer.transcript('dialler');
      const proof = frames.proof({
        how: 1,
        identity: honest.keys.signature('dialler', transcript),
        ...(group.secret && { secret: secretProof(group.secret, 'dialler', transcript) }),
      });
      await before.close();
      const after = await victimOf(group, { identity, id: identity.id });
      const replaying = await RawPeer.connect(after.address);
      replaying.send(honest.peer.saidHello as Buffer);
      await replaying.expect('hello');
      replaying.send(proof);
      expect(await replaying.expectEnd()).to.equal('BAD_SIGNATURE');
      await after.refusal('BAD_SIGNATURE');
      after.expectNothingKept();
      await after.close();
    });

    it('tells its true id to who dialled it under another', async () => {
      const stranger = await Stranger.dial(victim, group);
      await stranger.greet({ expectedId: x });
      expect(stranger.peer.heardHello.contact.id).to.equal(victim.node.id);
      expect(await stranger.peer.expectEnd()).to.equal('ID_MISMATCH');
    });

    it('lets in who proves itself, by a signature at first and by a hash when it comes again', async () => {
      const first = await Stranger.dial(victim, group);
      await first.greet();
      first.prove();
      await victim.expectServes(first.peer);
      const theirs = first.peer.heardHello.parts.get(2) as Buffer;
      first.peer.close();
      await first.peer.ended;
      const before = victim.counters.get('signatureChecked');

      const again = await Stranger.dial(victim, group, first.keys);
      await again.greet({ parts: [...first.keys.parts(theirs), ...again.secretPart] });
      const { parts } = again.peer.heardHello;
      expect(parts.get(3)).to.deep.equal(first.keys.exchangeKey);
      const identity = first.keys.keyedHash(
        'dialler',
        again.peer.transcript('dialler'),
        parts.get(2) as Buffer,
      );
      again.proveWith({ how: 2, identity });
      await victim.expectServes(again.peer);
      const proof = again.peer.received.find(({ type }) => type === 'proof');
      expect(proof).to.deep.include({
        how: 2,
        identity: first.keys.keyedHash('dialled', again.peer.transcript('dialler'), theirs),
      });
      expect(victim.counters.get('signatureChecked')).to.equal(before);
      again.peer.close();
    });

    it('refuses who comes back under a key that it has proved, and proves none', async () => {
      await expectHonestServed(victim, group);
      const honest = await Stranger.dial(victim, group);
      await honest.greet();
      honest.prove();
      await victim.expectServes(honest.peer);
      const liar = await Stranger.dial(victim, group, honest.keys);
      liar.hello({ parts: liar.secretPart });
      expect(await liar.peer.expectEnd()).to.equal('KEY_REQUIRED');
      await victim.expectServes(honest.peer);
      honest.peer.close();
    });
  });
}

describe('a node in an open group', () => {
  it('takes nothing that is announced before the proof, and answers PROOF_REQUIRED', async () => {
    const victim = await victimOf(open);
    const stranger = await Stranger.dial(victim, open);
    await stranger.greet();
    stranger.peer.findNode({ target: { id: x }, announced: [{ id: x }] });
    expect(await stranger.peer.expectError(1)).to.equal('PROOF_REQUIRED');
    stranger.peer.findNode({ target: { id: x }, withdrawn: [{ id: x }] });
    expect(await stranger.peer.expectError(2)).to.equal('PROOF_REQUIRED');
    await victim.refusal('PROOF_REQUIRED');
    victim.expectNothingKept();
    await victim.expectServes(stranger.peer);
    stranger.peer.close();
    await victim.close();
  });
});

for (const group of [withSecret, withKeys]) {
  describe(`a node in ${group.name}`, () => {
    it('answers nothing before the proof', async () => {
      const victim = await victimOf(group);
      const stranger = await Stranger.dial(victim, group);
      await stranger.greet();
      stranger.peer.findNode({ target: { id: idOf('honest') }, announced: [{ id: x }] });
      stranger.peer.ping(victim.node.id);
      // Somebody else is served meanwhile: all that was sent before has been read.
      await expectHonestServed(victim, group);
      expect(stranger.peer.received.map(({ type }) => type)).to.deep.equal(['hello', 'proof']);
      stranger.proveWith({ identity: other.signature('dialler', stranger.peer.transcript('dialler')) });
      expect(await stranger.peer.expectEnd()).to.equal('BAD_SIGNATURE');
      expect(victim.sizes.held).to.equal(0);
      await victim.close();
    });
  });
}

describe('a node that admits by a hook', () => {
  const verdicts: readonly [string, Admit, FaultCode][] = [
    ['says no', () => false, 'NOT_ADMITTED'],
    [
      'throws',
      () => {
        throw new Error('hook');
      },
      'NOT_ADMITTED',
    ],
    ['decides too late', () => new Promise(() => {}), 'NOT_ADMITTED'],
  ];
  for (const group of groups) {
    for (const [what, verdict, code] of verdicts) {
      it(`keeps out whom it does not want, in ${group.name}: it ${what}`, async () => {
        let asked = 0;
        const admit: Admit = (contact, from) => {
          asked++;
          return contact.id === unwanted.id ? verdict(contact, from) : true;
        };
        const unwanted = new RawKeys();
        const victim = await victimOf(group, { admit });
        const stranger = await Stranger.dial(victim, group, unwanted);
        await stranger.greet();
        stranger.prove();
        await victim.until(() => asked === 1);
        // Whatever comes now is not read.
        stranger.peer.ping(victim.node.id);
        await victim.runtime.advance(limits.admissionMs + 100);
        expect(await stranger.peer.expectEnd()).to.equal(code);
        await victim.refusal(code);
        victim.expectNothingKept();
        await expectHonestServed(victim, group);
        await victim.close();
      });
    }
  }

  it('may close within the hook', async () => {
    let closing: Promise<void> | undefined;
    const victim: Victim = await victimOf(open, {
      admit: () => {
        closing = victim.node.close();
        return true;
      },
    });
    const stranger = await Stranger.dial(victim, open);
    await stranger.greet();
    stranger.prove();
    await stranger.peer.expectEnd();
    await closing;
    expect(victim.sizes.sessions).to.equal(0);
    await victim.close();
  });
});

describe('a node that dials', () => {
  interface Answer {
    readonly what: string;
    /** Greets, or does not, and does what it should not. */
    readonly does: (peer: RawPeer, keys: RawKeys, group: Group) => unknown;
    readonly code: FaultCode;
    readonly in?: readonly Group[];
  }

  const parts = (keys: RawKeys, group: Group) => [
    ...keys.parts(),
    ...(group.secret ? [[4, new Uint8Array(0)] as const] : []),
  ];
  const proof = (peer: RawPeer, keys: RawKeys, group: Group, role: Role = 'dialled') => {
    const transcript = peer.transcript('dialled');
    return frames.proof({
      how: 1,
      identity: keys.signature(role, transcript),
      ...(group.secret && { secret: secretProof(group.secret, 'dialled', transcript) }),
    });
  };

  const answers: readonly Answer[] = [
    {
      what: 'a group of another name',
      does: (peer, keys, group) => peer.hello({ group: 'others', parts: parts(keys, group) }),
      code: 'GROUP_MISMATCH',
    },
    {
      what: 'an id that is not that of its key',
      does: (peer, _, group) => peer.hello({ parts: parts(other, group) }),
      code: 'ID_KEY_MISMATCH',
    },
    {
      what: 'no key',
      does: (peer, _, group) => peer.hello({ parts: parts(other, group).slice(2) }),
      code: 'KEY_REQUIRED',
      in: [withKeys],
    },
    {
      what: 'no secret',
      does: (peer, keys) => peer.hello({ parts: keys.parts() }),
      code: 'BAD_SECRET',
      in: [withSecret],
    },
    {
      what: 'an answer before its proof',
      does: (peer, keys, group) => {
        peer.hello({ parts: parts(keys, group) });
        peer.send(frames.pong(1));
      },
      code: 'PROOF_REQUIRED',
    },
    {
      what: 'a signature by another key',
      does: (peer, keys, group) => {
        peer.hello({ parts: parts(keys, group) });
        peer.send(proof(peer, other, group));
      },
      code: 'BAD_SIGNATURE',
    },
    {
      what: 'a signature of the other role',
      does: (peer, keys, group) => {
        peer.hello({ parts: parts(keys, group) });
        peer.send(proof(peer, keys, group, 'dialler'));
      },
      code: 'BAD_SIGNATURE',
    },
    {
      what: 'another secret',
      does: (peer, keys, group) => {
        peer.hello({ parts: parts(keys, group) });
        peer.send(proof(peer, keys, { ...group, secret: randomBytes(32) }));
      },
      code: 'BAD_SECRET',
      in: [withSecret],
    },
  ];

  for (const group of groups) {
    for (const { what, does, code, in: where = groups } of answers) {
      if (!where.includes(group)) continue;
      it(`refuses ${what} of whom it dialled, in ${group.name}: ${code}`, async () => {
        const victim = await victimOf(group);
        const keys = new RawKeys();
        const listener = await RawListener.listen({ id: keys.id });
        const pinged = victim.node.ping(listener.contact as Contact);
        pinged.catch(() => {});
        const peer = await listener.accept();
        await peer.expect('hello');
        await does(peer, keys, group);
        await expectCode(pinged, `ERR_${code}`);
        expect(await peer.expectEnd()).to.equal(code);
        await victim.refusal(code);
        victim.expectNothingKept();
        await expectHonestServed(victim, group);
        await listener.close();
        await victim.close();
      });
    }

    it(`refuses another id than it dialled, and gets to know the true one, in ${group.name}`, async () => {
      const keys = new RawKeys();
      const listener = await RawListener.listen({ id: keys.id });
      const starting = victimOf(group, { seeds: [{ ...listener.contact, id: x } as Contact] });
      const wrong = await listener.accept();
      expect((await wrong.expect('hello')).expectedId).to.equal(x);
      wrong.hello({ parts: parts(keys, group) });
      wrong.send(proof(wrong, keys, group));
      expect(await wrong.expectEnd()).to.equal('ID_MISMATCH');
      const victim = await starting;
      await victim.runtime.advance(1_000);
      const right = await listener.accept();
      await right.expect('hello');
      right.hello({ parts: parts(keys, group) });
      right.send(proof(right, keys, group));
      right.serve();
      await victim.until(() => victim.sizes.table === 1);
      expect(victim.node.snapshot().nodes.map(({ id }) => id)).to.deep.equal([keys.id]);
      await listener.close();
      await victim.close();
    });
  }
});

function pass(from: Link, to: Link, onFrame: (frame: Uint8Array) => void = () => {}): void {
  from.maxFrameBytes = limits.frameBytes;
  from.open({
    onFrame: (frame) => {
      onFrame(frame);
      to.send(frame);
    },
    onPartialFrame: () => {},
    onClose: () => to.close(),
  });
}

describe('10,000 handshakes that were recorded', function () {
  this.timeout(60_000);

  it('let nobody in, whether the nonces are still remembered or not', async () => {
    const world = new SessionNetwork();
    const options = { secret, requiresIdentity: true };
    const identity = Identity.generate();
    const a = await world.peer('a', { ...options, identity: Identity.generate() });
    const b = await world.peer('b', { ...options, identity });
    const recorder = await world.raw('recorder');
    // Stands between them, passes on what they say, and keeps it.
    const recorded: Uint8Array[] = [];
    const proxy = memory({ network: world.network, host: 'proxy', port: 1 });
    await proxy.listen(async (near) => {
      const far = await proxy.dial(addressOf('b'), { signal: new AbortController().signal });
      pass(near, far, (frame) => recorded.push(frame.slice()));
      pass(far, near);
    });
    await world.run(pingOver(await world.run(a.pool.dial(addressOf('proxy'))), b.contact.id));
    expect([a.opened.length, b.opened.length]).to.deep.equal([1, 1]);
    const codes = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      await world.run(recorder.dial('b'));
      const [hello, proof] = recorded as [Uint8Array, Uint8Array];
      // Half of them with another nonce: as good as new, but for the proof.
      const fresh = hello.slice();
      if (i % 2 === 1) fresh.set(randomBytes(16), 13);
      recorder.sendBytes(fresh);
      recorder.sendBytes(proof);
      await world.runtime.advance(50);
    }
    for (const code of b.codes) codes.set(code, (codes.get(code) ?? 0) + 1);
    // After 4,096 others its nonce is forgotten, once: then, too, its proof is of no use.
    expect(Object.fromEntries(codes)).to.deep.equal({ REPLAYED_HELLO: 4_999, BAD_SIGNATURE: 5_001 });
    expect([b.opened.length, b.acquaintances.size]).to.deep.equal([1, 1]);
  });
});
