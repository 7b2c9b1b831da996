import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type RegistryOptions, registry } from '../../../src/bootstrap/registry/index.js';
import type { ErrorCode } from '../../../src/errors.js';
import { pair, pem } from '../../support/certificates.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { Reading } from '../../support/sources.js';

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

const json =
  (body: unknown, status = 200): Respond =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

describe('registry', () => {
  let servers: Server[] = [];
  let readings: Reading[] = [];
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disgover-registry-'));
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(async () => {
    await Promise.all(readings.map((reading) => reading.stop()));
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    }
    [servers, readings] = [[], []];
  });

  const serve = async (respond: Respond, secure = false) => {
    const server = secure
      ? (createTlsServer(pair('server'), respond) as unknown as Server)
      : createServer(respond);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/contacts`;
  };
  const read = (source: string | RegistryOptions) => {
    const reading = new Reading(registry(source));
    readings.push(reading);
    return reading;
  };

  const seeds = [
    'tcp://10.0.0.1:6742',
    { id: 'AQ==', transport: { type: 'tcp', host: '10.0.0.2', port: 6742 } },
  ];

  it('yields the contacts that are listed, as an object or as an array', async () => {
    expect(await read(await serve(json({ contacts: seeds, next: 1 }))).next()).to.have.deep.members(seeds);
    expect(await read(await serve(json(seeds))).next()).to.have.deep.members(seeds);
  });

  it('asks again, yields what has changed, and takes 304 for an answer', async () => {
    let list = [seeds[0]];
    const statuses: number[] = [];
    const url = await serve((request, response) => {
      const etag = `"${list.length}"`;
      const status = request.headers['if-none-match'] === etag ? 304 : 200;
      statuses.push(status);
      response.writeHead(status, { etag });
      response.end(status === 304 ? undefined : JSON.stringify(list));
    });
    const reading = read({ url, intervalMs: 500 });
    await reading.next();
    while (statuses.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    list = seeds as string[];
    expect(await reading.next()).to.have.length(2);
    expect(statuses.slice(0, 2)).to.deep.equal([200, 304]);
    expect(reading.waiting).to.equal(0);
  });

  it('yields at most 64', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `tcp://10.0.0.1:${7000 + i}`);
    expect(await read(await serve(json(many))).next()).to.have.length(64);
  });

  it('shows the token of a file, and trusts the authority of another', async () => {
    const [tokenFile, caFile] = [join(folder, 'token'), join(folder, 'ca.crt')];
    await writeFile(tokenFile, 'secret\n');
    await writeFile(caFile, pem('ca.crt'));
    const url = await serve((request, response) => {
      const isKnown = request.headers.authorization === 'Bearer secret';
      json(seeds, isKnown ? 200 : 401)(request, response);
    }, true);
    expect(await read({ url, tokenFile, caFile }).next()).to.have.length(2);
    await expectCode(read({ url, caFile }).next(), 'ERR_SOURCE_DENIED');
    await expectCode(read({ url, tokenFile }).next(), 'ERR_TLS_FAILED');
    await expectCode(
      read({ url, caFile, tokenFile: join(folder, 'none') }).next(),
      'ERR_KEY_FILE_UNREADABLE',
    );
  });

  const fails: [what: string, code: ErrorCode, respond: Respond][] = [
    ['it is forbidden', 'ERR_SOURCE_DENIED', json('', 403)],
    ['there is no such path', 'ERR_SOURCE_BAD_ANSWER', json('', 404)],
    ['it is overloaded', 'ERR_SOURCE_UNREACHABLE', json('', 503)],
    [
      'it leads elsewhere',
      'ERR_SOURCE_BAD_ANSWER',
      (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ],
    ['it is not JSON', 'ERR_SOURCE_BAD_ANSWER', json('<html>')],
    ['it is no list', 'ERR_SOURCE_BAD_ANSWER', json({ contacts: 7 })],
    ['it is null', 'ERR_SOURCE_BAD_ANSWER', json('null')],
    ['it is nothing but 304', 'ERR_SOURCE_BAD_ANSWER', (_, response) => response.writeHead(304).end()],
    ['it is too long', 'ERR_SOURCE_BAD_ANSWER', json(`["${'x'.repeat(1_100_000)}"]`)],
    ['it never comes', 'ERR_SOURCE_UNREACHABLE', () => {}],
    ['it never ends', 'ERR_SOURCE_UNREACHABLE', (_, response) => response.write('[')],
    [
      'it breaks off',
      'ERR_SOURCE_UNREACHABLE',
      (_, response) => response.write('[', () => response.destroy()),
    ],
  ];
  for (const [what, code, respond] of fails) {
    it(`ends with ${code} when ${what}`, async () => {
      await expectCode(read({ url: await serve(respond), timeoutMs: 200 }).next(), code);
    });
  }

  it('ends with ERR_SOURCE_UNREACHABLE when nobody listens', async () => {
    await expectCode(read('http://127.0.0.1:1/').next(), 'ERR_SOURCE_UNREACHABLE');
  });

  for (const text of ['http://', 'ftp://a/b', 'http://user:pass@a/', 'http://a/#x', '']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const { message } = expectThrowsCode(() => registry(text), 'ERR_BAD_SOURCE');
      expect(message).not.to.contain('pass@');
    });
  }

  it('refuses times that are none', () => {
    expectThrowsCode(() => registry({ url: 'http://a/', intervalMs: 1 }), 'ERR_BAD_SOURCE');
    expectThrowsCode(() => registry({ url: 'http://a/', timeoutMs: 0 }), 'ERR_BAD_SOURCE');
  });
});
