import { parseIp } from '../address/ip.js';
import { rangeOf } from '../address/ranges.js';

/** Whether an address leads to this machine from wherever it is dialled: `127.0.0.1`, `::1`, `localhost`. */
export function isLoopback({ host = '' }: { readonly host?: string }): boolean {
  const bytes = parseIp(host);
  return bytes === undefined ? host === 'localhost' : rangeOf(bytes).scope === 'loopback';
}
