import { expect } from 'chai';
import { Sources } from '../../src/bootstrap/sources.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { expectThrowsCode } from '../support/expect-code.js';
import { ScriptedSource } from '../support/scripted-source.js';
import { sourceContext } from '../support/sources.js';

class Read {
  readonly runtime = new VirtualRuntime();
  readonly named: number[] = [];
  readonly faults: string[] = [];
  readonly sources: Sources;

  constructor(...sources: ConstructorParameters<typeof Sources>[0]) {
    this.sources = new Sources(sources, {
      context: sourceContext({ runtime: this.runtime }),
      alarms: new Alarms(this.runtime),
      transports: ['tcp'],
      onSeeds: (_source, seeds) => this.named.push(seeds.length),
      onFault: (_source, { code }) => this.faults.push(code),
    });
  }
}

describe('Sources', () => {
  it('waits for those that have neither named seeds nor failed', async () => {
    const read = new Read(
      new ScriptedSource(['a:1']),
      new ScriptedSource().fail('DNS_TIMEOUT'),
      new ScriptedSource(),
    );
    read.sources.start();
    await read.runtime.advance(10);
    expect([read.sources.waitedFor, read.sources.areWell]).to.deep.equal([1, false]);
    expect([read.named, read.faults]).to.deep.equal([[1], ['ERR_DNS_TIMEOUT']]);
    void read.sources.close();
  });

  it('is well again when the source that failed names seeds', async () => {
    const source = new ScriptedSource().fail('DNS_TIMEOUT');
    const read = new Read(source);
    read.sources.start();
    await read.runtime.advance(10);
    source.say('a:1');
    await read.runtime.advance(3_000);
    expect([read.sources.areWell, read.named]).to.deep.equal([true, [1]]);
    expect(read.sources.all[0]?.nextTryAt).to.equal(undefined);
    void read.sources.close();
  });

  it('is not well where nobody is named for what could not be read', async () => {
    const read = new Read(new ScriptedSource(['what']));
    read.sources.start();
    await read.runtime.advance(10);
    expect([read.sources.areWell, read.faults]).to.deep.equal([false, ['ERR_BAD_SEED']]);
    void read.sources.close();
  });

  it('listens ten times a second at most to a source that never stops', async () => {
    let updates = 0;
    const read = new Read({
      name: 'endless',
      async *seeds(signal) {
        while (!signal.aborted) yield { seeds: [`a:${(updates++ % 60_000) + 1}`] };
      },
    });
    read.sources.start();
    await read.runtime.advance(1_000);
    expect(updates).to.be.within(5, 12);
    void read.sources.close();
    await read.runtime.advance(1_000);
    expect([updates <= 12, read.runtime.pendingTimers]).to.deep.equal([true, 0]);
  });

  it('takes the word of a source that ends by itself as its last', async () => {
    let reads = 0;
    const read = new Read({
      name: 'once',
      async *seeds() {
        reads++;
        yield { seeds: ['a:1'] };
      },
    });
    read.sources.start();
    await read.runtime.advance(600_000);
    expect([reads, read.named, read.sources.areWell]).to.deep.equal([1, [1], true]);
    void read.sources.close();
  });

  it('keeps no timer once it is closed', async () => {
    const read = new Read(new ScriptedSource().fail('DNS_TIMEOUT'));
    read.sources.start();
    await read.runtime.advance(10);
    void read.sources.close();
    await read.runtime.advance(600_000);
    expect([read.faults.length, read.runtime.pendingTimers]).to.deep.equal([1, 0]);
  });

  context('when they are closed', () => {
    const goodbye = (ms: number, runtime: () => VirtualRuntime, said: string[]) => ({
      name: 'polite',
      async *seeds(signal: AbortSignal) {
        yield { seeds: [] };
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        await runtime().sleep(ms);
        said.push('goodbye');
      },
    });

    for (const [ms, waitedMs] of [
      [200, 200],
      [60_000, 500],
    ] as const) {
      it(`waits ${waitedMs} ms for one that takes ${ms} ms to end`, async () => {
        const said: string[] = [];
        const read: Read = new Read(goodbye(ms, () => read.runtime, said));
        read.sources.start();
        await read.runtime.advance(1_000);
        const before = read.runtime.now();
        await read.runtime.run(read.sources.close());
        expect(read.runtime.now() - before).to.equal(waitedMs);
        expect(said).to.deep.equal(ms === waitedMs ? ['goodbye'] : []);
      });
    }

    it('waits for nothing where there are none', async () => {
      await new Read().sources.close();
    });
  });

  it('refuses more than 16 sources, and one without a name', () => {
    const many = Array.from({ length: 17 }, () => new ScriptedSource());
    expectThrowsCode(() => new Read(...many), 'ERR_BAD_OPTION');
    expectThrowsCode(() => new Read({ async *seeds() {} } as never), 'ERR_BAD_OPTION');
  });
});
