import { expect } from 'chai';
import fc from 'fast-check';
import type { Disgover } from '../../src/disgover.js';
import { DisgoverError } from '../../src/errors.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const NODES = 4;
const ABORTED = 'aborted';

interface Call {
  readonly atMs: number;
  readonly node: number;
  readonly what:
    | 'register'
    | 'unregister'
    | 'find'
    | 'agree'
    | 'trace'
    | 'ping'
    | 'lookup'
    | 'close'
    | 'abort';
  readonly entity: number;
}

const call: fc.Arbitrary<Call> = fc.record({
  atMs: fc.nat(400),
  node: fc.nat(NODES - 1),
  what: fc.constantFrom(
    'register',
    'register',
    'unregister',
    'find',
    'find',
    'agree',
    'trace',
    'ping',
    'lookup',
    'close',
    'abort',
  ),
  entity: fc.nat(3),
});

async function make(
  { node, what, entity }: Call,
  all: readonly Disgover[],
  signals: AbortController[],
): Promise<unknown> {
  const caller = all[node] as Disgover;
  const id = idOf(`entity-${entity}`);
  const controller = new AbortController();
  signals.push(controller);
  const { signal } = controller;
  switch (what) {
    case 'register':
      return caller.register({ id, data: node }, { signal });
    case 'unregister':
      return caller.unregister(id, { signal });
    case 'find':
      return caller.find(id, { signal, fresh: entity % 2 === 0 });
    case 'agree':
      return caller.find(id, { signal, agree: 2, paths: 2 });
    case 'trace':
      return caller.trace(id, { signal });
    case 'ping':
      return caller.ping((all[entity] as Disgover).contact, { signal });
    case 'lookup':
      for await (const _ of caller.lookup(id, { signal })) break;
      return undefined;
    case 'close':
      return caller.close();
    case 'abort':
      for (const each of signals) each.abort(ABORTED);
      return undefined;
  }
}

describe('Disgover, whatever is called when', function () {
  this.timeout(20_000);

  it('settles every call once, with a code or the reason of its signal, and leaves nothing after close', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.constantFrom(0, 0.2),
        async (calls, seed, loss) => {
          const nodes = new SimulatedNodes(seed, {}, { latencyMs: { min: 1, max: 60 } });
          await nodes.run(async () => {
            await nodes.startMany(NODES);
            nodes.network.loss = loss;
            const signals: AbortController[] = [];
            const outcomes = calls.map(async (each) => {
              await nodes.runtime.sleep(each.atMs);
              const startMs = nodes.runtime.now();
              const reason = await make(each, nodes.all, signals).then(
                () => undefined,
                (fault: unknown) => fault,
              );
              if (reason !== undefined && reason !== ABORTED)
                expect(reason, String(reason))
                  .to.be.instanceOf(DisgoverError)
                  .and.not.to.include({ code: 'ERR_INTERNAL' });
              // Two walks and a dial at the most.
              expect(nodes.runtime.now() - startMs, each.what).to.be.at.most(30_000);
            });
            await Promise.all(outcomes);
          });
        },
      ),
      { numRuns: 100 },
    );
  });
});
