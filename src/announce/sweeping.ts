// Many registrations at once, announced and withdrawn together. Its twin for browsers has none of it: nobody can dial a page, and what is
// told to relays is told one by one.

import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Abortable } from '../runtime/abort.js';
import { Sweep, type SweepDependencies, type SweepTask } from './sweep.js';
import { SweptAnswers, type SweptAnswersDependencies } from './swept-answers.js';
import type { OnSwept } from './turns.js';

export interface SweepingDependencies extends SweptAnswersDependencies, SweepDependencies {
  readonly isDialOnly: () => boolean;
  /** Whether the k closest nodes are all that hold: where a node walks several networks at once, each has its own. */
  readonly isOneNetwork: boolean;
  /** How many nodes there are, about. */
  readonly networkSize: () => number;
}

/** From here on a sweep asks less than one announce after the other does. */
const IDS_IN_REGION = 2;

export class Sweeping {
  readonly #deps: SweepingDependencies;

  constructor(deps: SweepingDependencies) {
    this.#deps = deps;
  }

  /** Whether so many ids cost fewer requests in a sweep: where its regions have two of them and more. */
  isWorth(count: number): boolean {
    const { isDialOnly, isOneNetwork, walker, networkSize } = this.#deps;
    if (count <= limits.announcesAtOnce || !isOneNetwork || isDialOnly()) return false;
    return count * walker.k >= IDS_IN_REGION * networkSize();
  }

  /** @throws the signal's reason. */
  async announce(ids: readonly ContactId[], onSwept: OnSwept, signal: Abortable): Promise<void> {
    const { registrations } = this.#deps.contacts;
    const answers = new SweptAnswers(this.#deps, signal);
    const task: SweepTask = {
      how: 'announced',
      ids,
      contactOf: (id) => registrations.own(id),
      onAnswer: (nodes, from, told) => answers.hear(nodes, from, told),
      onRefused: (own) => answers.refused(own),
      onSwept: async (heard, unheard) => {
        await answers.settle();
        onSwept(heard, unheard);
      },
    };
    await new Sweep(task, this.#deps, signal).run();
    await answers.end();
  }

  /** @throws the signal's reason. */
  withdraw(
    contactOf: SweepTask['contactOf'],
    ids: readonly ContactId[],
    onSwept: OnSwept,
    signal: Abortable,
  ): Promise<void> {
    const task: SweepTask = {
      how: 'withdrawn',
      ids,
      contactOf,
      onAnswer: () => {},
      onRefused: () => {},
      onSwept: async (heard, unheard) => onSwept(heard, unheard),
    };
    return new Sweep(task, this.#deps, signal).run();
  }
}

export function sweepingOf(deps: SweepingDependencies): Sweeping | undefined {
  return new Sweeping(deps);
}
