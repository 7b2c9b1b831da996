// Dials from a page or a worker; nobody can be listened to there.
import {
  type DialOptions,
  DisgoverError,
  endpoint,
  isLiteral,
  type Link,
  type Transport,
  type TransportInfo,
} from '../../src/plugin.js';
import { addressOf, SUBPROTOCOL, urlOf, type WsAddress } from './url.js';
import { type PlatformSocket, WsLink } from './ws-link.browser.js';

declare const WebSocket: new (url: string, subprotocol: string) => PlatformSocket;
declare const location: { readonly protocol: string } | undefined;

export class WsTransport implements Transport {
  readonly name = 'ws';
  /** As many as the engine keeps: each is taken out when it ends. */
  readonly #links = new Set<WsLink>();
  /** What gives up each dial, with a reason: as many as the engine has under way. */
  readonly #dials = new Set<(reason: unknown) => void>();
  #wasListened = false;
  #isClosed = false;

  async listen(): Promise<undefined> {
    if (this.#isClosed) throw closed();
    if (this.#wasListened)
      throw new DisgoverError('BAD_OPTION', 'ws: one instance serves one node, make one for each');
    this.#wasListened = true;
  }

  async dial(info: TransportInfo, { signal, guard }: DialOptions): Promise<Link> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closed();
    const address = addressOf(info);
    const { host, port } = address;
    // Where a name leads to, the platform does not tell: who allows names allows what they lead to.
    if (isLiteral(host)) guard?.checkAddress(host, port);
    else guard?.checkName(host);
    checkPage(address);
    const socket = openSocket(address);
    return new Promise((resolve, reject) => {
      const settled = () => {
        signal.removeEventListener('abort', abort);
        this.#dials.delete(giveUp);
      };
      const giveUp = (reason: unknown) => {
        settled();
        reject(reason);
        socket.onopen = null;
        socket.onclose = null;
        socket.close();
      };
      const abort = () => giveUp(signal.reason);
      signal.addEventListener('abort', abort);
      this.#dials.add(giveUp);
      // Told of nothing, and then of the end, in which the platform gives no reason either, lest pages look round behind a firewall.
      socket.onerror = () => undefined;
      socket.onclose = () =>
        giveUp(failed(address, 'nobody there, no node at this path, the origin or the certificate refused'));
      socket.onopen = () => {
        settled();
        const link = new WsLink(socket, endpoint(host, port), this.#forget);
        this.#links.add(link);
        resolve(link);
      };
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const giveUp of this.#dials) giveUp(closed());
    for (const link of this.#links) link.close({ code: 'CLOSED' });
    // The owners of the links are told in microtasks that stand before this one.
    await Promise.resolve();
  }

  // Shared by all links: functions made by a dial would keep its signal for as long as its link.
  readonly #forget = (link: WsLink): void => {
    this.#links.delete(link);
  };
}

/** The platform would only say that it is insecure. */
function checkPage(address: WsAddress): void {
  const isSecurePage = typeof location !== 'undefined' && location.protocol === 'https:';
  // Loopback addresses count as secure.
  const isLoopback = address.host === 'localhost' || address.host === '::1' || /^127\./.test(address.host);
  if (!isSecurePage || address.tls || isLoopback) return;
  throw failed(address, 'a page that came over https may dial wss only: the node must listen with tls');
}

function openSocket(address: WsAddress): PlatformSocket {
  try {
    return new WebSocket(urlOf(address), SUBPROTOCOL);
  } catch (cause) {
    throw failed(address, 'the platform refuses to dial it', cause);
  }
}

function failed({ host, port }: WsAddress, why: string, cause?: unknown): DisgoverError {
  return new DisgoverError('DIAL_FAILED', `${endpoint(host, port)}: ${why}`, { cause });
}

function closed(): DisgoverError {
  return new DisgoverError('CLOSED', 'the transport is closed');
}
