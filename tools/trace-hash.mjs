// Prints the trace hash of a small scenario with churn and loss: the same on every Node, and every machine.

import { runScenario } from '../dist/src/simulation/testing.js';

const { traceHash } = await runScenario({
  name: 'everything at once',
  seed: 1,
  nodes: 30,
  join: { overMs: 20_000, seeds: 2 },
  loss: 0.02,
  latency: { type: 'lognormal', medianMs: 25, sigma: 0.5 },
  churn: {
    sessions: { type: 'weibull', shape: 0.6, scaleMs: 120_000 },
    downtimes: { type: 'exponential', meanMs: 30_000 },
    leave: 0.3,
    newId: 0.1,
    snapshot: 0.5,
  },
  entities: { count: 20, overMs: 10_000 },
  lookups: { count: 100, overMs: 120_000 },
});
console.log(traceHash);
