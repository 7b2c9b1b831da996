// A real kube-apiserver and its etcd, on loopback, behind a relay whose connections can be cut. The binary is built from Debian's source package of Kubernetes.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

const { NODE_V8_COVERAGE: _, DISGOVER_KUBE_APISERVER: binary = '', ...env } = process.env;

export const hasKubeApiserver = binary !== '' && spawnSync('etcd', ['--version']).status === 0;

/** Who may all, and who may nothing. */
export const tokens = { admin: 'token-of-admin', nobody: 'token-of-nobody' };

export class KubeApiserver {
  readonly folder: string;
  readonly #processes: readonly ChildProcess[];
  readonly #etcdPort: number;
  readonly #relay: Server;
  readonly #sockets: Set<Socket>;

  private constructor(
    folder: string,
    processes: readonly ChildProcess[],
    etcdPort: number,
    relay: Server,
    sockets: Set<Socket>,
  ) {
    this.folder = folder;
    this.#processes = processes;
    this.#etcdPort = etcdPort;
    this.#relay = relay;
    this.#sockets = sockets;
  }

  static async start(): Promise<KubeApiserver> {
    const folder = await mkdtemp(join(tmpdir(), 'disgover-kube-'));
    const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
    const [etcdUrl, peerUrl] = [`http://127.0.0.1:${etcdPort}`, `http://127.0.0.1:${peerPort}`];
    const key = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    await writeFile(join(folder, 'sa.key'), key.privateKey);
    await writeFile(join(folder, 'sa.pub'), key.publicKey);
    const users = [`${tokens.admin},admin,admin,"system:masters"`, `${tokens.nobody},nobody,nobody`];
    await writeFile(join(folder, 'tokens.csv'), `${users.join('\n')}\n`);
    const etcd = spawn(
      'etcd',
      [
        ...[
          `--data-dir=${join(folder, 'etcd')}`,
          `--listen-client-urls=${etcdUrl}`,
          `--advertise-client-urls=${etcdUrl}`,
        ],
        ...[
          `--listen-peer-urls=${peerUrl}`,
          `--initial-advertise-peer-urls=${peerUrl}`,
          `--initial-cluster=default=${peerUrl}`,
        ],
      ],
      { env, stdio: 'ignore' },
    );
    const advertised = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    const api = spawn(
      binary,
      [
        ...[
          `--etcd-servers=${etcdUrl}`,
          `--cert-dir=${folder}`,
          '--bind-address=127.0.0.1',
          `--secure-port=${port}`,
        ],
        ...[
          `--advertise-address=${advertised}`,
          '--service-cluster-ip-range=10.96.0.0/24',
          '--authorization-mode=RBAC',
        ],
        ...[
          '--service-account-issuer=https://kubernetes.default.svc',
          `--service-account-key-file=${join(folder, 'sa.pub')}`,
        ],
        ...[
          `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
          `--token-auth-file=${join(folder, 'tokens.csv')}`,
        ],
        // Watches of slices read from etcd itself: what is compacted there is gone.
        ...[
          '--watch-cache-sizes=endpointslices.discovery.k8s.io#0',
          '--disable-admission-plugins=ServiceAccount',
        ],
      ],
      { env, stdio: 'ignore' },
    );
    const sockets = new Set<Socket>();
    const relay = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on('error', () => {});
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const server = new KubeApiserver(folder, [api, etcd], etcdPort, relay, sockets);
    await server.#isReady();
    return server;
  }

  get port(): number {
    return (this.#relay.address() as AddressInfo).port;
  }

  /** A kubeconfig of one of the users. */
  async kubeconfig(token: string): Promise<string> {
    const path = join(this.folder, `kubeconfig-${token}`);
    const cluster = {
      server: `https://127.0.0.1:${this.port}`,
      'certificate-authority': join(this.folder, 'apiserver.crt'),
    };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'here', cluster }],
      users: [{ name: 'me', user: { token } }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
      'current-context': 'here',
    };
    await writeFile(path, JSON.stringify(config));
    return path;
  }

  /** A call by the admin. Resolves to its status. */
  async call(method: string, path: string, body?: object): Promise<number> {
    const ca = await readFile(join(this.folder, 'apiserver.crt'));
    const headers = { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const call = request(
        { host: '127.0.0.1', port: this.port, path, method, headers, ca, agent: false },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Cuts every connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Forgets all that was before now. */
  async compact(): Promise<void> {
    const post = async (path: string, body: object) => {
      const response = await fetch(`http://127.0.0.1:${this.#etcdPort}/v3/kv/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return (await response.json()) as { readonly header: { readonly revision: string } };
    };
    const { header } = await post('range', { key: 'AA==' });
    await post('compaction', { revision: header.revision, physical: true });
  }

  async stop(): Promise<void> {
    this.#relay.close();
    this.drop();
    for (const process of this.#processes) {
      process.kill('SIGKILL');
      await once(process, 'exit');
    }
    await rm(this.folder, { recursive: true });
  }

  async #isReady(): Promise<void> {
    for (;;) {
      const status = await this.call('GET', '/readyz').catch(() => 0);
      if (status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
