// Host names, resolved once: the addresses that the guard has seen are those that the connection may go to, whatever the name
// leads to a moment later.
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type DialGuard, DisgoverError, unmapped } from '../../src/plugin.js';

/**
 * The `lookup` of a connection to `port`. What the guard forbids is left out; when nothing is left, the connection fails with
 * what the guard threw first. `resolve`: default the system's, which also reads the hosts file.
 */
export function guardedLookup(
  guard: DialGuard,
  port: number,
  resolve: LookupFunction = systemLookup,
): LookupFunction {
  return (name, options, done) => {
    resolve(name, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const { allowed, denied } = asked(guard, port, found as LookupAddress[]);
      const [first] = allowed;
      if (first === undefined)
        done(denied ?? new DisgoverError('DIAL_FAILED', 'the name has no address'), []);
      else if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

function asked(
  guard: DialGuard,
  port: number,
  found: readonly LookupAddress[],
): { readonly allowed: LookupAddress[]; readonly denied: Error | undefined } {
  const allowed: LookupAddress[] = [];
  let denied: Error | undefined;
  for (const { address: text, family } of found) {
    const address = unmapped(text);
    try {
      guard.checkAddress(address, port);
      allowed.push({ address, family: address === text ? family : 4 });
    } catch (fault) {
      denied ??= fault as Error;
    }
  }
  return { allowed, denied };
}
