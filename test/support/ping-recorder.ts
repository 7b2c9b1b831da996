// Pings that are written down, and answered as the test says.

import { DisgoverError } from '../../src/errors.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';

export interface PingRecorder {
  /** The contacts that were pinged, first ones first. */
  readonly pinged: EncodedContact[];
  /** Ids that do not answer from now on. */
  readonly dead: Set<string>;
  readonly ping: (contact: EncodedContact) => Promise<void>;
}

export function pingRecorder(...dead: readonly EncodedContact[]): PingRecorder {
  const recorder = {
    pinged: [] as EncodedContact[],
    dead: new Set<string>(dead.map(({ id }) => id)),
    async ping(contact: EncodedContact) {
      recorder.pinged.push(contact);
      if (recorder.dead.has(contact.id)) throw new DisgoverError('TIMEOUT', 'no answer');
    },
  };
  return recorder;
}
