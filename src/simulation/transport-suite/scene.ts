// What a fact about a transport is told with: transports and links that are closed afterwards, and waiting that ends.
import type {
  Link,
  LinkCloseReason,
  LinkHandlers,
  Transport,
  TransportInfo,
} from '../../contracts/transport.js';
import { SystemRuntime } from '../../runtime/system-runtime.js';

/** Below the two seconds that a test may take by default, so that the fact says what it lacks, and not the runner. */
const WAIT_MS = 1_500;

export type CreateTransport = () => Transport | Promise<Transport>;

/** Each fact by what it says. */
export type Facts = Readonly<Record<string, (scene: Scene) => Promise<void>>>;

/** Thrown where the transport has declared that it cannot do what the fact is about. */
export class NotDeclared extends Error {}

export function check(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what);
}

/** One end of a link, and all that its handlers were told. Frames are copied, as they are only good during the call. */
export class End implements LinkHandlers {
  readonly link: Link;
  readonly frames: Uint8Array[] = [];
  readonly closes: (LinkCloseReason | undefined)[] = [];
  callsAfterEnd = 0;
  readonly #onChange: () => void;
  readonly #onFirst: (() => void) | undefined;

  /** `onFirst` is run within the call that brings the first frame. */
  constructor(link: Link, onChange: () => void, onFirst?: () => void) {
    this.link = link;
    this.#onChange = onChange;
    this.#onFirst = onFirst;
  }

  onFrame(frame: Uint8Array): void {
    if (this.closes.length > 0) this.callsAfterEnd++;
    this.frames.push(frame.slice());
    if (this.frames.length === 1) this.#onFirst?.();
    this.#onChange();
  }

  onPartialFrame(): void {
    if (this.closes.length > 0) this.callsAfterEnd++;
  }

  onClose(reason?: LinkCloseReason): void {
    this.closes.push(reason);
    this.#onChange();
  }
}

export interface Listening {
  readonly transport: Transport;
  /** As it arrives in a contact: through JSON. */
  readonly info: TransportInfo;
  readonly links: Link[];
}

export class Scene {
  readonly #create: { readonly dialler: CreateTransport; readonly listener: CreateTransport };
  readonly #runtime = new SystemRuntime();
  readonly #transports: Transport[] = [];
  readonly #ends: End[] = [];
  /** Checks of those who wait: one for each `until` under way. */
  readonly #checks = new Set<() => void>();

  constructor(dialler: CreateTransport, listener: CreateTransport) {
    this.#create = { dialler, listener };
  }

  async create(role: 'dialler' | 'listener'): Promise<Transport> {
    const transport = await this.#create[role]();
    this.#transports.push(transport);
    return transport;
  }

  /** A transport that listens. `onLink` is run within the call that brings a link. */
  async listen(onLink?: (link: Link) => void): Promise<Listening> {
    const transport = await this.create('listener');
    const links: Link[] = [];
    const info = await this.within(
      'listen() to settle',
      transport.listen((link) => {
        links.push(link);
        onLink?.(link);
        this.#changed();
      }),
    );
    if (info === undefined) throw new NotDeclared('listen() gave no address');
    return { transport, info: JSON.parse(JSON.stringify(info)), links };
  }

  dial(
    transport: Transport,
    info: TransportInfo,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Link> {
    return this.within('dial() to settle', transport.dial(info, { signal }));
  }

  /** Both ends of a new link, not opened yet. */
  async link(): Promise<{ readonly near: Link; readonly far: Link }> {
    const { info, links } = await this.listen();
    const near = await this.dial(await this.create('dialler'), info);
    await this.until('the link to be accepted', () => links.length === 1);
    return { near, far: links[0] as Link };
  }

  /** Both ends of a new link, opened. `near` has dialled. */
  async pair(): Promise<{ readonly near: End; readonly far: End }> {
    const { near, far } = await this.link();
    return { near: this.open(near), far: this.open(far) };
  }

  open(link: Link, onFirst?: () => void): End {
    const end = new End(link, () => this.#changed(), onFirst);
    this.#ends.push(end);
    link.open(end);
    return end;
  }

  /** Resolves as soon as it is so; looked at whenever a link, a frame or an end has been heard of. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    let look = () => {};
    const so = new Promise<void>((resolve) => {
      look = () => {
        if (isSo()) resolve();
      };
    });
    this.#checks.add(look);
    look();
    await this.within(what, so).finally(() => this.#checks.delete(look));
  }

  async within<Result>(what: string, promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const timer = this.#runtime.setTimer(WAIT_MS, () =>
        reject(new Error(`waited ${WAIT_MS} ms in vain for ${what}`)),
      );
      promise.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  /** What the promise rejects with. */
  async rejection(what: string, promise: Promise<unknown>): Promise<unknown> {
    return this.within(`${what} to reject`, promise).then(
      () => check(false, `${what} did not reject`),
      (error: unknown) => error,
    );
  }

  /** Ends everything, and checks what holds for every link at all times: it ends, and is told so once. */
  async end(): Promise<void> {
    await this.close();
    await this.until('onClose of every link', () => this.#ends.every(({ closes }) => closes.length > 0));
    for (const { closes, callsAfterEnd } of this.#ends) {
      check(closes.length === 1, `onClose was called ${closes.length} times`);
      check(callsAfterEnd === 0, `a handler was called ${callsAfterEnd} times after onClose`);
    }
  }

  async close(): Promise<void> {
    await this.within(
      'close() to resolve',
      Promise.all(this.#transports.map((transport) => transport.close())),
    );
  }

  #changed(): void {
    for (const look of this.#checks) look();
  }
}
