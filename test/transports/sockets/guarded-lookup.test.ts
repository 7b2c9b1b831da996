import type { LookupAddress } from 'node:dns';
import {
  type AddressInfo,
  connect as connectPlain,
  createServer,
  type LookupFunction,
  type Server,
} from 'node:net';
import { expect } from 'chai';
import { type DialGuard, DisgoverError } from '../../../src/plugin.js';
import { connect } from '../../../transports/sockets/connect.js';
import { guardedLookup } from '../../../transports/sockets/guarded-lookup.js';
import { expectCode } from '../../support/expect-code.js';

/** Notes what it is asked, and forbids these addresses. */
class NotingGuard implements DialGuard {
  readonly asked: string[] = [];
  readonly #forbidden: readonly string[];

  constructor(...forbidden: string[]) {
    this.#forbidden = forbidden;
  }

  checkName(name: string): void {
    this.asked.push(name);
  }

  checkAddress(address: string, port: number): void {
    this.asked.push(`${address} ${port}`);
    if (this.#forbidden.includes(address)) throw new DisgoverError('DIAL_DENIED', address);
  }
}

/** A resolver whose answers change: the first, then the second, … and how often it was asked. */
function resolver(...answers: readonly string[][]): {
  readonly resolve: LookupFunction;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const resolve: LookupFunction = (name, _options, done) => {
    const answer = answers[Math.min(asked.push(name), answers.length) - 1] ?? [];
    const found: LookupAddress[] = answer.map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    process.nextTick(() => done(null, found));
  };
  return { resolve, asked };
}

/** What the lookup hands to the connection. */
const lookedUp = (lookup: LookupFunction, all: boolean) =>
  new Promise<unknown>((resolve, reject) =>
    lookup('some.example', { all }, (error, address, family) =>
      error ? reject(error) : resolve(all ? address : { address, family }),
    ),
  );

describe('a guarded lookup', () => {
  const both = [
    { address: '10.0.0.1', family: 4 },
    { address: '10.0.0.2', family: 4 },
  ];

  it('hands over what the guard allows, each asked with the port', async () => {
    const guard = new NotingGuard('10.0.0.9');
    const lookup = guardedLookup(guard, 80, resolver(['10.0.0.1', '10.0.0.9', '10.0.0.2']).resolve);
    expect(await lookedUp(lookup, true)).to.deep.equal(both);
    expect(guard.asked).to.deep.equal(['10.0.0.1 80', '10.0.0.9 80', '10.0.0.2 80']);
  });

  it('hands over the first of them where one is wanted', async () => {
    const lookup = guardedLookup(new NotingGuard('10.0.0.9'), 80, resolver(['10.0.0.9', '10.0.0.1']).resolve);
    expect(await lookedUp(lookup, false)).to.deep.equal(both[0]);
  });

  it('fails with what the guard threw when nothing is left', async () => {
    const lookup = guardedLookup(
      new NotingGuard('10.0.0.8', '10.0.0.9'),
      80,
      resolver(['10.0.0.8', '10.0.0.9']).resolve,
    );
    const fault = await expectCode(lookedUp(lookup, true), 'ERR_DIAL_DENIED');
    expect(fault.message).to.contain('10.0.0.8');
  });

  it('fails when a name leads nowhere', () =>
    expectCode(
      lookedUp(guardedLookup(new NotingGuard(), 80, resolver([]).resolve), true),
      'ERR_DIAL_FAILED',
    ));

  it('fails as the resolver does', async () => {
    const resolve: LookupFunction = (_name, _options, done) => done(new Error('no such name'), []);
    const fault = await lookedUp(guardedLookup(new NotingGuard(), 80, resolve), true).catch(String);
    expect(fault).to.equal('Error: no such name');
  });

  it('makes IPv4 of what is mapped, for the guard and for the connection', async () => {
    const guard = new NotingGuard();
    expect(
      await lookedUp(guardedLookup(guard, 80, resolver(['::ffff:10.0.0.1']).resolve), true),
    ).to.deep.equal([both[0]]);
    expect(guard.asked).to.deep.equal(['10.0.0.1 80']);
  });
});

describe('a connection with a guard', () => {
  let server: Server;
  let port: number;
  let connections: number;

  beforeEach(async () => {
    connections = 0;
    server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const dial = (host: string, guard: DialGuard) =>
    connect({ host, port }, { signal: new AbortController().signal, guard }, (socket) => socket.destroy());

  it('to a literal asks before it connects', async () => {
    const guard = new NotingGuard('127.0.0.1');
    await expectCode(dial('127.0.0.1', guard), 'ERR_DIAL_DENIED');
    expect(guard.asked).to.deep.equal([`127.0.0.1 ${port}`]);
    expect(connections).to.equal(0);
  });

  it('to a name asks for the name before it resolves, and for what it leads to before it connects', async () => {
    const guard = new NotingGuard('127.0.0.1', '::1');
    await expectCode(dial('localhost', guard), 'ERR_DIAL_DENIED');
    expect(guard.asked[0]).to.equal('localhost');
    expect(guard.asked).to.include(`127.0.0.1 ${port}`);
    expect(connections).to.equal(0);
  });

  it('goes where the guard lets it go', async () => {
    await dial('localhost', new NotingGuard('::1'));
    await dial('127.0.0.1', new NotingGuard());
    expect(connections).to.equal(2);
  });

  it('goes to the address that was asked about, though the name leads elsewhere a moment later', async () => {
    const rebinding = resolver(['127.0.0.2'], ['127.0.0.1']);
    const lookup = guardedLookup(new NotingGuard('127.0.0.1'), port, rebinding.resolve);
    const socket = connectPlain({ host: 'rebinds.example', port, lookup });
    const fault = await new Promise<NodeJS.ErrnoException & { address?: string }>((resolve) =>
      socket.once('error', resolve),
    );
    expect(fault).to.include({ code: 'ECONNREFUSED', address: '127.0.0.2' });
    expect(rebinding.asked).to.deep.equal(['rebinds.example']);
    expect(connections).to.equal(0);
  });
});
