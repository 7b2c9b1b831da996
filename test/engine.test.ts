import { expect } from 'chai';
import { Engine } from '../src/engine.js';
import { resolveOptions } from '../src/options.js';
import { SimulatedNetwork } from '../src/simulation/network.js';
import { VirtualRuntime } from '../src/simulation/virtual-runtime.js';
import { addressesOf } from '../src/wire/addresses.js';
import { memory } from '../transports/memory/index.js';
import { expectCode } from './support/expect-code.js';

describe('Engine', () => {
  it('counts a request that failed with its code, as it counts what was refused', async () => {
    const runtime = new VirtualRuntime({ seed: 1 });
    const network = new SimulatedNetwork(runtime);
    const counted: unknown[] = [];
    const metrics = { increment: (name: string, labels?: object) => void counted.push([name, labels]) };
    const engine = new Engine(
      resolveOptions({ transport: memory({ network, host: 'a' }), runtime, metrics }),
    );
    await runtime.run(async () => {
      await engine.listen();
      const nobody = { type: 'memory', host: 'nobody', port: 1 };
      await expectCode(engine.meet(nobody, undefined), 'ERR_DIAL_FAILED');
      await engine.close();
    });
    expect(counted).to.deep.include(['requestFailed', { code: 'DIAL_FAILED' }]);
  });

  for (const ms of [0, 5, 15])
    it(`says who is at an address that it has begun to verify ${ms} ms before`, async () => {
      const runtime = new VirtualRuntime({ seed: 1 });
      const network = new SimulatedNetwork(runtime);
      const secret = Buffer.alloc(32, 7).toString('base64');
      const engineAt = (host: string) =>
        new Engine(resolveOptions({ transport: memory({ network, host, port: 1 }), runtime, secret }));
      const [asking, asked] = [engineAt('asking'), engineAt('asked')];
      await runtime.run(async () => {
        await asking.listen();
        await asked.listen();
        asking.routing.verify(asked.self.contact);
        await runtime.sleep(ms);
        const [address] = addressesOf(asked.self.contact);
        const { id } = await asking.meet({ type: 'memory', ...address }, undefined);
        expect(id).to.equal(asked.self.contact.id);
        await asking.close();
        await asked.close();
      });
    });
});
