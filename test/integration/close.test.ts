import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Disgover } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';
import { idOf } from '../support/ids.js';

/** Handles that keep a process alive; but for reads of files, which are of whoever loads a module. */
const resources = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => name !== 'FSReqCallback')
    .sort();

/** A turn of the event loop. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Those of the test itself: its own timer is set when its first turn is over. */
async function ofTheTest(): Promise<string[]> {
  await turn();
  return resources();
}

/** Sockets that were closed are still listed for some turns. */
async function settled(before: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + 2_000;
  while (resources().join() !== before.join() && performance.now() < deadline) await turn();
  return resources();
}

describe('closing a node on TCP', function () {
  this.timeout(30_000);

  it('leaves no handle after it has started, joined, registered and found', async () => {
    const before = await ofTheTest();
    const nodes = [await Disgover.start({ transport: tcp() })];
    const seeds = nodes.map(({ contact }) => contact);
    while (nodes.length < 8) nodes.push(await Disgover.start({ transport: tcp(), seeds }));
    await Promise.all(nodes.map((node, i) => node.register({ id: idOf(`entity ${i}`) })));
    await Promise.all(nodes.map((node, i) => node.find(idOf(`entity ${(i + 3) % 8}`), { fresh: true })));
    await Promise.all(nodes.map((node) => node.close()));
    expect(await settled(before)).to.deep.equal(before);
  });

  it('leaves no handle at any turn of its start', async () => {
    const first = await Disgover.start({ transport: tcp() });
    const before = await ofTheTest();
    const outcomes = { started: 0, aborted: 0 };
    for (let turns = 0; turns < 60; turns++) {
      const stop = new AbortController();
      const reason = new Error('enough');
      const starting = Disgover.start(
        { transport: tcp(), seeds: [first.contact] },
        { signal: stop.signal },
      ).then(
        async (node) => {
          outcomes.started++;
          await node.close();
        },
        (fault) => {
          outcomes.aborted++;
          expect(fault).to.equal(reason);
        },
      );
      for (let i = 0; i < turns; i++) await turn();
      stop.abort(reason);
      await starting;
    }
    expect(await settled(before)).to.deep.equal(before);
    expect(Math.min(outcomes.started, outcomes.aborted), JSON.stringify(outcomes)).to.be.above(0);
    await first.close();
  });

  it('leaves no handle at any turn of a walk or an announce', async () => {
    const before = await ofTheTest();
    for (let turns = 0; turns < 40; turns++) {
      const first = await Disgover.start({ transport: tcp() });
      const others = [];
      for (let i = 0; i < 3; i++)
        others.push(await Disgover.start({ transport: tcp(), seeds: [first.contact] }));
      const calls = others.flatMap((node) => [
        node.register({ id: idOf('entity') }),
        node.find(idOf('nobody'), { fresh: true }),
        node.ping(first.contact),
      ]);
      const ended = Promise.allSettled(calls);
      for (let i = 0; i < turns; i++) await turn();
      await Promise.all([first, ...others].map((node) => node.close()));
      for (const outcome of await ended)
        if (outcome.status === 'rejected')
          expect(outcome.reason.code).to.be.oneOf([
            'ERR_CLOSED',
            'ERR_LINK_LOST',
            'ERR_NO_NODES',
            'ERR_DIAL_FAILED',
          ]);
    }
    expect(await settled(before)).to.deep.equal(before);
  });

  it('leaves no more than 1 MiB of heap after 1,000 starts and closes', async function () {
    this.timeout(120_000);
    const program = fileURLToPath(new URL('../support/starts-and-closes.ts', import.meta.url));
    const child = fork(program, {
      execArgv: ['--import=tsx', '--conditions=disgover-source', '--expose-gc'],
      // Another process transforms the sources another way: their coverage cannot be added up.
      env: { ...process.env, NODE_V8_COVERAGE: '' },
    });
    const exit = once(child, 'exit');
    const [grown] = await Promise.race([once(child, 'message'), exit.then(([code]) => [`exit ${code}`])]);
    expect(grown).to.be.at.most(1_048_576);
    expect(await exit).to.deep.equal([0, null]);
  });
});
