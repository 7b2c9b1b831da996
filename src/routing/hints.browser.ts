// A page remembers nobody beyond its table: it lives for minutes, and can dial few. Its twin is hints.ts.

import type { Key } from '../id/key.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export class Hints {
  readonly size = 0;
  readonly most = 0;
  readonly bytes = 0;

  // biome-ignore lint/complexity/noUselessConstructor: what its twin takes
  constructor(_bytes: number) {}

  heard(_contact: EncodedContact, _teller: Key, _now: number): void {}

  answered(_contact: EncodedContact, _now: number): void {}

  forget(_key: Key): void {}

  closest(_target: Key, _count: number, _now: number, _bar?: Key): readonly EncodedContact[] {
    return [];
  }
}
