// Halves that lose each other for a minute, then some that freeze; and a check that nobody is left alone in the end.

import type { Scenario } from '../lib/disgover.js';

export const scenario: Scenario = {
  name: 'partition',
  nodes: 100,
  latency: { type: 'regions', ms: { eu: { eu: 8, us: 45 }, us: { us: 12 } }, sigma: 0.3 },
  entities: 50,
  lookups: { count: 300, overMs: 240_000 },
  faults: [
    { atMs: 60_000, type: 'partition', groups: [{ share: 0.5 }, 'rest'], forMs: 60_000 },
    { atMs: 150_000, type: 'freeze', nodes: { share: 0.1 }, forMs: 30_000 },
  ],
  check: ({ up }, { type }) => {
    if (type !== 'end') return;
    const lonely = up.filter(({ node }) => node.state !== 'joined').map(({ name }) => name);
    if (lonely.length > 0) throw new Error(`alone: ${lonely.join(', ')}`);
  },
};
