// Whether a plain object may hold a Proxy, for less than what a structured clone of it costs (bench: `memory`). Its twin for browsers
// is may-hold-proxy.browser.ts.

import { types } from 'node:util';

/** `object`: without cycles, and of no more depth than a contact may have. */
export function mayHoldProxy(object: object): boolean {
  if (types.isProxy(object)) return true;
  for (const key of Object.keys(object)) {
    const value: unknown = (object as Record<string, unknown>)[key];
    if (typeof value === 'object' && value !== null && mayHoldProxy(value)) return true;
  }
  return false;
}
