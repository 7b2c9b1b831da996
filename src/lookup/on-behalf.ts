// A walk reaches whom we can dial, and where some nodes cannot dial others, the holders of an id may be none of them. Nodes that
// have answered say that there are such; then a few of them are asked to look for the id themselves, one after the other.

import { asDisgoverError } from '../errors.js';
import { ClosestList } from '../id/closest-list.js';
import type { Key } from '../id/key.js';
import { limits } from '../limits.js';
import type { Abortable } from '../runtime/abort.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes } from '../wire/messages.js';
import { LookupPeer } from './lookup-peer.js';
import type { Visit, WalkStep } from './run-lookup.js';

export interface OnBehalfDependencies {
  readonly now: () => number;
  /** Asks the node to look for the target. Rejects when it does not answer, or will not. */
  readonly findThrough: (contact: EncodedContact, signal: Abortable) => Promise<Nodes>;
  /** Whether the node speaks what we do not. */
  readonly isBridging: (contact: EncodedContact) => boolean;
  /** Nodes that do and were met, the last one first. */
  readonly bridges: () => readonly EncodedContact[];
}

export class OnBehalf {
  readonly #deps: OnBehalfDependencies;
  readonly #beyond: ClosestList<LookupPeer>;
  #isBridged = false;

  constructor(target: Key, deps: OnBehalfDependencies) {
    this.#deps = deps;
    this.#beyond = new ClosestList(target, limits.onBehalfAsked);
  }

  /** A step of the walk: it may tell whom to ask afterwards. */
  note(step: WalkStep): void {
    if (step.type !== 'answered') return;
    if (step.nodes.beyond) this.#beyond.add(step.peer);
    this.#isBridged ||= this.#deps.isBridging(step.peer.contact);
  }

  /** Asks them, until `visit` has seen enough. Resolves to whether it has. @throws the signal's reason. */
  async ask(signal: Abortable, visit: Visit): Promise<boolean> {
    for (const peer of this.#toAsk()) {
      signal.throwIfAborted();
      if (visit(await this.#ask(peer, signal))) return true;
    }
    return false;
  }

  /** Whoever could know such nodes and was asked would have said so. Where none was, one that we have met may. */
  #toAsk(): readonly LookupPeer[] {
    if (this.#beyond.items.length > 0) return this.#beyond.items;
    const met = this.#isBridged ? [] : this.#deps.bridges().slice(0, limits.onBehalfAsked);
    return met.map((contact) => new LookupPeer(contact));
  }

  async #ask(peer: LookupPeer, signal: Abortable): Promise<WalkStep> {
    const { now, findThrough } = this.#deps;
    const sentAt = now();
    try {
      const nodes = await findThrough(peer.contact, signal);
      return { type: 'answered', peer, nodes, ms: now() - sentAt, isOnBehalf: true };
    } catch (fault) {
      signal.throwIfAborted();
      return { type: 'failed', peer, fault: asDisgoverError(fault), ms: now() - sentAt, isOnBehalf: true };
    }
  }
}
