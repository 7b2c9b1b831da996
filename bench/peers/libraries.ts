// The libraries that can be compared, by name. Each is loaded only by the process that runs it.

import type { Library } from './peer.js';

const libraries: Readonly<Record<string, () => Promise<Library>>> = {
  'disgover-tcp': async () => (await import('./disgover.js')).overTcp,
  'disgover-ws': async () => (await import('./disgover.js')).overWs,
  'disgover-memory': async () => (await import('./disgover.js')).inMemory,
  'dht-rpc': async () => (await import('./dht-rpc.js')).dhtRpc,
  'dht-rpc-early': async () => (await import('./dht-rpc.js')).dhtRpcEarly,
  'bittorrent-dht': async () => (await import('./bittorrent-dht.js')).bittorrentDht,
  discover: async () => (await import('./discover.js')).discover,
  libp2p: async () => (await import('./libp2p.js')).libp2p,
  discv5: async () => (await import('./discv5.js')).discv5,
};

export const libraryNames: readonly string[] = Object.keys(libraries);

export async function loadLibrary(name: string): Promise<Library> {
  const load = libraries[name];
  if (load === undefined) throw new Error(`no adapter for ${name}`);
  return load();
}
