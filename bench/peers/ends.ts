// What can be at the two ends of an exchange of PINGs: the nodes of each library, and bare sockets.

import { libraryNames, loadLibrary } from './libraries.js';
import type { Pingable } from './peer.js';

/** What every other rate is divided by. */
export const ECHO = 'echo';
export const JOINED_ECHO = 'echo, joined';
export const BY_HAND = 'disgover-tcp, by hand';

const WITHIN_ONE_PROCESS: ReadonlySet<string> = new Set(['disgover-memory']);
/** Differs from another in its lookups alone. */
const PINGS_ALIKE: ReadonlySet<string> = new Set(['dht-rpc-early']);

export const pingers = libraryNames.filter((name) => !WITHIN_ONE_PROCESS.has(name) && !PINGS_ALIKE.has(name));

export async function startEnd(name: string): Promise<Pingable> {
  if (name === ECHO) return (await import('./echo.js')).startEcho();
  if (name === JOINED_ECHO) return (await import('./echo.js')).startJoinedEcho();
  if (name === BY_HAND) return (await import('./disgover.js')).startByHand();
  return (await loadLibrary(name)).start({ seeds: [] });
}
