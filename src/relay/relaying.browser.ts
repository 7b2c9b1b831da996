// Nobody can dial a page, so that it is no relay: the same as relaying.ts, of which nothing ever happens.

import type { Refusal } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import type { Session } from '../session/session.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { OnwardDependencies } from './onward.js';

export class Passages {
  readonly size = 0;

  // biome-ignore lint/complexity/noUselessConstructor: what its twin takes
  constructor(_own: ContactId) {}

  open(_contact: EncodedContact, _session: Session): boolean {
    return false;
  }

  close(_id: ContactId, _session: Session): boolean {
    return false;
  }

  forget(_session: Session): void {}

  passOn(_id: ContactId, _asker?: Session): Promise<EncodedContact | undefined> | Refusal | undefined {
    return undefined;
  }
}

export class Onward {
  readonly size = 0;
  readonly hosts = 0;
  readonly shares = 0;

  // biome-ignore lint/complexity/noUselessConstructor: what its twin takes
  constructor(_deps: OnwardDependencies) {}

  add(_how: 'announced' | 'withdrawn', _contact: EncodedContact, _session: Session): void {}

  forget(_session: Session): void {}

  close(): void {}
}
