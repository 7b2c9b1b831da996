// A page fills no buckets: it lives for minutes, and each entry is a connection, of which a browser has few. Its twin is filler.ts.

import type { FillerDependencies } from './filler.js';

export class Filler {
  // biome-ignore lint/complexity/noUselessConstructor: what its twin takes
  constructor(_deps: FillerDependencies) {}

  start(): void {}

  close(): void {}
}
