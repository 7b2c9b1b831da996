import { expect } from 'chai';
import { Disgover } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';
import { idOf } from '../support/ids.js';
import { NodeProcess } from '../support/node-process.js';

/** A turn of the event loop. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a process that stands still while requests are in flight', function () {
  this.timeout(60_000);

  for (const count of [1, 3])
    it(`reads the answers before it gives up who has sent them (${count} finds)`, async () => {
      const others = [await NodeProcess.start()];
      others.push(await NodeProcess.start([others[0]?.contact as never]));
      const node = await Disgover.start({ transport: tcp(), seeds: [others[0]?.contact as never] });
      try {
        // What is learnt of their round trips makes for the least deadline.
        for (let i = 0; i < 40; i++) await node.find(idOf(`rehearsal ${i}`), { fresh: true });
        const removed: string[] = [];
        node.on('nodeRemoved', ({ contact }) => removed.push(contact.id));
        const finds = Array.from({ length: count }, (_, i) =>
          node.find(idOf(`nobody ${i}`), { fresh: true }),
        );
        await turn(); // what was to be sent has left
        for (const until = performance.now() + 700; performance.now() < until; );
        expect(await Promise.all(finds)).to.deep.equal(new Array(count).fill(undefined));
        expect(removed).to.deep.equal([]);
      } finally {
        await node.close();
        await Promise.all(others.map((other) => other.kill()));
      }
    });
});
