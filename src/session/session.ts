// A link with a peer: HELLO and PROOF once, the admission hook, then frames, which go to the one door of rpc.

import type { Contact } from '../contracts/contact.js';
import type { Link, LinkCloseReason, TransportInfo } from '../contracts/transport.js';
import { DisgoverError, type FaultCode, faultOfPeer, quoteThrown, Refusal, SAID_BY_PEER } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { addressesOf, addressKey } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { decode } from '../wire/decode.js';
import { encode } from '../wire/encode.js';
import { type BadFrame, type Hello, Kind, type Message, type Proof } from '../wire/messages.js';
import { Handshake, type HandshakeContext } from './handshake.js';
import { PendingRequests } from './pending-requests.js';
import { RoundTrip } from './round-trip.js';

/** What a session needs of the node that it belongs to. */
export interface SessionHost {
  readonly now: () => number;
  readonly alarms: Alarms;
  readonly handshake: HandshakeContext;
  /** Whether a peer that has proved itself may come in. Absent: whoever has proved itself may. */
  readonly admit?: Admit | undefined;
  /** Round trips of all peers together: what to expect of one that was never asked. */
  readonly roundTrip: RoundTrip;
  /** The peer has proved itself, as far as the group asks for it, and was admitted. */
  onOpen(session: Session): void;
  /** A whole frame after HELLO. In a group that asks for no proof, also of a peer that has not proved itself yet. */
  onFrame(session: Session, frame: Uint8Array): void;
  /** The peer did what it must not; the session goes on or ends by itself. */
  onRefused(session: Session, refusal: Refusal): void;
  onClosed(session: Session): void;
  /** A fault of our own, met while a frame was handled. */
  onFault(fault: unknown): void;
}

/** Why a peer ends a session when nobody is at fault. */
const GOODBYES: ReadonlySet<FaultCode> = new Set(['IDLE', 'TOO_MANY_SESSIONS', 'LINK_LOST']);

/** The application's veto: whether the peer may come in. `remote`: the other end of its link. */
export type Admit = (contact: Contact, from: { readonly remote: string }) => boolean | Promise<boolean>;

export interface Dialled {
  readonly address: TransportInfo;
  /** Absent for a seed that is known by its address only. */
  readonly id: ContactId | undefined;
}

interface HeldFrame {
  /** Of a request of ours: it goes when nobody waits for the answer any more. */
  readonly requestId: number | undefined;
  readonly frame: Uint8Array;
}

export class Session {
  /** Who is at the other end, or says so: known once its HELLO was accepted. */
  peer: EncodedContact | undefined;
  /** Whether the peer has proved itself, as far as the group asks for it, and was admitted. Stays so when the session has ended. */
  isProved = false;
  /** Whether the address in the peer's contact is known to be the peer's: we dialled it, or the link shows it. */
  isAddressProved = false;
  /** Whether it has answered a request. */
  hasAnswered = false;
  /** What the peer said in HELLO when it was refused for its id: who it really is. */
  refusedPeer: EncodedContact | undefined;
  /** The nonce of a HELLO that claims to be this node. It is, if that nonce is ours; otherwise somebody else has our id. */
  claimedNonce: Uint8Array | undefined;
  /** Whether the other end is an end of this node, too. Known before it refuses this one. */
  isOurselves = false;
  readonly isDialled: boolean;
  /** The name of the transport that its link is of. */
  readonly linkType: string;
  /** For dialled sessions: where, and for which id where one was known. */
  readonly dialledAddress: TransportInfo | undefined;
  readonly dialledId: ContactId | undefined;
  readonly pending: PendingRequests;
  readonly roundTrip = new RoundTrip();
  /** When a frame last came in. What we send does not count: a link whose other end is gone would be used for ever. */
  lastUsedAt: number;
  lastRequestId = 0;
  unsolicitedReplies = 0;

  readonly #link: Link;
  readonly #host: SessionHost;
  readonly #handshake: Handshake;
  #endedBy: Refusal | undefined;
  #handshakeAlarm: Alarm | undefined;
  #frameAlarm: Alarm | undefined;
  #stuckAlarm: Alarm | undefined;
  #sentEarly = 0;
  #receivedEarly = 0;
  // Frames that may only leave once the peer is known. Bounded by limits.requestsInFlightPerPeer, and for answers by
  // limits.framesBeforeHello.
  #held: HeldFrame[] = [];
  // Frames that are only read once the peer is known. Bounded by limits.framesBeforeHello.
  #unread: Uint8Array[] = [];

  constructor(link: Link, linkType: string, host: SessionHost, dialled?: Dialled) {
    this.#link = link;
    this.linkType = linkType;
    this.#host = host;
    this.isDialled = dialled !== undefined;
    this.dialledAddress = dialled?.address;
    this.dialledId = dialled?.id;
    this.#handshake = new Handshake(host.handshake, this.isDialled, this.dialledId);
    this.lastUsedAt = host.now();
    this.pending = new PendingRequests({
      now: host.now,
      alarms: host.alarms,
      roundTrips: [this.roundTrip, host.roundTrip],
      send: (request) => this.send(request),
      onAbandoned: (requestId) => {
        if (this.#held.length > 0) this.#held = this.#held.filter((held) => held.requestId !== requestId);
      },
      onSpent: () => this.close('IDLE', 'all request ids are used'),
    });
  }

  /** Starts to read; a dialler says HELLO at once, so that its first request can follow in the same write. */
  start(): void {
    this.#handshakeAlarm = this.#host.alarms.after(limits.handshakeMs, () =>
      this.#refuse(
        new Refusal(
          'HANDSHAKE_TIMEOUT',
          `no ${this.peer === undefined ? 'HELLO' : 'PROOF'} in ${limits.handshakeMs} ms`,
        ),
      ),
    );
    if (this.isDialled) this.#sendHello();
    this.#link.open({
      onFrame: (frame) => this.#onFrame(frame),
      onPartialFrame: () => this.#onPartialFrame(),
      onClose: (reason) => this.#onClose(reason),
    });
  }

  get remote(): string {
    return this.#link.remote;
  }

  get isOpen(): boolean {
    return this.isProved && this.#endedBy === undefined;
  }

  /** Of the HELLO that was sent. */
  get nonce(): Uint8Array | undefined {
    return this.#handshake.nonce;
  }

  /** Why the session has ended; `undefined` while it has not. */
  get endedBy(): Refusal | undefined {
    return this.#endedBy;
  }

  /** Encodes and sends. Before the peer is known, what a stranger must not get, or cannot take, waits. */
  send(message: Message): void {
    if (this.#endedBy !== undefined) return;
    const frame = encode(message);
    if (this.isProved || message.type === 'close') return this.#transmit(frame);
    if (this.#held.length > 0 || !this.#maySendEarly(message, frame)) {
      const isRequest = message.type === 'ping' || message.type === 'findNode';
      this.#held.push({ requestId: isRequest ? message.requestId : undefined, frame: frame.slice() });
    } else {
      this.#sentEarly++;
      this.#transmit(frame);
    }
  }

  /** Requests may travel with HELLO, and answers to such, unless the group wants proofs first. What is announced is for peers that are known. */
  #maySendEarly(message: Message, frame: Uint8Array): boolean {
    if (this.#isStrict) return false;
    if (!this.isDialled) return true;
    if (message.type === 'findNode' && message.announced.length + message.withdrawn.length > 0) {
      return !this.#handshake.announcesProof && this.#fitsEarly(frame);
    }
    return this.#fitsEarly(frame);
  }

  #fitsEarly(frame: Uint8Array): boolean {
    return this.#sentEarly < limits.framesBeforeHello && frame.length <= limits.frameBeforeHelloBytes;
  }

  /** Nothing is asked and nothing answered before both sides have proved themselves. */
  get #isStrict(): boolean {
    const { handshake, admit } = this.#host;
    return handshake.requiresIdentity || handshake.secrets.isRequired || admit !== undefined;
  }

  /** Who does not read what is sent for 10 s is not waited for any longer. */
  #transmit(frame: Uint8Array): void {
    if (this.#link.send(frame)) {
      this.#stuckAlarm?.cancel();
      this.#stuckAlarm = undefined;
      return;
    }
    this.#stuckAlarm ??= this.#host.alarms.after(limits.linkStuckMs, () => {
      this.#stuckAlarm = undefined;
      if (this.#link.isCongested)
        this.#refuse(new Refusal('SLOW_READER', `nothing read in ${limits.linkStuckMs} ms`));
    });
  }

  /** Ends the session; the peer is told the code and nothing else. Idempotent. */
  close(code: FaultCode, detail: string): void {
    if (this.#endedBy !== undefined) return;
    this.send({ type: 'close', code });
    this.#end(new Refusal(code, detail));
    this.#link.close();
  }

  /** For who has opened it for a request: ends it where that was all that either side asked. */
  closeAfterOne(): void {
    const { sent, size } = this.pending;
    if (sent === 1 && size === 0 && this.lastRequestId === 0) this.close('IDLE', 'it was for one request');
  }

  /** The peer has said CLOSE: nothing more is said. */
  endByPeer(code: string): void {
    if (this.#endedBy !== undefined) return;
    const reason = faultOfPeer(code, 'close');
    if (!GOODBYES.has(reason.code)) this.#host.onRefused(this, new Refusal(reason.code, SAID_BY_PEER));
    this.#end(reason);
    this.#link.close();
  }

  #onFrame(frame: Uint8Array): void {
    if (this.#endedBy !== undefined) return;
    this.#frameAlarm?.cancel();
    this.#frameAlarm = undefined;
    this.lastUsedAt = this.#host.now();
    try {
      if (this.isProved) this.#host.onFrame(this, frame);
      else if (this.peer === undefined) this.#onFirstFrame(frame);
      else this.#onEarlyFrame(frame);
    } catch (fault) {
      // A fault of our own that a peer has found ends its session, and never the process.
      this.#host.onFault(fault);
      this.close('INTERNAL', 'a fault of this node');
    }
  }

  #onFirstFrame(frame: Uint8Array): void {
    const message = decode(frame);
    if (message.type === 'close') return this.endByPeer(message.code);
    if (message.type === 'bad' && message.of === 'other')
      return this.#refuse(new Refusal(message.code, message.detail));
    if (message.type !== 'hello')
      return this.#refuse(
        new Refusal('HELLO_EXPECTED', `got ${message.type === 'bad' ? message.of : message.type}`),
      );
    this.#onHello(message, frame);
  }

  #onHello(hello: Hello, frame: Uint8Array): void {
    const refusal = this.#handshake.receiveHello(hello, frame);
    if (refusal !== undefined) {
      // Both sides remember the true id: who dialled the wrong one learns ours before the link ends.
      if (refusal.code === 'ID_MISMATCH') {
        this.refusedPeer = hello.contact;
        if (!this.isDialled) this.#sendHello();
      }
      if (refusal.code === 'SELF_CONNECT') this.claimedNonce = hello.nonce;
      return this.#refuse(refusal);
    }
    if (!this.isDialled) this.#sendHello();
    const proof = this.#handshake.makeProof();
    if (proof !== undefined) this.#transmit(proof);
    this.peer = hello.contact;
    if (!this.#handshake.awaitsProof) this.#onKnown();
  }

  /** Between HELLO and the end of the handshake. */
  #onEarlyFrame(frame: Uint8Array): void {
    if (frame[0] === Kind.proof && this.#handshake.awaitsProof) return this.#onProof(decode(frame));
    if (frame[0] === Kind.close || frame[0] === Kind.hello) return this.#host.onFrame(this, frame);
    // Who was dialled proves itself at once.
    if (this.isDialled) return this.#refuse(new Refusal('PROOF_REQUIRED', 'another frame came before it'));
    if (++this.#receivedEarly >= limits.framesBeforeHello) {
      const most = limits.framesBeforeHello;
      return this.#refuse(
        new Refusal('HELLO_EXPECTED', `more than ${most} frames before the peer is proved`),
      );
    }
    // In order, also where what the group asks for is changed meanwhile.
    if (this.#isStrict || this.#unread.length > 0) this.#unread.push(frame.slice());
    else this.#host.onFrame(this, frame);
  }

  #onProof(proof: Proof | Message | BadFrame): void {
    if (proof.type !== 'proof') {
      const { code, detail } = proof as BadFrame;
      return this.#refuse(new Refusal(code, detail));
    }
    const refusal = this.#handshake.receiveProof(proof);
    if (refusal !== undefined) this.#refuse(refusal);
    else this.#onKnown();
  }

  /** The peer is who it says. What remains is whether it is welcome. */
  #onKnown(): void {
    this.#handshakeAlarm?.cancel();
    const { admit } = this.#host;
    if (admit === undefined) return this.#open();
    // Nothing is read meanwhile, so that nothing has to be kept; and nothing asked, so that the peer is not late.
    this.#link.pause();
    this.pending.hold();
    this.#handshakeAlarm = this.#host.alarms.after(limits.admissionMs, () =>
      this.#refuse(new Refusal('NOT_ADMITTED', `no decision in ${limits.admissionMs} ms`)),
    );
    this.#consult(admit).catch((fault) => {
      this.#host.onFault(fault);
      this.close('INTERNAL', 'a fault of this node');
    });
  }

  async #consult(admit: Admit): Promise<void> {
    let isAdmitted = false;
    let why = 'by the admission hook';
    try {
      isAdmitted = (await admit((this.peer as EncodedContact).contact, { remote: this.remote })) === true;
    } catch (cause) {
      why = `admit threw: ${quoteThrown(cause)}`;
      this.#host.onFault(new DisgoverError('NOT_ADMITTED', why, { cause }));
    }
    if (this.#endedBy !== undefined) return;
    if (!isAdmitted) return this.#refuse(new Refusal('NOT_ADMITTED', why));
    this.#handshakeAlarm?.cancel();
    this.pending.release();
    this.#open();
    this.#link.resume();
  }

  #open(): void {
    const peer = this.peer as EncodedContact;
    this.#link.maxFrameBytes = limits.frameBytes;
    this.isAddressProved = this.#isProvedAt(addressesOf(peer));
    this.isProved = true;
    this.#handshake.finish();
    for (const { frame } of this.#held.splice(0)) this.#transmit(frame);
    this.#host.onOpen(this);
    for (const frame of this.#unread.splice(0)) this.#onFrame(frame);
  }

  /** Who answers at one address may still claim another: what counts is where it was dialled, or what the link shows. */
  #isProvedAt(addresses: readonly TransportInfo[]): boolean {
    const dialled = this.dialledAddress && addressKey(this.dialledAddress);
    if (addresses.some((address) => addressKey(address) === dialled)) return true;
    return addresses.length > 0 && addresses.every((address) => this.#link.attests?.(address) ?? false);
  }

  #sendHello(): void {
    this.#sentEarly++;
    this.#link.send(this.#handshake.makeHello());
  }

  /** From the first byte of a frame to the last: bytes that trickle do not extend it. */
  #onPartialFrame(): void {
    this.#frameAlarm ??= this.#host.alarms.after(limits.frameMs, () =>
      this.#refuse(new Refusal('FRAME_TIMEOUT', `a frame took longer than ${limits.frameMs} ms`)),
    );
  }

  #refuse(refusal: Refusal): void {
    if (this.#endedBy !== undefined) return;
    this.#host.onRefused(this, refusal);
    this.close(refusal.code, refusal.detail);
  }

  #onClose(reason: LinkCloseReason | undefined): void {
    if (this.#endedBy !== undefined) return;
    const { code, detail: said = 'the link ended' } = reason ?? { code: 'LINK_LOST' as const };
    const isOfStranger = code === 'FRAME_TOO_LARGE' && !this.isProved;
    const detail = isOfStranger ? `${said} before the peer is proved` : said;
    if (code !== 'LINK_LOST') this.#host.onRefused(this, new Refusal(code, detail));
    this.#end(new Refusal(code, detail));
  }

  #end(told: Refusal): void {
    // That we dialled ourselves we know by our nonce alone: a seed that only says so could keep us from ever dialling it again.
    const isLie = told.code === 'SELF_CONNECT' && this.isDialled && !this.isOurselves;
    const reason = isLie ? new Refusal('ID_MISMATCH', 'another node says that it is this one') : told;
    this.#endedBy = reason;
    this.#handshakeAlarm?.cancel();
    this.#frameAlarm?.cancel();
    this.#stuckAlarm?.cancel();
    this.#held = [];
    this.#unread = [];
    // First: what fails now may be asked again, and not over this one.
    this.#host.onClosed(this);
    this.pending.end(reason);
  }
}
