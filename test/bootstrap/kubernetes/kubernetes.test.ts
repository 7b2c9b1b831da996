import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { accessTo } from '../../../src/bootstrap/kubernetes/access.js';
import { ApiClient } from '../../../src/bootstrap/kubernetes/api-client.js';
import { kubernetes } from '../../../src/bootstrap/kubernetes/index.js';
import { resolveKubernetesOptions } from '../../../src/bootstrap/kubernetes/options.js';
import type { Seed } from '../../../src/contracts/bootstrap-source.js';
import type { ErrorCode } from '../../../src/errors.js';
import { SystemRuntime } from '../../../src/runtime/system-runtime.js';
import { ApiServer, type SliceInput } from '../../support/api-server.js';
import { pair, pem } from '../../support/certificates.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { Reading } from '../../support/sources.js';

const seed = (i: number, port = 6742) => `tcp://10.0.0.${i}:${port}`;
const are =
  (...wanted: string[]) =>
  (seeds: readonly Seed[]) =>
    seeds.toSorted().join() === wanted.toSorted().join();

describe('kubernetes', () => {
  let server: ApiServer;
  let readings: Reading[] = [];

  beforeEach(async () => {
    server = await ApiServer.start();
  });
  afterEach(async () => {
    await Promise.all(readings.map((reading) => reading.stop()));
    await server.stop();
    readings = [];
  });

  const follow = (query = '', path = 'default/disgover') => {
    const url = `k8s://${path}?server=${encodeURIComponent(`http://127.0.0.1:${server.port}`)}${query}`;
    const reading = new Reading(kubernetes(url));
    readings.push(reading);
    return reading;
  };
  const isWatched = async () => {
    while (server.watchers === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('yields the addresses in all slices of the service, with their port', async () => {
    server.put('a', { endpoints: ['10.0.0.1', '10.0.0.2'] });
    server.put('b', { endpoints: ['?10.0.0.3'], ports: [{ name: 'disgover', port: 7000 }] });
    server.put('other', { service: 'other', endpoints: ['10.0.0.9'] });
    expect(await follow().next()).to.have.members([seed(1), seed(2), seed(3, 7000)]);
  });

  it('selects by labels', async () => {
    server.put('a', { service: 'x', labels: { app: 'x' }, endpoints: ['10.0.0.1'] });
    server.put('b', { service: 'y', labels: { app: 'y' }, endpoints: ['10.0.0.2'] });
    expect(await follow('&selector=app%3Dx', 'default').next()).to.deep.equal([seed(1)]);
  });

  it('follows what comes, goes and changes within 1 s, over one connection and one list', async () => {
    server.put('a', { endpoints: ['10.0.0.1'] });
    const reading = follow();
    await reading.until(are(seed(1)));
    await isWatched();
    server.put('b', { endpoints: ['10.0.0.2'] });
    await reading.until(are(seed(1), seed(2)), 1_000);
    server.put('b', { endpoints: ['!10.0.0.2'] });
    await reading.until(are(seed(1)), 1_000);
    server.put('b', { endpoints: ['10.0.0.2', '-10.0.0.3'] });
    await reading.until(are(seed(1), seed(2)), 1_000);
    server.delete('a');
    await reading.until(are(seed(2)), 1_000);
    expect(server.asked).to.deep.equal(['group', 'list', 'watch 101']);
    expect(server.connections).to.equal(1);
  });

  it('says nothing when nothing has changed', async () => {
    server.put('a', { endpoints: ['10.0.0.1', '10.0.0.2'] });
    const reading = follow();
    await reading.next();
    await isWatched();
    server.bookmark();
    server.put('a', { endpoints: ['10.0.0.2', '10.0.0.1'] });
    server.put('b', { endpoints: ['10.0.0.3'] });
    await reading.until(are(seed(1), seed(2), seed(3)));
    expect(reading.waiting).to.equal(0);
  });

  context('when none is ready', () => {
    it('names those that are not, until one is', async () => {
      server.put('a', { endpoints: ['!10.0.0.1', '!10.0.0.2'] });
      const reading = follow();
      await reading.until(are(seed(1), seed(2)));
      await isWatched();
      server.put('a', { endpoints: ['10.0.0.1', '!10.0.0.2'] });
      await reading.until(are(seed(1)), 1_000);
    });
  });

  it('names those that are not ready, too, after the others, where that is wanted', async () => {
    server.put('a', { endpoints: ['!10.0.0.1', '10.0.0.2'] });
    expect(await follow('&notReady=true').next()).to.deep.equal([seed(2), seed(1)]);
  });

  it('takes v1beta1 where there is no v1', async () => {
    server.versions = ['v1beta1'];
    server.put('a', { endpoints: ['10.0.0.1'] });
    expect(await follow().next()).to.deep.equal([seed(1)]);
  });

  describe('the port', () => {
    const two = [
      { name: 'http', port: 80 },
      { name: 'mesh', port: 7000 },
    ];
    const cases: [what: string, ports: SliceInput['ports'], query: string, found: number][] = [
      ['is the one of the name', two, '&port=mesh', 7000],
      ['is the number, whatever the slices have', two, '&port=7777', 7777],
      ['is the number, also where they have none', null, '&port=7777', 7777],
      ['is the only one', [{ port: 7001 }], '', 7001],
      ['is the one named disgover', [...two, { name: 'disgover', port: 7002 }], '', 7002],
    ];
    for (const [what, ports, query, found] of cases) {
      it(what, async () => {
        server.put('a', { endpoints: ['10.0.0.1'], ports: ports ?? null });
        expect(await follow(query).next()).to.deep.equal([seed(1, found)]);
      });
    }

    it('has to be named where there are several; the message names them', async () => {
      server.put('a', { endpoints: ['10.0.0.1'], ports: two });
      expect((await expectCode(follow().next(), 'ERR_K8S_NO_PORT')).message).to.contain('http, mesh');
      await expectCode(follow('&port=other').next(), 'ERR_K8S_NO_PORT');
    });
  });

  describe('its watch', () => {
    let reading: Reading;

    beforeEach(async () => {
      server.put('a', { endpoints: ['10.0.0.1'] });
      reading = follow('&silenceMs=300');
      await reading.until(are(seed(1)));
      await isWatched();
    });

    it('goes on after connections broke, from where it was', async () => {
      server.drop();
      server.put('b', { endpoints: ['10.0.0.2'] });
      await reading.until(are(seed(1), seed(2)), 1_000);
      expect(server.asked.filter((one) => one === 'list')).to.have.length(1);
    });

    it('starts at the last bookmark', async () => {
      server.put('x', { service: 'other', endpoints: [] });
      server.bookmark();
      // Nothing shows that a bookmark has come.
      await new Promise((resolve) => setTimeout(resolve, 50));
      server.drop();
      server.put('b', { endpoints: ['10.0.0.2'] });
      await reading.until(are(seed(1), seed(2)), 1_000);
      expect(server.asked.at(-1)).to.equal('watch 102');
    });

    it('lists again after 410 as a status', async () => {
      server.drop();
      server.put('b', { endpoints: ['10.0.0.2'] });
      server.delete('a');
      server.compact();
      await reading.until(are(seed(2)), 1_000);
      expect(server.asked.filter((one) => one === 'list')).to.have.length(2);
    });

    it('lists again after 410 as an event', async () => {
      server.isSilent = true;
      server.put('b', { endpoints: ['10.0.0.2'] });
      server.isSilent = false;
      server.tellGone();
      await reading.until(are(seed(1), seed(2)), 1_000);
      expect(server.asked.filter((one) => one === 'list')).to.have.length(2);
    });

    it('is opened anew when it falls silent', async () => {
      server.isSilent = true;
      server.put('b', { endpoints: ['10.0.0.2'] });
      server.isSilent = false;
      expect(await reading.until(are(seed(1), seed(2)), 1_000)).to.be.within(100, 900);
    });

    it('is not opened more often than with a backoff', async () => {
      const count = () => server.asked.filter((one) => one.startsWith('watch')).length;
      const before = count();
      const timer = setInterval(() => server.watchers > 0 && server.drop(), 5);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      clearInterval(timer);
      expect(count() - before).to.be.within(2, 6);
    });

    it('ends with a code when what comes is no event', async () => {
      server.tellNonsense();
      await expectCode(reading.next(), 'ERR_SOURCE_BAD_ANSWER');
    });
  });

  describe('what it fails with', () => {
    const cases: [what: string, code: ErrorCode, set: () => void, words: RegExp][] = [
      [
        'RBAC forbids it',
        'ERR_SOURCE_DENIED',
        () => (server.isForbidden = true),
        /403.*Role.*endpointslices/,
      ],
      ['the token is wrong', 'ERR_SOURCE_DENIED', () => (server.token = 'other'), /401/],
      ['there is no such API', 'ERR_K8S_UNSUPPORTED', () => (server.status = 404), /discovery\.k8s\.io/],
      [
        'there is no version that is known',
        'ERR_K8S_UNSUPPORTED',
        () => (server.versions = ['v2']),
        /v2.*known: v1/,
      ],
      ['the server is overloaded', 'ERR_SOURCE_UNREACHABLE', () => (server.status = 503), /503/],
      ['it answers anything else', 'ERR_SOURCE_BAD_ANSWER', () => (server.status = 302), /302/],
    ];
    for (const [what, code, set, words] of cases) {
      it(`is ${code} when ${what}`, async () => {
        set();
        expect((await expectCode(follow().next(), code)).message).to.match(words);
      });
    }

    it('is ERR_SOURCE_UNREACHABLE when nobody listens', async () => {
      const fault = expectCode(
        new Reading(kubernetes('k8s://a/b?server=http://127.0.0.1:1')).next(),
        'ERR_SOURCE_UNREACHABLE',
      );
      expect((await fault).message).to.contain('nobody listens');
    });

    it('is ERR_TLS_FAILED when its certificate is not trusted', async () => {
      const secure = await ApiServer.start(pair('server'));
      const url = `k8s://a/b?server=${encodeURIComponent(`https://127.0.0.1:${secure.port}`)}`;
      await expectCode(new Reading(kubernetes(url)).next(), 'ERR_TLS_FAILED');
      await secure.stop();
    });

    it('is ERR_K8S_NOT_IN_CLUSTER outside a cluster', async () => {
      const fault = await expectCode(new Reading(kubernetes('k8s://a/b')).next(), 'ERR_K8S_NOT_IN_CLUSTER');
      expect(fault.message).to.contain('kubeconfig');
    });
  });

  for (const text of [
    'k8s://',
    'k8s://default',
    'k8s://default/a/b',
    'k8s://default/Upper',
    'k8s://default:80/a',
    'k8s://default/a?selector=app%3Dx',
    'k8s://default?selector=',
    'k8s://default/a?port=70000',
    'k8s://default/a?port=under_score',
    'k8s://default/a?notReady=perhaps',
    'k8s://default/a?server=ftp://x',
    'k8s://default/a?server=http://x&kubeconfig=',
    'k8s://default/a?context=x',
    'k8s://default/a?scheme=%20',
    'k8s://default/a?silenceMs=1',
    'k8s://default/a?unknown=1',
  ]) {
    it(`refuses ${text}`, () => {
      expectThrowsCode(() => kubernetes(text), 'ERR_BAD_SOURCE');
    });
  }
});

describe('accessTo', () => {
  let folder: string;
  const inCluster = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '6443' };
  const options = resolveKubernetesOptions('k8s://default/disgover');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disgover-account-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is by the service account of the pod, whose token is read anew each time', async () => {
    const server = await ApiServer.start(pair('server'));
    server.token = 'first';
    await writeFile(join(folder, 'ca.crt'), pem('ca.crt'));
    await writeFile(join(folder, 'token'), 'first\n');
    const access = await accessTo(
      options,
      { ...inCluster, KUBERNETES_SERVICE_PORT: String(server.port) },
      folder,
    );
    const signal = new AbortController().signal;
    const client = new ApiClient(access, { runtime: new SystemRuntime(), signal, timeoutMs: 2_000 });
    expect(await client.get('/apis')).to.include({ kind: 'APIGroupList' });
    server.token = 'second';
    await expectCode(client.get('/apis'), 'ERR_SOURCE_DENIED');
    await writeFile(join(folder, 'token'), 'second\n');
    expect(await client.get('/apis')).to.include({ kind: 'APIGroupList' });
    client.close();
    await server.stop();
  });

  it('fails with a code where there is no token', async () => {
    const access = await accessTo(options, inCluster, folder);
    expect((await expectCode(access.credentials(), 'ERR_K8S_NOT_IN_CLUSTER')).message).to.contain(
      'automount',
    );
  });

  it('takes an IPv6 address of the API server', async () => {
    const { server } = await accessTo(options, { KUBERNETES_SERVICE_HOST: 'fd00::1' }, folder);
    expect(server.href).to.equal('https://[fd00::1]/');
  });

  describe('by a kubeconfig', () => {
    const kubeconfig = (server: string) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'here',
            cluster: { server, 'certificate-authority-data': Buffer.from(pem('ca.crt')).toString('base64') },
          },
        ],
        users: ['mine', 'other'].map((token) => ({ name: token, user: { token } })),
        contexts: [
          { name: 'main', context: { cluster: 'here', user: 'mine' } },
          { name: 'foreign', context: { cluster: 'here', user: 'other' } },
          { name: 'broken', context: { cluster: 'nowhere', user: 'mine' } },
        ],
        'current-context': 'main',
      });

    it('trusts its authority, and shows its token', async () => {
      const server = await ApiServer.start(pair('server'));
      server.token = 'mine';
      server.put('a', { endpoints: ['10.0.0.1'] });
      const path = join(folder, 'config');
      await writeFile(path, kubeconfig(`https://127.0.0.1:${server.port}`));
      const reading = new Reading(
        kubernetes(`k8s://default/disgover?kubeconfig=${encodeURIComponent(path)}`),
      );
      expect(await reading.next(15_000)).to.deep.equal([seed(1)]);
      server.put('a', { endpoints: ['10.0.0.2'] });
      await reading.until(are(seed(2)));
      expect(server.connections).to.equal(1);
      await reading.stop();
      const other = kubernetes(
        `k8s://default/disgover?kubeconfig=${encodeURIComponent(path)}&context=foreign`,
      );
      await expectCode(new Reading(other).next(), 'ERR_SOURCE_DENIED');
      await server.stop();
    });

    it('fails with a code where the file or its context cannot be used', async () => {
      const path = join(folder, 'config');
      await expectCode(accessTo({ ...options, kubeconfig: path }), 'ERR_BAD_SOURCE');
      await writeFile(path, '{ nonsense');
      await expectCode(accessTo({ ...options, kubeconfig: path }), 'ERR_BAD_SOURCE');
      await writeFile(path, kubeconfig('https://127.0.0.1:1'));
      for (const context of ['other', 'broken'])
        await expectCode(accessTo({ ...options, kubeconfig: path, context }), 'ERR_BAD_SOURCE');
    });
  });
});
