import { expect } from 'chai';
import { parseDuration, parseEndpoint } from '../../src/cli/flags.js';
import { expectThrowsCode } from '../support/expect-code.js';

describe('parseDuration', () => {
  const cases: [text: string, ms: number][] = [
    ['1ms', 1],
    ['100', 100],
    ['10000', 10_000],
    ['500ms', 500],
    ['10s', 10_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['2147483647', 2_147_483_647],
  ];
  for (const [text, ms] of cases) {
    it(`takes ${text}`, () => {
      expect(parseDuration(text)).to.equal(ms);
    });
  }

  it('asks for the unit where a bare number is too small to be one of milliseconds', () => {
    for (const text of ['1', '5', '99']) {
      const { message } = expectThrowsCode(() => parseDuration(text), 'ERR_BAD_DURATION');
      expect(message).to.include(`${text}s or ${text}ms`);
    }
  });

  for (const text of ['', '0', '0s', '-1', '1.5s', '1y', ' 1', '0x10', '1e3', '2147483648', '597h']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expectThrowsCode(() => parseDuration(text), 'ERR_BAD_DURATION');
    });
  }
});

describe('parseEndpoint', () => {
  const parse = parseEndpoint('--listen');

  it('takes an address as a seed is written, and port 0', () => {
    expect(parse('tcp://127.0.0.1:0')).to.deep.equal({ type: 'tcp', host: '127.0.0.1', port: 0 });
    expect(parse('[::1]:6742')).to.deep.equal({ type: 'tcp', host: '::1', port: 6742 });
    const overWs = { type: 'ws', host: '127.0.0.1', port: 80, path: '/nodes' };
    expect(parse('ws://127.0.0.1:80/nodes')).to.deep.equal(overWs);
    const advertised = { type: 'ws', host: 'node.example', port: 443, tls: true };
    expect(parseEndpoint('--advertise')('wss://node.example:443')).to.deep.equal(advertised);
  });

  it('says that it is the port when it is', () => {
    for (const port of ['abc', '', '-1', '0x50', '123456', '1 ']) {
      expectThrowsCode(() => parse(`tcp://127.0.0.1:${port}`), 'ERR_BAD_PORT');
    }
  });

  it('refuses what is no address over TCP or WebSocket', () => {
    expectThrowsCode(() => parse('memory://127.0.0.1:80'), 'ERR_BAD_OPTION');
    expectThrowsCode(() => parse('127.0.0.1'), 'ERR_BAD_SEED');
  });
});
