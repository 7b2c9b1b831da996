// A page meets few contacts, and reads each as it comes. Its twin is met-contacts.ts.

import { EncodedContact } from './contact-codec.js';
import { copyOf } from './slab.js';

export function meetContacts(): () => void {
  return () => {};
}

export function contactIn(frame: Uint8Array, start: number, end: number): EncodedContact {
  return EncodedContact.ofBytes(copyOf(frame, start, end));
}
