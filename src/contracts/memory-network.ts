// What the memory transport asks of a network. `Hub` of disgover/transports/memory and `SimulatedNetwork` of disgover/testing are
// such networks; they decide when, and whether, something arrives. The rest of a link is the transport's.

export interface MemoryAddress {
  readonly host: string;
  /** 0: an end that only dials, and that nobody can dial. */
  readonly port: number;
}

/** The link's half of one end of a wire: what the network tells it. Neither function throws. */
export interface WireEnd {
  /** False until somebody reads: frames that arrive wait, and the other end is not to send more than a little. */
  readonly isReading: boolean;
  /** A frame has arrived, for the end to keep. */
  onFrame(frame: Uint8Array): void;
  /** The other end is gone; nothing follows. */
  onEnd(): void;
}

/** The network's half of one end of a wire. What is sent arrives in order, or not at all. */
export interface Wire {
  readonly remote: MemoryAddress;
  /** Whether the other end reads. */
  readonly isRead: boolean;
  /** The frame is given away: the sender does not touch it again. */
  send(frame: Uint8Array): void;
  /** This end is gone: the other hears of it after all that was sent, and nothing arrives here any more. */
  end(): void;
}

/** Puts a link at its end of a new wire. */
export type Attach = (wire: Wire) => WireEnd;

export interface MemoryNetwork {
  /** Who accepts wires at which `host:port`. Written by the transports, one entry for each that listens. */
  readonly listeners: Map<string, Attach>;
  /**
   * Lays a wire to whoever listens at `to`, and attaches both ends, the far one first; or says that nobody accepts it. Never
   * within the call. Returns what gives up the dial: neither is called then, and a far end that was attached already hears
   * that the wire has ended.
   */
  connect(from: MemoryAddress, to: MemoryAddress, attach: Attach, onRefused: () => void): () => void;
}
