import { expect } from 'chai';
import fc from 'fast-check';
import { LRUCache } from 'lru-cache';
import { LRUCache as StandIn } from '../../tools/browser/lru-cache.js';

type Step =
  | { readonly type: 'set'; readonly key: number; readonly value: string; readonly ttl: number | undefined }
  | { readonly type: 'get' | 'has' | 'delete' | 'getRemainingTTL'; readonly key: number }
  | { readonly type: 'wait'; readonly ms: number };

const key = fc.nat({ max: 7 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant('set' as const),
    key,
    value: fc.string({ minLength: 1, maxLength: 12 }),
    ttl: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  }),
  fc.record({ type: fc.constantFrom('get', 'has', 'delete', 'getRemainingTTL'), key }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 12 }) }),
);

/** The three ways in which the engine makes one. */
const options = fc.constantFrom(
  { max: 4 },
  { max: 4, ttl: 10 },
  { max: 6, maxSize: 20, sizeCalculation: (value: string) => value.length },
);

describe('the LRUCache of the bundle for browsers', () => {
  it('answers as the package does', () => {
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 60 }), (options, steps) => {
        const clock = { ms: 1, perf: { now: () => clock.ms } };
        const theirs = new LRUCache<number, string>({ ...options, perf: clock.perf, ttlResolution: 0 });
        const ours = new StandIn<number, string>({ ...options, perf: clock.perf });
        const answer = (cache: typeof theirs | typeof ours, step: Step) => {
          if (step.type === 'wait') return undefined;
          if (step.type !== 'set') return cache[step.type](step.key);
          cache.set(step.key, step.value, step.ttl === undefined ? {} : { ttl: step.ttl });
          return [cache.size, cache.calculatedSize];
        };
        for (const step of steps) {
          if (step.type === 'wait') clock.ms += step.ms;
          expect(answer(ours, step)).to.deep.equal(answer(theirs, step));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
