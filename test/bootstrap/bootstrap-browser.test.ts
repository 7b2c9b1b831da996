import { expect } from 'chai';
import { Bootstrap } from '../../src/bootstrap/bootstrap.browser.js';
import type { BootstrapDependencies } from '../../src/bootstrap/bootstrap.js';
import { DisgoverError } from '../../src/errors.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { encodedNodeOf } from '../support/contacts.js';
import { expectThrowsCode } from '../support/expect-code.js';
import { ScriptedSource } from '../support/scripted-source.js';

const SECOND = 1_000;

/** A page whose seeds answer after 10 ms, or fail. */
class Page {
  readonly runtime = new VirtualRuntime();
  readonly states: string[] = [];
  readonly failed: string[] = [];
  readonly asked: string[] = [];
  /** Hosts that answer. */
  readonly up = new Set<string>();
  size = 0;
  walks = 0;
  readonly bootstrap: Bootstrap;

  constructor(hosts: readonly string[], sources: readonly ScriptedSource[] = []) {
    const seeds = hosts.map((host) => ({ type: 'ws', host, port: 1 }));
    const page = this;
    this.bootstrap = new Bootstrap({
      options: { runtime: this.runtime, seeds, sources },
      alarms: new Alarms(this.runtime),
      reports: {
        state: (state: string) => this.states.push(state),
        seedFailed: ({ host }: { host: string }) => this.failed.push(host),
      },
      routing: {
        get size() {
          return page.size;
        },
        joined: async () => {},
      },
      ask: async (seed: unknown) => {
        const { host } = seed as { host: string };
        this.asked.push(host);
        await this.runtime.sleep(10);
        if (!this.up.has(host)) throw new DisgoverError('DIAL_FAILED', host);
        this.size = 1;
        return { id: undefined, named: [encodedNodeOf(host)] };
      },
      walkHome: async () => this.walks++,
    } as unknown as BootstrapDependencies);
  }
}

describe('Bootstrap, in a page', () => {
  it('is joined when one seed has answered, and home was walked to once', async () => {
    const page = new Page(['a', 'b']);
    page.up.add('b');
    await page.runtime.run(page.bootstrap.start());
    expect([page.bootstrap.state, page.states, page.walks]).to.deep.equal(['joined', ['joined'], 1]);
  });

  it('is isolated when none answers, and asks all of them again', async () => {
    const page = new Page(['a', 'b']);
    await page.runtime.run(page.bootstrap.start());
    expect([page.bootstrap.state, page.failed]).to.deep.equal(['isolated', ['a', 'b']]);
    expect(page.bootstrap.explain().hint).to.match(/^DIAL_FAILED/);
    page.up.add('a');
    await page.runtime.advance(3 * SECOND);
    expect([page.bootstrap.state, page.asked.slice(2)]).to.deep.equal(['joined', ['a', 'b']]);
  });

  it('is alone without seeds', async () => {
    const page = new Page([]);
    await page.runtime.run(page.bootstrap.start());
    expect([page.bootstrap.state, page.bootstrap.tried.count]).to.deep.equal(['alone', 0]);
  });

  it('asks its seeds again when the last node has left its table', async () => {
    const page = new Page(['a']);
    page.up.add('a');
    await page.runtime.run(page.bootstrap.start());
    page.size = 0;
    page.bootstrap.onNodeGone('' as never);
    await page.runtime.advance(3 * SECOND);
    expect([page.states, page.asked]).to.deep.equal([
      ['joined', 'isolated', 'joined'],
      ['a', 'a'],
    ]);
  });

  it('keeps no timer, and asks nobody, once it is closed', async () => {
    const page = new Page(['a']);
    await page.runtime.run(page.bootstrap.start());
    page.bootstrap.close();
    await page.runtime.advance(120 * SECOND);
    expect([page.asked, page.runtime.pendingTimers]).to.deep.equal([['a'], 0]);
  });

  it('takes no sources', () => {
    expectThrowsCode(() => new Page([], [new ScriptedSource()]), 'ERR_BAD_OPTION');
  });
});
