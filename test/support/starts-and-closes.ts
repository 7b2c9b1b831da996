// A program: starts and closes 1,000 nodes, and tells its parent by how many bytes of heap it has grown. In a process of its own,
// where nobody else leaves anything to be collected. To be run with --expose-gc.

import { Disgover } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';

const collectGarbage = globalThis.gc as () => void;

async function heapUsed(): Promise<number> {
  // What finalizers let go of is collected by the next.
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

/** In pairs: a node that stays would remember, within its bounds, those that have gone. */
async function startAndClose(times: number): Promise<void> {
  for (let i = 0; i < times; i += 2) {
    const one = await Disgover.start({ transport: tcp() });
    const other = await Disgover.start({ transport: tcp(), seeds: [one.contact] });
    await Promise.all([one.close(), other.close()]);
  }
}

await startAndClose(1_600); // what is compiled and cached on the way, which alone grows by a mebibyte at first
const before = await heapUsed();
await startAndClose(1_000);
process.send?.((await heapUsed()) - before);
process.disconnect();
