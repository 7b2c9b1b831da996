import { expect } from 'chai';
import { parseAddress, parseSeed } from '../../src/bootstrap/seed.js';
import type { Seed } from '../../src/contracts/bootstrap-source.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactOf } from '../support/contacts.js';
import { expectThrowsCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

describe('parseAddress', () => {
  const good: readonly [string, object][] = [
    ['tcp://127.0.0.1:6742', { type: 'tcp', host: '127.0.0.1', port: 6_742 }],
    ['127.0.0.1:6742', { type: 'own', host: '127.0.0.1', port: 6_742 }],
    ['node.example:1', { type: 'own', host: 'node.example', port: 1 }],
    ['tcp://[::1]:65535', { type: 'tcp', host: '::1', port: 65_535 }],
    ['[fe80::1]:80', { type: 'own', host: 'fe80::1', port: 80 }],
    ['ws+x://h:1/', { type: 'ws+x', host: 'h', port: 1 }],
    ['ws://127.0.0.1:80', { type: 'ws', host: '127.0.0.1', port: 80 }],
    ['ws://h:1/', { type: 'ws', host: 'h', port: 1 }],
    ['ws://h:1/disgover', { type: 'ws', host: 'h', port: 1 }],
    ['wss://node.example:443/a/b', { type: 'ws', host: 'node.example', port: 443, path: '/a/b', tls: true }],
    ['ws://h:1/a/', { type: 'ws', host: 'h', port: 1, path: '/a/' }],
    ['wss://[::1]:1', { type: 'ws', host: '::1', port: 1, tls: true }],
  ];
  for (const [text, address] of good) {
    it(`reads ${text}`, () => {
      expect(parseAddress(text, 'own')).to.deep.equal(address);
    });
  }

  for (const text of [
    '',
    'host',
    'tcp://',
    'tcp://host',
    'host:',
    ':6742',
    'host:port',
    'host:-1',
    'host:0x50',
    '[::1',
    '::1]:6742',
    '::1:6742',
    '[]:1',
    '[::1]',
    '[[::1]]:1',
    'tcp://host:1/path',
    'TCP://host:1',
    'host:1\n',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expectThrowsCode(() => parseAddress(text, 'own'), 'ERR_BAD_SEED');
    });
  }

  for (const [what, text] of Object.entries({
    credentials: 'ws://user:secret@h:1/a',
    'a query': 'ws://h:1/a?token=b',
    'a query without a path': 'wss://h:1?a',
    'a fragment': 'wss://h:1/a#b',
    'the scheme http': 'http://h:1',
    'the scheme https': 'https://h:1/disgover',
    'what is escaped in its path': 'ws://h:1/%61',
    'a path that leads up': 'ws://h:1/a/../b',
  })) {
    it(`refuses a URL with ${what}`, () => {
      expectThrowsCode(() => parseAddress(text, 'own'), 'ERR_BAD_URL');
    });
  }

  it('refuses a URL without a port', () => {
    const cases = [
      ['ws://h/a', 'ws://h:80/a'],
      ['wss://node.example', 'wss://node.example:443'],
      ['wss://[::1]/a', 'wss://[::1]:443/a'],
    ] as const;
    for (const [text, wanted] of cases) {
      const { message } = expectThrowsCode(() => parseAddress(text, 'own'), 'ERR_BAD_SEED');
      expect(message).to.equal(`BAD_SEED: "${text}": give the port, ${wanted}`);
    }
    expectThrowsCode(() => parseAddress('ws:///a', 'own'), 'ERR_BAD_SEED');
  });

  it('reads an address without a scheme as a URL where WebSocket is the own transport', () => {
    expect(parseAddress('h:1/a', 'ws')).to.deep.equal({ type: 'ws', host: 'h', port: 1, path: '/a' });
  });

  it('says how an address of IPv6 is written', () => {
    const { message } = expectThrowsCode(() => parseAddress('::1:6742', 'own'), 'ERR_BAD_SEED');
    expect(message).to.contain('[::1]:6742');
  });
});

describe('parseSeed', () => {
  const address = { host: 'h', port: 1 };

  it('takes a contact with an id as the node that is expected there', () => {
    const seed = parseSeed(contactOf('a', { transport: { type: 'tcp', ...address }, data: 1 }), 'own');
    expect((seed as EncodedContact).contact).to.deep.equal(
      contactOf('a', { transport: { type: 'tcp', ...address }, data: 1 }),
    );
  });

  it('takes one without an id as an address, or as several', () => {
    expect(parseSeed({ transport: { type: 'tcp', ...address } }, 'own')).to.deep.equal({
      type: 'tcp',
      ...address,
    });
    expect(
      parseSeed({ transport: [{ type: 'ws', ...address }, address] } as unknown as Seed, 'own'),
    ).to.deep.equal([
      { type: 'ws', ...address },
      { type: 'own', ...address },
    ]);
  });

  it('takes addresses without a type for those of the own transport', () => {
    const seed = parseSeed(
      { id: idOf('a'), transport: [address, { type: 'tcp', port: 2 }] } as unknown as Seed,
      'own',
    );
    expect((seed as EncodedContact).contact.transport).to.deep.equal([
      { type: 'own', ...address },
      { type: 'tcp', port: 2 },
    ]);
  });

  for (const [what, seed, code] of [
    ['a number', 5, 'ERR_BAD_SEED'],
    ['null', null, 'ERR_BAD_SEED'],
    ['nothing', undefined, 'ERR_BAD_SEED'],
    ['a contact that nobody can dial', contactOf('a'), 'ERR_BAD_SEED'],
    ['a contact with no address', contactOf('a', { transport: [] }), 'ERR_BAD_SEED'],
    ['a transport that is no object', contactOf('a', { transport: 'tcp' }), 'ERR_BAD_SEED'],
    ['an id that is none', { id: 'no id', transport: address }, 'ERR_BAD_ID'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expectThrowsCode(() => parseSeed(seed as unknown as Seed, 'own'), code);
    });
  }

  for (const text of ['host:0', 'host:65536', 'tcp://host:99999']) {
    it(`refuses ${text}, which nobody can dial`, () => {
      expectThrowsCode(() => parseSeed(text, 'own'), 'ERR_BAD_SEED');
    });
  }

  it('reads text as an address', () => {
    expect(parseSeed('h:1', 'own')).not.to.be.instanceOf(EncodedContact);
  });
});
