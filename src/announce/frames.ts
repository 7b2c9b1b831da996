// What one node is told, in as few FIND-NODEs as fit.

import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';

/** The contacts in their order, cut into lists of which each fits a frame and leaves the answer room for as much again. */
export function* framesOf(contacts: Iterable<EncodedContact>): Iterable<readonly EncodedContact[]> {
  let frame: EncodedContact[] = [];
  let bytes = 0;
  for (const contact of contacts) {
    const length = contact.bytes.length + LENGTH_BYTES;
    if (frame.length === limits.contactsInAnnounce || bytes + length > limits.sweepFrameBytes) {
      yield frame;
      frame = [];
      bytes = 0;
    }
    frame.push(contact);
    bytes += length;
  }
  if (frame.length > 0) yield frame;
}

/** Of the length before each contact. */
const LENGTH_BYTES = 2;
