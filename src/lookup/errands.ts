// At a node that others ask to look for them: so many at a time, beside what is looked for here, and none for who has left.

import { DisgoverError, Refusal } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import { type Abortable, AbortScope } from '../runtime/abort.js';
import type { Session } from '../session/session.js';

interface Errand {
  count: number;
  readonly stop: AbortScope;
}

/** Nobody sees it: who asked has left. */
const left = new DisgoverError('LINK_LOST', 'the asker has left');

export class Errands<Found> {
  readonly #find: (id: ContactId, signal: Abortable) => Promise<Found | undefined>;
  // Who has asked. Bounded by limits.errands, each by limits.errandsPerSession.
  readonly #underWay = new Map<Session, Errand>();
  #count = 0;

  /** `find`: never asks others to do it in our stead, or two nodes would send each other round. */
  constructor(find: (id: ContactId, signal: Abortable) => Promise<Found | undefined>) {
    this.#find = find;
  }

  get size(): number {
    return this.#count;
  }

  /** Resolves to what was found; to a Refusal, as it returns one, where there is no place for it. Rejects for faults of our own. */
  run(id: ContactId, asker: Session): Promise<Found | undefined | Refusal> | Refusal {
    const errand = this.#underWay.get(asker) ?? { count: 0, stop: new AbortScope() };
    if (this.#count >= limits.errands || errand.count >= limits.errandsPerSession) return tooMany();
    this.#underWay.set(asker, errand);
    errand.count++;
    this.#count++;
    return this.#run(id, asker, errand);
  }

  /** The session has ended. */
  forget(asker: Session): void {
    this.#underWay.get(asker)?.stop.abort(left);
  }

  async #run(id: ContactId, asker: Session, errand: Errand): Promise<Found | undefined | Refusal> {
    try {
      return await this.#find(id, errand.stop);
    } catch (fault) {
      if (!(fault instanceof DisgoverError)) throw fault;
      // Nobody was reached, or not in time: to the asker that is nothing. That we have no time is told.
      return fault.code === 'ERR_BUSY' ? tooMany() : undefined;
    } finally {
      this.#count--;
      errand.count--;
      if (errand.count === 0) this.#underWay.delete(asker);
    }
  }
}

function tooMany(): Refusal {
  return new Refusal('RATE_LIMITED', 'FIND-NODEs on behalf of others');
}
