// What nodes say to each other, as one tagged union. docs/PROTOCOL.md is the same in bytes.

import type { FaultCode } from '../errors.js';
import type { Key } from '../id/key.js';
import type { EncodedContact } from './contact-codec.js';

/** The versions of the protocol that this engine speaks. */
export const protocolVersions = { min: 1, max: 1 } as const;

/** The first bytes of every HELLO after its kind: `DSGV`. */
export const MAGIC: Uint8Array = Uint8Array.of(0x44, 0x53, 0x47, 0x56);

export const NONCE_BYTES = 16;

/** The first byte of each frame. Replies have the highest bit. */
export const Kind = {
  hello: 0x01,
  proof: 0x02,
  close: 0x03,
  ping: 0x10,
  findNode: 0x11,
  pong: 0x90,
  nodes: 0x91,
  error: 0x9f,
} as const;

/** The optional parts of HELLO, by tag. */
export const HelloPart = { key: 1, exchangeKey: 2, remembered: 3, secret: 4 } as const;

/** The optional parts of FIND-NODE, and of NODES. */
export const FindNodePart = { onBehalf: 1, exactWillDo: 2 } as const;
export const NodesPart = { beyond: 1 } as const;

export const PUBLIC_KEY_BYTES = 32;
export const KEYED_HASH_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** Says who sends it, and who is expected at the other end. The first frame of both sides, once. */
export interface Hello {
  readonly type: 'hello';
  readonly minVersion: number;
  readonly maxVersion: number;
  /** 16 bytes, fresh for every link. */
  readonly nonce: Uint8Array;
  readonly group: string;
  /** The bytes of the id that was dialled; absent for a seed known by its address only, and from the side that was dialled. */
  readonly expectedId?: Uint8Array;
  readonly contact: EncodedContact;
  /** The Ed25519 public key that the id is made of: a PROOF by it follows. */
  readonly key?: Uint8Array;
  /** The X25519 public key that keyed proofs are agreed on with; the same for as long as the process runs. Beside `key` only. */
  readonly exchangeKey?: Uint8Array;
  /** The exchange key of the other end, where it has proved that it is its own: a keyed proof will do. */
  readonly remembered?: Uint8Array;
  /** A PROOF of the group's secret follows. */
  readonly provesSecret?: boolean;
}

/** Proves what HELLO claims, over the HELLOs of both sides. Sent once, by who has said in HELLO that it follows. */
export interface Proof {
  readonly type: 'proof';
  readonly identity?: { readonly how: 'signed' | 'keyed'; readonly bytes: Uint8Array };
  /** 32 bytes. */
  readonly secret?: Uint8Array;
}

/** The last frame on a link: why it ends. */
export interface Close {
  readonly type: 'close';
  readonly code: string;
}

/** Asks whether the node hosts the id. */
export interface Ping {
  readonly type: 'ping';
  readonly requestId: number;
  readonly id: Uint8Array;
}

/** The current contact of the id, or that the node does not host it. */
export interface Pong {
  readonly type: 'pong';
  readonly requestId: number;
  readonly contact?: EncodedContact;
}

/** An id, which may be found exactly, or a bare key, which is only approached (refresh, sweeps). */
export type Target = { readonly id: Uint8Array } | { readonly key: Key };

/** Asks for the id and for the closest nodes; may announce contacts that the sender hosts, and withdraw such. */
export interface FindNode {
  readonly type: 'findNode';
  readonly requestId: number;
  readonly target: Target;
  readonly announced: readonly EncodedContact[];
  readonly withdrawn: readonly EncodedContact[];
  /** The receiver is to look for the id itself, among those too that the sender cannot dial. */
  readonly onBehalf?: boolean;
  /** Who has the exact contact need not name nodes. */
  readonly exactWillDo?: boolean;
}

export interface Nodes {
  readonly type: 'nodes';
  readonly requestId: number;
  /** The contact of exactly the target id, where the node hosts or holds it, and the seconds for which it will. */
  readonly exact?: { readonly contact: EncodedContact; readonly ttlSeconds: number };
  /** The k nodes closest to the target that the answering node has verified; neither itself nor the asker. None where the exact will do. */
  readonly contacts: readonly EncodedContact[];
  /** For announced contacts: what the node held for the id before, where that was another contact. */
  readonly conflicts: readonly EncodedContact[];
  /** The answering node knows nodes that the asker cannot dial. */
  readonly beyond?: boolean;
}

/** The answer to a request that is refused. */
export interface Fault {
  readonly type: 'error';
  readonly requestId: number;
  readonly code: string;
}

export type Request = Ping | FindNode;
export type Reply = Pong | Nodes | Fault;
export type Message = Hello | Proof | Close | Request | Reply;

/** A frame that cannot be understood: why, and what could be read of it. */
export interface BadFrame {
  readonly type: 'bad';
  readonly code: FaultCode;
  readonly detail: string;
  /** What the frame would have been. An unknown kind is taken for a request; `other`: no kind, HELLO, PROOF or CLOSE. */
  readonly of: 'request' | 'reply' | 'other';
  /** Absent when the frame ends before it. */
  readonly requestId?: number;
}
