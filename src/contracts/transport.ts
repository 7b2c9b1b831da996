// What carries frames between nodes. A transport moves whole frames and knows nothing of ids, requests or deadlines.

import type { FaultCode } from '../errors.js';

/**
 * One address, opaque to all but the transport of that `type`. `host` and `port` are what nearly all of them have;
 * anything else is the transport's own.
 */
export interface TransportInfo {
  /** The `name` of the transport that can dial it. */
  readonly type: string;
  readonly host?: string;
  readonly port?: number;
  /**
   * The id of a node: the host of the contact cannot be dialled, and that node, at this address, passes PINGs on to it. Filled in
   * by `register`; an address of a node itself has none.
   */
  readonly via?: string;
  readonly [field: string]: unknown;
}

/**
 * Asked by a transport on its way to a connection, so that no peer makes the node dial where it must not. Absent in `dial`:
 * nothing is forbidden. Both functions throw a `DisgoverError`, with which the dial rejects.
 */
export interface DialGuard {
  /** Before a host name is resolved: resolving it is an act of its own. */
  checkName(name: string): void;
  /** The address that is about to be connected to, after resolution: a canonical IP literal. The connection goes there and nowhere else. */
  checkAddress(address: string, port: number): void;
}

export interface DialOptions {
  readonly signal: AbortSignal;
  readonly guard?: DialGuard | undefined;
}

/**
 * A way to reach other nodes: `tcp({ host, port })`, `memory({ network })`, a stranger's own. Run the compliance suite
 * of `disgover/testing` on it. One instance serves one node.
 */
export interface Transport {
  /** Matches `TransportInfo.type`: `tcp`, `ws`, `memory`. */
  readonly name: string;

  /**
   * Starts to accept links and resolves to what others dial. Resolves to `undefined` when it cannot be dialled (a browser,
   * a command-line client): then only `dial` is used. Called once, before any `dial`;
   * rejects with `ERR_BAD_OPTION` when it is called again, as that is another node's.
   * `onLink` is called once for each accepted link, before any frame of it is read.
   * Rejects with `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`, and with `ERR_CLOSED` once `close` was called.
   */
  listen(onLink: (link: Link) => void): Promise<TransportInfo | undefined>;

  /**
   * Opens a link. Rejects with `ERR_DIAL_FAILED` (`cause` says why) when it cannot, `ERR_BAD_HOST` or `ERR_BAD_PORT` when
   * `info` cannot be an address, with `ERR_TLS_FAILED` where an encrypted link was wanted and did not come about, with what the
   * `guard` throws, and with `signal.reason` as soon as the signal aborts, leaving nothing behind.
   * A deadline is the caller's business: the signal carries it.
   */
  dial(info: TransportInfo, options: DialOptions): Promise<Link>;

  /** Stops listening and ends every link. Resolves when nothing is left open. May be called more than once, at any moment. */
  close(): Promise<void>;
}

/** What a link tells its owner. None of the functions throws. */
export interface LinkHandlers {
  /** One whole frame, in order. The bytes are only good during the call: what is kept must be copied. */
  onFrame(frame: Uint8Array): void;
  /**
   * A frame has begun and not yet ended. A stream calls it whenever what it has read ends within a frame, so that the engine can
   * set a deadline; a transport of whole messages never does.
   */
  onPartialFrame(): void;
  /** The link has ended, by either side; called exactly once, nothing follows. `reason` is a code where there is one. */
  onClose(reason?: LinkCloseReason): void;
}

export interface LinkCloseReason {
  /** Why, as an error code without `ERR_`: `FRAME_TOO_LARGE`, `SLOW_READER`, …; `LINK_LOST` when the other end went away. */
  readonly code: FaultCode;
  readonly detail?: string;
}

/** A duplex of whole frames to one remote end. */
export interface Link {
  /** The remote end, for logs: `127.0.0.1:53212`. */
  readonly remote: string;

  /**
   * The largest frame to accept, in bytes. A longer one ends the link with `FRAME_TOO_LARGE` before anything is allocated
   * for it. Starts at 4 KiB; the engine raises it once the peer is known.
   */
  maxFrameBytes: number;

  /** Whether the other end has not caught up since `send` last returned false. The engine ends a link that stays so for 10 s. */
  readonly isCongested: boolean;

  /** Called once, by the engine, before any frame is read: frames that arrive earlier wait. */
  open(handlers: LinkHandlers): void;

  /**
   * Sends one frame, in order. The bytes are copied or written before it returns, so the caller may reuse them. Frames sent in
   * one turn of the event loop leave together. Returns false when the other end does not keep up (it is not lost: a
   * hint to stop); a link whose unsent bytes pass the transport's ceiling ends with `SLOW_READER`. Does nothing after the end.
   */
  send(frame: Uint8Array): boolean;

  /**
   * Hands over no more frames until `resume`; what arrives waits, and in the end the other end is slowed down. The one whose
   * handler calls it may be the last. Both idempotent.
   */
  pause(): void;
  resume(): void;

  /** Ends the link after what was sent has left, or at once when the other end does not read. Idempotent. */
  close(reason?: LinkCloseReason): void;

  /**
   * Whether the link itself shows that its remote end is the host named in `info`: its address, as the network routes it, in
   * a range where addresses are not forged. Absent or false: the engine dials back before it believes the address.
   */
  attests?(info: TransportInfo): boolean;
}
