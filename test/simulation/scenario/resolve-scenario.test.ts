import { expect } from 'chai';
import { replayOf, resolveScenario } from '../../../src/simulation/scenario/resolve-scenario.js';
import type { Scenario } from '../../../src/simulation/testing.js';

const sessions = { type: 'exponential', meanMs: 1 } as const;

describe('resolveScenario', () => {
  it('fills in what is left out', () => {
    expect(resolveScenario({ nodes: 5 })).to.deep.include({
      seed: 1,
      k: 20,
      alpha: 3,
      loss: 0,
      churn: undefined,
      join: { seeds: 1, settleMs: 60_000 },
      lookups: { count: 0, absent: 0, paths: 1 },
    });
    expect(resolveScenario({ nodes: 5, k: 2 }).alpha).to.equal(2);
    expect(resolveScenario({ nodes: 5, churn: { sessions, downtimes: sessions } }).churn).to.deep.include({
      leave: 0,
      spared: 1,
    });
  });

  it('says what is wrong, where, and what was meant', () => {
    const wrong: [unknown, RegExp][] = [
      [undefined, /scenario: options must be an object, got undefined/],
      [{}, /scenario\.nodes must be an integer 1\.\.100000, got undefined/],
      [{ nodes: '5' }, /scenario\.nodes .* got string "5"/],
      [{ nodes: 5, node: 1 }, /unknown option "node" \(did you mean "nodes"\?\)/],
      [{ nodes: 5, alpha: 21 }, /scenario\.alpha must be an integer 1\.\.20, got 21/],
      [{ nodes: 5, loss: 2 }, /scenario\.loss must be a number 0\.\.1/],
      [{ nodes: 5, join: { over: 5 } }, /scenario\.join: unknown option "over" \(did you mean "overMs"\?\)/],
      [{ nodes: 5, latency: { type: 'lognormal' } }, /scenario\.latency\.medianMs/],
      [{ nodes: 5, churn: { sessions } }, /scenario\.churn\.downtimes must be an object with a type/],
      [{ nodes: 5, lookups: 3 }, /lookups need scenario\.entities, or absent: 1/],
      [{ nodes: 5, faults: {} }, /scenario\.faults must be an array, got object/],
      [{ nodes: 5, faults: [{ type: 'partitions', atMs: 1 }] }, /faults\[0\]: .*did you mean "partition"/],
      [{ nodes: 5, faults: [{ type: 'crash', atMs: 1 }] }, /scenario\.faults\[0\]\.nodes is missing/],
      [{ nodes: 5, faults: [{ type: 'heal' }] }, /faults\[0\]\.atMs must be a number/],
      [{ nodes: 5, faults: [{ type: 'thaw', atMs: 1, nodes: [5] }] }, /nodes\[0\] must be an integer 0\.\.4/],
      [{ nodes: 5, faults: [{ type: 'thaw', atMs: 1, nodes: { shares: 1 } }] }, /did you mean "share"/],
      [{ nodes: 5, faults: [{ type: 'loss', atMs: 1, share: 1.5 }] }, /share must be a number 0\.\.1/],
      [{ nodes: 5, faults: [{ type: 'partition', atMs: 1, groups: ['rest'] }] }, /two sets of nodes or more/],
      [{ nodes: 5, actions: [{ atMs: 1 }] }, /actions\[0\]\.run must be a function/],
      [{ nodes: 5, check: true }, /scenario\.check must be a function, got boolean/],
    ];
    for (const [scenario, message] of wrong)
      expect(() => resolveScenario(scenario as Scenario), JSON.stringify(scenario)).to.throw(message);
  });
});

describe('replayOf', () => {
  it('has the data of a scenario on one line, and names what is not data', () => {
    expect(replayOf({ nodes: 3, seed: 7 })).to.equal('runScenario({"nodes":3,"seed":7})');
    expect(replayOf({ nodes: 3, check: () => {}, actions: [] })).to.equal(
      'runScenario({"nodes":3}), with its own actions, check',
    );
  });
});
