// Long, and only where a kube-apiserver has been built: DISGOVER_KUBE_APISERVER=/path/to/kube-apiserver.
import { expect } from 'chai';
import { kubernetes } from '../../src/bootstrap/kubernetes/index.js';
import type { Seed } from '../../src/contracts/bootstrap-source.js';
import { expectCode } from '../support/expect-code.js';
import { hasKubeApiserver, KubeApiserver, tokens } from '../support/kube-apiserver.js';
import { Reading } from '../support/sources.js';

const DISCOVERY = '/apis/discovery.k8s.io/v1beta1/namespaces/default/endpointslices';
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';

const slice = (name: string, ...endpoints: string[]) => ({
  apiVersion: 'discovery.k8s.io/v1beta1',
  kind: 'EndpointSlice',
  metadata: { name, labels: { 'kubernetes.io/service-name': 'disgover' } },
  addressType: 'IPv4',
  endpoints: endpoints.map((text) => ({
    addresses: [text.replace('!', '')],
    conditions: { ready: !text.startsWith('!') },
  })),
  ports: [{ name: 'disgover', port: 6742, protocol: 'TCP' }],
});
const are =
  (...hosts: number[]) =>
  (seeds: readonly Seed[]) =>
    seeds.toSorted().join() === hosts.map((host) => `tcp://10.0.0.${host}:6742`).join();

describe('a real kube-apiserver', function () {
  this.timeout(120_000);

  let server: KubeApiserver;
  let readings: Reading[] = [];

  before(async function () {
    if (!hasKubeApiserver) {
      console.log('      no kube-apiserver here: DISGOVER_KUBE_APISERVER names one, and etcd is needed');
      return this.skip();
    }
    server = await KubeApiserver.start();
  });
  after(() => server?.stop());
  afterEach(async () => {
    await Promise.all(readings.map((reading) => reading.stop()));
    readings = [];
  });

  const read = async (token: string) => {
    const url = `k8s://default/disgover?kubeconfig=${encodeURIComponent(await server.kubeconfig(token))}`;
    const reading = new Reading(kubernetes(url));
    readings.push(reading);
    return reading;
  };
  const put = (name: string, ...endpoints: string[]) =>
    server.call('PUT', `${DISCOVERY}/${name}`, slice(name, ...endpoints));

  it('forbids what no Role allows, and the message names the Role that does', async () => {
    const refused = await expectCode((await read(tokens.nobody)).next(), 'ERR_SOURCE_DENIED');
    expect(refused.message).to.match(/403.*nobody.*Role.*endpointslices/);
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'disgover-seeds' },
      rules: [
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
      ],
    };
    const binding = {
      ...role,
      kind: 'RoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'disgover-seeds' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'nobody' }],
    };
    expect(await server.call('POST', `${RBAC}/roles`, role)).to.equal(201);
    expect(await server.call('POST', `${RBAC}/rolebindings`, binding)).to.equal(201);
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // the authorizer hears of it
    expect(await (await read(tokens.nobody)).next()).to.deep.equal([]);
    await expectCode((await read('token-of-a-stranger')).next(), 'ERR_SOURCE_DENIED');
  });

  it('is followed within 1 s, and after connections broke, and after compaction', async () => {
    expect(await server.call('POST', DISCOVERY, slice('a', '10.0.0.1'))).to.equal(201);
    const reading = await read(tokens.admin);
    await reading.until(are(1));
    await new Promise((resolve) => setTimeout(resolve, 500)); // the watch is open
    const took = async (change: () => Promise<unknown>, ...hosts: number[]) => {
      const from = performance.now();
      await change();
      await reading.until(are(...hosts), 1_000);
      return Math.round(performance.now() - from);
    };
    const added = await took(() => server.call('POST', DISCOVERY, slice('b', '10.0.0.2')), 1, 2);
    const flipped = await took(() => put('b', '!10.0.0.2'), 1);
    const back = await took(() => put('b', '10.0.0.2'), 1, 2);
    const removed = await took(() => server.call('DELETE', `${DISCOVERY}/a`), 2);
    console.log(
      `      added after ${added} ms, ready flipped after ${flipped} and ${back} ms, removed after ${removed} ms`,
    );

    server.drop();
    const dropped = await took(() => put('b', '10.0.0.3'), 3);
    await put('b', '10.0.0.4');
    await reading.until(are(4), 1_000);
    server.drop();
    await put('b', '10.0.0.5');
    await put('b', '10.0.0.6');
    const from = performance.now();
    await server.compact();
    await reading.until(are(6), 2_000);
    console.log(
      `      dropped: after ${dropped} ms; compacted: after ${Math.round(performance.now() - from)} ms`,
    );
  });
});
