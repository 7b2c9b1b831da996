// What disgover finds. Everything is a contact: nodes, actors, service names.

import type { ContactId } from '../id/contact-id.js';
import type { TransportInfo } from './transport.js';

/** A value that JSON carries unchanged. Numbers are finite and, where whole, safe integers. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A JSON value of at most 3 KiB encoded. Contacts that the engine hands out are frozen at every depth.
 *
 * Any property beside these three belongs to the arbiter (`vectorClock`, `timestamp`, …) and travels with the contact
 * everywhere, unchanged.
 */
export interface Contact<Data = unknown> {
  /** Canonical padded base64 of 1 to 255 bytes. */
  readonly id: ContactId;
  /** The application's own, kept small: a contact says where something is, it does not hold it. */
  readonly data?: Data;
  /** Where the hosting node can be dialled. Absent: nobody dials it (a dial-only node, or data about a set). */
  readonly transport?: TransportInfo | readonly TransportInfo[];
  readonly [field: string]: unknown;
}

/** A contact as the application writes it: the id may be missing (20 random bytes are filled in), or a plain string. */
export interface ContactInput<Data = unknown> {
  readonly id?: string;
  readonly data?: Data;
  readonly transport?: TransportInfo | readonly TransportInfo[];
  readonly [field: string]: unknown;
}
