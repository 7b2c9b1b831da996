import { expect } from 'chai';
import { vectorClock } from '../src/arbiter/vector-clock.js';
import type { Seed } from '../src/contracts/bootstrap-source.js';
import type { Contact } from '../src/contracts/contact.js';
import type { Transport } from '../src/contracts/transport.js';
import type { ErrorCode } from '../src/errors.js';
import { Identity } from '../src/identity/identity.js';
import { type DisgoverOptions, resolveOptions } from '../src/options.js';
import { SystemRuntime } from '../src/runtime/system-runtime.js';
import { VirtualRuntime } from '../src/simulation/virtual-runtime.js';
import { EncodedContact } from '../src/wire/contact-codec.js';
import { Hub, memory } from '../transports/memory/index.js';
import { contactOf } from './support/contacts.js';
import { expectThrowsCode } from './support/expect-code.js';
import { idOf } from './support/ids.js';

const transport = memory({ network: new Hub() });
const named = (name: string): Transport => ({
  ...transport,
  name,
  listen: transport.listen,
  dial: transport.dial,
  close: transport.close,
});
const resolve = (options: Record<string, unknown> = {}) =>
  resolveOptions({ transport, ...options } as DisgoverOptions);
const context5 = { now: 5, known: undefined };

describe('resolveOptions', () => {
  context('with a transport alone', () => {
    it('takes the defaults', () => {
      const options = resolve();
      expect(options).to.deep.include({ k: 20, alpha: 3, group: 'default', seeds: [], data: undefined });
      expect(options.transports).to.deep.equal([transport]);
      expect(options.runtime).to.be.instanceOf(SystemRuntime);
    });

    it('takes 20 bytes of chance for an id, other ones each time', () => {
      const runtime = new VirtualRuntime();
      const [a, b] = [resolve({ runtime }).id, resolve({ runtime }).id];
      expect(Buffer.from(a, 'base64')).to.have.length(20);
      expect(a).not.to.equal(b);
    });

    it('has a key pair of its own, and the id of that', () => {
      const { id, identity, requireIdentity, admit } = resolve();
      expect([identity?.id, requireIdentity, admit]).to.deep.equal([id, false, undefined]);
    });

    it('has no secret, and asks for none', () => {
      const { secrets } = resolve();
      expect([secrets.prover(), secrets.isRequired]).to.deep.equal([undefined, false]);
    });

    it('has a logger and metrics to call, which do not fail', () => {
      const { logger, metrics } = resolve();
      for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({}, 'x');
      metrics.increment('x');
    });

    it('decides by vector clocks', () => {
      const { arbiter, arbiterDefaults } = resolve();
      expect(arbiterDefaults(contactOf('a'), context5)).to.deep.equal(contactOf('a', { vectorClock: 0 }));
      const newer = contactOf('a', { vectorClock: 2 });
      expect(arbiter(newer, contactOf('a', { vectorClock: 1 }))).to.equal(newer);
    });
  });

  it('asks as many at once as there are entries in a bucket, where those are fewer than three', () => {
    expect(resolve({ k: 2 }).alpha).to.equal(2);
    expect(resolve({ k: 2, concurrency: 1 }).alpha).to.equal(1);
  });

  it('leaves what is given as undefined to the default', () => {
    const options = Object.fromEntries(
      [
        'seeds',
        'group',
        'id',
        'identity',
        'requireIdentity',
        'secret',
        'admit',
        'data',
        'arbiter',
        'arbiterDefaults',
        'arbiterAdmission',
        'k',
        'concurrency',
        'logger',
        'metrics',
        'runtime',
      ].map((name) => [name, undefined]),
    );
    expect(resolve(options)).to.deep.include({ k: 20, alpha: 3, group: 'default' });
  });

  it('fills in nothing beside an arbiter of your own', () => {
    const arbiter = (incumbent: Contact | undefined, candidate: Contact) => incumbent ?? candidate;
    const options = resolve({ arbiter });
    expect(options.arbiter).to.equal(arbiter);
    expect(options.arbiterDefaults(contactOf('a'), context5)).to.deep.equal(contactOf('a'));
  });

  it('takes defaults of your own beside the default arbiter', () => {
    const arbiterDefaults = (contact: Contact) => ({ ...contact, vectorClock: 7 });
    expect(resolve({ arbiterDefaults }).arbiterDefaults).to.equal(arbiterDefaults);
  });

  it('reads seeds as addresses of its first transport, and as contacts', () => {
    const contact = { id: idOf('a'), transport: { type: 'tcp', host: 'h', port: 1 } };
    const { seeds } = resolve({
      transport: [transport, named('tcp')],
      seeds: ['10.0.0.7:6742', 'tcp://[::1]:1', contact],
    });
    expect(seeds.slice(0, 2)).to.deep.equal([
      { type: 'memory', host: '10.0.0.7', port: 6_742 },
      { type: 'tcp', host: '::1', port: 1 },
    ]);
    expect((seeds[2] as EncodedContact).equals(EncodedContact.from(contact))).to.equal(true);
  });

  const alien: readonly (readonly [string, Seed, string])[] = [
    ['an address', 'tcp://10.0.0.7:6742', '"tcp://10.0.0.7:6742": this node speaks memory, other only'],
    ['a contact', { id: idOf('a'), transport: { type: 'ws', host: 'h', port: 1 } }, '"ws": this node'],
    [
      'a contact with several addresses',
      { transport: [{ type: 'ws' }, { type: 'tcp' }] },
      '"ws, tcp": this node speaks memory, other only',
    ],
  ];
  for (const [what, seed, message] of alien) {
    it(`refuses ${what} for a seed where no transport of the node can dial it`, () => {
      const fault = expectThrowsCode(
        () => resolve({ transport: [transport, named('other')], seeds: ['h:1', seed] }),
        'ERR_BAD_SEED',
      );
      expect(fault.message).to.contain(message);
    });
  }

  it('refuses a seed that is known by its relays only', () => {
    const relay = { type: 'memory', host: 'h', port: 1, via: idOf('relay') };
    const seed = { id: idOf('a'), transport: relay };
    expectThrowsCode(() => resolve({ seeds: [seed] }), 'ERR_BAD_SEED');
  });

  it('takes a seed of which it can dial one address', () => {
    const seed = {
      transport: [
        { type: 'ws', host: 'h', port: 1 },
        { host: 'h', port: 2 },
      ],
    };
    expect(resolve({ seeds: [seed as unknown as Seed] }).seeds).to.have.length(1);
  });

  const told: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['the option that was meant', { seed: [] }, '"seed" (did you mean "seeds"?); known: transport, seeds, '],
    [
      'an option of dial that was meant',
      { dial: { alow: [] } },
      'dial: unknown option "alow" (did you mean "allow"?)',
    ],
    ['that the transport has it', { port: 6_742 }, 'port is an option of the transport: tcp({ port })'],
    ['to call the factory', { transport: memory }, 'got function: call it, tcp()'],
    ['to call one of several factories', { transport: [transport, memory] }, 'got function: call it, tcp()'],
    ['to spread the arbiter', { arbiter: vectorClock() }, 'got object: spread it, ...vectorClock()'],
  ];
  for (const [what, options, message] of told) {
    it(`says ${what}`, () => {
      expect(expectThrowsCode(() => resolve(options), 'ERR_BAD_OPTION').message).to.contain(message);
    });
  }

  it('reads whom to dial as blocks, names and ports', () => {
    const dial = { allow: ['10.0.0.0/8', '::1'], deny: ['10.1.0.0/16'], names: true, ports: [443] };
    const { allow, deny, names, ports } = resolve({ dial }).dial;
    expect(allow.map(({ bits }) => bits)).to.deep.equal([8, 128]);
    expect(deny.map(({ bytes, bits }) => [...bytes, bits])).to.deep.equal([[10, 1, 0, 0, 16]]);
    expect(names).to.equal(true);
    expect([...ports]).to.deep.equal([443]);
  });

  it('allows and denies nothing beyond the rule, by default', () => {
    for (const dial of [undefined, {}])
      expect(resolve({ dial }).dial).to.deep.equal({ allow: [], deny: [], names: false, ports: new Set() });
  });

  it('has the id of the key pair that is given, also beside that id', () => {
    const identity = Identity.generate();
    for (const options of [{ identity }, { identity, id: identity.id }]) {
      expect(resolve(options)).to.include({ identity, id: identity.id });
    }
  });

  it('has no key pair beside an id', () => {
    expect(resolve({ id: idOf('a') })).to.include({ id: idOf('a'), identity: undefined });
  });

  it('refuses an id that is not that of the key pair beside it', () => {
    expectThrowsCode(() => resolve({ identity: Identity.generate(), id: idOf('a') }), 'ERR_BAD_OPTION');
  });

  it('refuses an id without a key pair where others must have one', () => {
    expectThrowsCode(() => resolve({ id: idOf('a'), requireIdentity: true }), 'ERR_KEY_REQUIRED');
  });

  it('takes a secret as bytes, as their base64, and as a list', () => {
    const bytes = new Uint8Array(32).fill(7);
    for (const secret of [bytes, Buffer.from(bytes).toString('base64'), [bytes], [bytes, null]])
      expect(resolve({ secret }).secrets.prover()).to.be.a('function');
    expect(resolve({ secret: [null, bytes] }).secrets.prover()).to.equal(undefined);
  });

  it('takes several transports of different names', () => {
    expect(resolve({ transport: [transport, named('other')] }).transports).to.have.length(2);
  });

  const bad: readonly [string, unknown, ErrorCode?][] = [
    ['transport', undefined],
    ['transport', null],
    ['transport', []],
    ['transport', 'tcp'],
    ['transport', { name: 'x', listen() {}, dial() {} }],
    ['transport', { name: '', listen() {}, dial() {}, close() {} }],
    ['transport', { name: 5, listen() {}, dial() {}, close() {} }],
    ['transport', [transport, transport]],
    ['seeds', 'tcp://h:1'],
    ['seeds', [5], 'ERR_BAD_SEED'],
    ['seeds', ['h'], 'ERR_BAD_SEED'],
    ['group', ''],
    ['group', 5],
    ['group', 'x'.repeat(65)],
    ['group', 'é'.repeat(33)],
    ['id', 5, 'ERR_BAD_ID'],
    ['id', 'no id', 'ERR_BAD_ID'],
    ['identity', {}],
    ['identity', null],
    ['identity', 'x'],
    ['identity', { id: idOf('a'), publicKey: new Uint8Array(32), sign() {} }],
    ['requireIdentity', 'yes'],
    ['requireIdentity', 1],
    ['requireIdentity', null],
    ['secret', 'hunter2', 'ERR_BAD_KEY'],
    ['secret', '', 'ERR_BAD_KEY'],
    ['secret', new Uint8Array(31), 'ERR_BAD_KEY'],
    ['secret', [null, 5], 'ERR_BAD_KEY'],
    ['secret', Array(5).fill(new Uint8Array(32))],
    ['secret', null],
    ['secret', 5],
    ['admit', true],
    ['admit', null],
    ['k', 0],
    ['k', 21],
    ['k', 1.5],
    ['k', '20'],
    ['k', Number.NaN],
    ['concurrency', 0],
    ['expect', 0],
    ['expect', 1.5],
    ['expect', '3'],
    ['concurrency', 21],
    ['concurrency', '3'],
    ['arbiter', 'x'],
    ['arbiter', null],
    ['arbiterDefaults', {}],
    ['arbiterAdmission', true],
    ['logger', { info() {} }],
    ['logger', null],
    ['metrics', {}],
    ['runtime', { now() {} }],
    ['dial', true],
    ['dial', { alow: [] }],
    ['dial', { allow: '10.0.0.0/8' }],
    ['dial', { allow: ['10.0.0.1/8'] }],
    ['dial', { allow: ['10.0.0.0/33'] }],
    ['dial', { allow: ['::ffff:10.0.0.0/104'] }],
    ['dial', { deny: ['localhost'] }],
    ['dial', { deny: [5] }],
    ['dial', { deny: null }],
    ['dial', { names: 'yes' }],
    ['dial', { ports: [0] }],
    ['dial', { ports: ['80'] }],
    ['dial', { ports: 80 }],
    ['concurency', 3],
    ['bucketSize', 3],
  ];
  for (const [name, value, code = 'ERR_BAD_OPTION'] of bad) {
    it(`refuses ${name}: ${typeof value === 'object' ? JSON.stringify(value)?.slice(0, 40) : String(value).slice(0, 20)}`, () => {
      expectThrowsCode(() => resolve({ [name]: value }), code);
    });
  }

  it('refuses more requests at once than there are entries in a bucket', () => {
    expectThrowsCode(() => resolve({ k: 4, concurrency: 5 }), 'ERR_BAD_OPTION');
  });

  for (const options of [undefined, null, 5, 'x']) {
    it(`refuses ${options} for options`, () => {
      expectThrowsCode(() => resolveOptions(options as unknown as DisgoverOptions), 'ERR_BAD_OPTION');
    });
  }
});
