import { expect } from 'chai';
import type { Contact } from '../src/contracts/contact.js';
import type { Transport } from '../src/contracts/transport.js';
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

    it('is silent and counts nothing', () => {
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
        'data',
        'arbiter',
        'arbiterDefaults',
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
    const { seeds } = resolve({ seeds: ['10.0.0.7:6742', 'tcp://[::1]:1', contact] });
    expect(seeds.slice(0, 2)).to.deep.equal([
      { type: 'memory', host: '10.0.0.7', port: 6_742 },
      { type: 'tcp', host: '::1', port: 1 },
    ]);
    expect((seeds[2] as EncodedContact).equals(EncodedContact.from(contact))).to.equal(true);
  });

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

  it('takes several transports of different names', () => {
    expect(resolve({ transport: [transport, named('other')] }).transports).to.have.length(2);
  });

  const bad: readonly [string, unknown, ('ERR_BAD_OPTION' | 'ERR_BAD_ID' | 'ERR_BAD_SEED')?][] = [
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
    ['k', 0],
    ['k', 21],
    ['k', 1.5],
    ['k', '20'],
    ['k', Number.NaN],
    ['concurrency', 0],
    ['concurrency', 21],
    ['concurrency', '3'],
    ['arbiter', 'x'],
    ['arbiter', null],
    ['arbiterDefaults', {}],
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
