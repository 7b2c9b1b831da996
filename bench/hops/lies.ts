// What the adversaries of the simulated network say, once they begin: the same attacks as in the model.

import type { Key } from '../../src/id/key.js';
import { closestOf, EncodedContact, keyOf } from '../lib/internals.js';
import type { Attack } from '../model/adversaries.js';

export class Lies {
  readonly #attack: Attack;
  readonly #k: number;
  #adversaries: readonly EncodedContact[] = [];
  // How many have been handed out, for each target and asker: as many as there are lookups.
  readonly #told = new Map<string, number>();

  constructor(attack: Attack, k: number) {
    this.#attack = attack;
    this.#k = k;
  }

  /** From now on they lie. */
  begin(adversaries: readonly object[]): void {
    this.#adversaries = adversaries.map((contact) => EncodedContact.from(contact));
  }

  tell(target: Key, asker: string): readonly EncodedContact[] | undefined {
    if (this.#adversaries.length === 0) return undefined;
    if (this.#attack === 'fabricating') return this.#forged(target);
    if (this.#attack === 'colluding') return closestOf(target, this.#adversaries, this.#k);
    const lookup = `${Buffer.from(target).toString('base64')} ${asker}`;
    const told = this.#told.get(lookup) ?? 0;
    this.#told.set(lookup, told + this.#k);
    return closestOf(target, this.#adversaries, told + this.#k).slice(told);
  }

  /** Ids that are close because they were looked for, at the address of an adversary, which does not have them. */
  #forged(target: Key): readonly EncodedContact[] {
    const transport = this.#adversaries[0]?.contact.transport;
    const contacts = Array.from({ length: 8 * this.#k }, (_, i) => {
      const id = keyOf(Uint8Array.from([...target, i])).subarray(0, 20);
      return EncodedContact.from({ id: Buffer.from(id).toString('base64'), transport });
    });
    return closestOf(target, contacts, this.#k);
  }
}
