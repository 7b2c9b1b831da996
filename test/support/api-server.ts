// As much of a Kubernetes API server as EndpointSlices take: discovery, list, watch with bookmarks, 410, refusals. kubectl speaks to it.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface SliceInput {
  readonly service?: string;
  readonly labels?: Record<string, string>;
  /** `10.0.0.1`: ready; `!10.0.0.1`: not ready; `?10.0.0.1`: not told; `-10.0.0.1`: terminating. */
  readonly endpoints: readonly string[];
  readonly ports?: readonly { readonly name?: string; readonly port: number }[] | null;
}

interface Watcher {
  readonly response: ServerResponse;
  readonly matches: (slice: Slice) => boolean;
}
type Slice = ReturnType<ApiServer['put']>;

const GROUP = 'discovery.k8s.io';

export class ApiServer {
  readonly #server: Server;
  readonly #slices = new Map<string, Slice>();
  #log: { readonly version: number; readonly type: string; readonly slice: Slice }[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #sockets = new Set<Socket>();
  #version = 100;
  #oldest = 0;

  versions = ['v1'];
  /** What a client has to show; absent: nothing. */
  token: string | undefined;
  /** Watches are opened, and say nothing. */
  isSilent = false;
  /** Who has shown a right token, and may nothing. */
  isForbidden = false;
  /** Answers everything with this status. */
  status: number | undefined;
  /** What was asked: `list`, `watch 101`, `group`. */
  readonly asked: string[] = [];
  /** Connections that were ever opened. */
  connections = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => this.#serve(request, response));
    server.on(
      server.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection',
      (socket: Socket) => {
        this.connections++;
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
      },
    );
  }

  static async start(tls?: { readonly key: string; readonly cert: string }, port = 0): Promise<ApiServer> {
    const server = tls === undefined ? createServer() : (createTlsServer(tls) as unknown as Server);
    const api = new ApiServer(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return api;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** Adds or changes a slice. */
  put(
    name: string,
    { service = 'disgover', labels = {}, endpoints, ports = [{ name: 'disgover', port: 6742 }] }: SliceInput,
  ) {
    const before = this.#slices.get(name);
    const slice = {
      apiVersion: `${GROUP}/${this.versions[0]}`,
      kind: 'EndpointSlice',
      metadata: {
        name,
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': service, ...labels },
        resourceVersion: String(++this.#version),
      },
      addressType: 'IPv4',
      endpoints: endpoints.map((text) => ({
        addresses: [text.replace(/^[!?-]/, '')],
        conditions: text.startsWith('?')
          ? {}
          : { ready: !/^[!-]/.test(text), terminating: text.startsWith('-') },
      })),
      ports: ports?.map((port) => ({ protocol: 'TCP', ...port })) ?? null,
    };
    this.#slices.set(name, slice);
    this.#tell(before === undefined ? 'ADDED' : 'MODIFIED', slice);
    return slice;
  }

  delete(name: string): void {
    const slice = this.#slices.get(name);
    if (slice === undefined) return;
    this.#slices.delete(name);
    this.#version++;
    this.#tell('DELETED', {
      ...slice,
      metadata: { ...slice.metadata, resourceVersion: String(this.#version) },
    });
  }

  bookmark(): void {
    const object = {
      kind: 'EndpointSlice',
      apiVersion: `${GROUP}/v1`,
      metadata: { resourceVersion: String(this.#version) },
    };
    for (const { response } of this.#watchers) if (!this.isSilent) write(response, 'BOOKMARK', object);
  }

  /** Forgets what has been: who watches from there is told 410, in the way that is wanted. */
  compact(): void {
    this.#log = [];
    this.#oldest = ++this.#version;
  }

  /** Sends watchers an error in place of an event. */
  tellGone(): void {
    for (const { response } of this.#watchers)
      response.end(eventOf('ERROR', statusOf(410, 'too old resource version')));
  }

  /** Sends what is no event. */
  tellNonsense(): void {
    for (const { response } of this.#watchers) response.write('}{\n');
  }

  /** Breaks every connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.drop();
    await once(this.#server, 'close');
  }

  #tell(type: string, slice: Slice): void {
    this.#log.push({ version: this.#version, type, slice });
    for (const { response, matches } of this.#watchers)
      if (!this.isSilent && matches(slice)) write(response, type, slice);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://host');
    const answer = (body: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const isKnown = this.token === undefined || request.headers.authorization === `Bearer ${this.token}`;
    if (!isKnown) return answer(statusOf(401, 'Unauthorized'), 401);
    if (this.status !== undefined) return answer(statusOf(this.status, 'as told'), this.status);
    const version = this.versions.find((one) => url.pathname.startsWith(`/apis/${GROUP}/${one}`));
    const versions = this.versions.map((one) => ({ groupVersion: `${GROUP}/${one}`, version: one }));
    const group = {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: GROUP,
      versions,
      preferredVersion: versions[0],
    };
    if (url.pathname === '/api') return answer({ kind: 'APIVersions', versions: ['v1'] });
    if (url.pathname === '/api/v1')
      return answer({ kind: 'APIResourceList', groupVersion: 'v1', resources: [] });
    if (url.pathname === '/apis') return answer({ kind: 'APIGroupList', apiVersion: 'v1', groups: [group] });
    if (url.pathname === `/apis/${GROUP}`) {
      this.asked.push('group');
      return answer(group);
    }
    if (version === undefined)
      return answer(statusOf(404, 'the server could not find the requested resource'), 404);
    if (url.pathname === `/apis/${GROUP}/${version}`) {
      const resource = {
        name: 'endpointslices',
        namespaced: true,
        kind: 'EndpointSlice',
        verbs: ['get', 'list', 'watch'],
      };
      return answer({ kind: 'APIResourceList', groupVersion: `${GROUP}/${version}`, resources: [resource] });
    }
    if (this.isForbidden) return answer(statusOf(403, 'endpointslices.discovery.k8s.io is forbidden'), 403);
    const matches = selectorOf(url.searchParams.get('labelSelector') ?? '');
    if (url.searchParams.get('watch')) return this.#watch(url, response, matches);
    this.asked.push('list');
    const items = [...this.#slices.values()].filter(matches);
    const metadata = { resourceVersion: String(this.#version) };
    answer({ kind: 'EndpointSliceList', apiVersion: `${GROUP}/${version}`, metadata, items });
  }

  #watch(url: URL, response: ServerResponse, matches: Watcher['matches']): void {
    const from = Number(url.searchParams.get('resourceVersion'));
    this.asked.push(`watch ${from}`);
    if (from < this.#oldest) {
      response.writeHead(410, { 'content-type': 'application/json' });
      response.end(JSON.stringify(statusOf(410, 'too old resource version')));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watcher = { response, matches };
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
    if (this.isSilent) return;
    for (const { version, type, slice } of this.#log)
      if (version > from && matches(slice)) write(response, type, slice);
  }
}

const statusOf = (code: number, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message,
  code,
});
const eventOf = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

/** In two pieces, as a network may cut it. */
function write(response: ServerResponse, type: string, object: unknown): void {
  const text = eventOf(type, object);
  response.write(text.slice(0, 20));
  response.write(text.slice(20));
}

/** Only equalities, which is all that is asked here. */
function selectorOf(selector: string): (slice: Slice) => boolean {
  const wanted =
    selector === '' ? [] : selector.split(',').map((part) => part.split('=', 2) as [string, string]);
  return ({ metadata }) =>
    wanted.every(([key, value]) => (metadata.labels as Record<string, string>)[key] === value);
}
