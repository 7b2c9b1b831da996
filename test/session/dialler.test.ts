import { expect } from 'chai';
import type { Link, Transport, TransportInfo } from '../../src/contracts/transport.js';
import { DisgoverError } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { AbortScope } from '../../src/runtime/abort.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { Dialler } from '../../src/session/dialler.js';
import type { Dialled, Session } from '../../src/session/session.js';
import { SimulatedNetwork } from '../../src/simulation/network.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { memory } from '../../transports/memory/index.js';
import { encodedOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { renamed } from '../support/renamed.js';
import { guarded } from '../support/spying-transport.js';

/** Two networks, `red` and `blue`, of one clock; we are the host `us` on both, and others are as the test says. */
class Crossroads {
  readonly runtime = new VirtualRuntime();
  readonly #startMs = this.runtime.now();
  readonly networks = {
    red: new SimulatedNetwork(this.runtime, { latencyMs: 10 }),
    blue: new SimulatedNetwork(this.runtime, { latencyMs: 10 }),
  };
  readonly dialler: Dialler;
  readonly links: Link[] = [];

  /** `types`: the transports that we have, in their order. */
  constructor(...types: readonly ('red' | 'blue')[]) {
    this.dialler = new Dialler({
      transports: types.map((type) => this.transport(type, 'us', false)),
      alarms: new Alarms(this.runtime),
      start: (link, dialled) => {
        this.links.push(link);
        return dialled as Dialled as unknown as Session;
      },
    });
  }

  transport(type: 'red' | 'blue', host: string, listen = true): Transport {
    return renamed(memory({ network: this.networks[type], host, port: 1, listen }), type);
  }

  /** Somebody who accepts links there, and says nothing. */
  async accepts(...addresses: readonly TransportInfo[]): Promise<void> {
    for (const { type, host } of addresses)
      await this.transport(type as 'red' | 'blue', host as string).listen((link) =>
        link.open({ onFrame: () => {}, onPartialFrame: () => {}, onClose: () => {} }),
      );
  }

  /** The address is reached by nothing, and nothing comes back. */
  silence({ type, host }: TransportInfo): void {
    this.networks[type as 'red' | 'blue'].partition(['us'], [host as string]);
  }

  /** Where the link was opened that somebody dialled. */
  async dial(...addresses: readonly TransportInfo[]): Promise<TransportInfo> {
    const dialled = await this.runtime.run(this.dialler.dial(addresses));
    return (dialled as unknown as Dialled).address;
  }

  get ms(): number {
    return this.runtime.now() - this.#startMs;
  }

  get left(): { readonly timers: number; readonly ends: number } {
    const { red, blue } = this.networks;
    return { timers: this.runtime.pendingTimers, ends: red.openEnds + blue.openEnds };
  }
}

const red: TransportInfo = { type: 'red', host: 'them', port: 1 };
const blue: TransportInfo = { type: 'blue', host: 'them', port: 1 };
/** One way there, one way back. */
const LINK_MS = 20;

describe('Dialler', () => {
  context('when a peer has several addresses', () => {
    it('dials in the order of our own transports, and the others not at all', async () => {
      const crossroads = new Crossroads('blue', 'red');
      await crossroads.accepts(red, blue);
      expect(await crossroads.dial(red, blue)).to.deep.equal(blue);
      expect(crossroads.networks.red.counts.dials).to.equal(0);
      expect(crossroads.ms).to.equal(LINK_MS);
    });

    it('takes the order of the contact where we speak to several in one way', async () => {
      const crossroads = new Crossroads('red');
      const [first, second] = [red, { ...red, host: 'other' }];
      await crossroads.accepts(first, second);
      expect(await crossroads.dial(second, first)).to.deep.equal(second);
    });

    it('loses 250 ms by a silent first one', async () => {
      const crossroads = new Crossroads('red', 'blue');
      await crossroads.accepts(blue);
      crossroads.silence(red);
      expect(await crossroads.dial(red, blue)).to.deep.equal(blue);
      const waitedMs = crossroads.ms - LINK_MS;
      expect(waitedMs).to.be.within(limits.dialHeadStartMs, limits.dialHeadStartMs + 16);
      expect(crossroads.left).to.deep.equal({ timers: 0, ends: 2 });
    });

    it('loses no time by one that refuses', async () => {
      const crossroads = new Crossroads('red', 'blue');
      await crossroads.accepts(blue);
      expect(await crossroads.dial(red, blue)).to.deep.equal(blue);
      // What it takes to be refused, and to be accepted.
      expect(crossroads.ms).to.equal(2 * LINK_MS);
    });

    it('passes over one that cannot be an address', async () => {
      const crossroads = new Crossroads('red', 'blue');
      await crossroads.accepts(blue);
      expect(await crossroads.dial({ type: 'red', port: 'no port' } as never, blue)).to.deep.equal(blue);
    });

    it('passes over those that it has no transport for', async () => {
      const crossroads = new Crossroads('blue');
      await crossroads.accepts(red, blue);
      expect(await crossroads.dial(red, { type: 'quic' }, blue)).to.deep.equal(blue);
    });

    it('passes over one that is our own', async () => {
      const crossroads = new Crossroads('red', 'blue');
      await crossroads.accepts(red, blue);
      crossroads.dialler.rememberOwn(red);
      expect(await crossroads.dial(red, blue)).to.deep.equal(blue);
      expect(crossroads.networks.red.counts.dials).to.equal(0);
      await expectCode(crossroads.dial(red), 'ERR_SELF_CONNECT');
    });

    it('says of each why it failed', async () => {
      const crossroads = new Crossroads('red', 'blue');
      const fault = await expectCode(crossroads.dial(red, blue), 'ERR_DIAL_FAILED');
      expect(fault.message).to.match(/red: DIAL_FAILED: .*them:1; blue: DIAL_FAILED: .*them:1/);
      expect((fault.cause as AggregateError).errors).to.have.length(2);
    });

    it('has no code of only one of the failures', async () => {
      const crossroads = new Crossroads('red', 'blue');
      const bad = { type: 'blue', host: '!', port: 1 };
      const fault = await expectCode(crossroads.dial(red, bad), 'ERR_DIAL_FAILED');
      expect(fault.message).to.contain('blue: BAD_HOST');
      await expectCode(crossroads.dial(bad), 'ERR_BAD_HOST');
      await expectCode(crossroads.dial({ ...bad, type: 'red' }, bad), 'ERR_BAD_HOST');
    });

    it('gives up 5 s after it began, whatever has begun since', async () => {
      const crossroads = new Crossroads('red', 'blue');
      crossroads.silence(red);
      crossroads.silence(blue);
      const fault = await expectCode(crossroads.dial(red, blue), 'ERR_DIAL_FAILED');
      expect(fault.message).to.contain('no link in 5000 ms');
      expect(crossroads.ms).to.be.within(limits.handshakeMs, limits.handshakeMs + 16);
      expect(crossroads.left).to.deep.equal({ timers: 0, ends: 0 });
    });

    it('leaves nothing when it is aborted while two are tried', async () => {
      const crossroads = new Crossroads('red', 'blue');
      await crossroads.accepts(blue);
      crossroads.silence(red);
      const scope = new AbortScope();
      const dialled = crossroads.dialler.dial([red, blue], scope).catch((reason) => reason);
      await crossroads.runtime.advance(limits.dialHeadStartMs + LINK_MS - 2);
      expect(crossroads.networks.blue.counts.dials).to.equal(1);
      scope.abort('gone');
      expect(await dialled).to.equal('gone');
      await crossroads.runtime.advance(1_000);
      expect([crossroads.left, crossroads.links, scope.size]).to.deep.equal([{ timers: 0, ends: 0 }, [], 0]);
    });

    it('keeps one link when both are there at the same moment', async () => {
      const crossroads = new Crossroads('red', 'blue');
      await crossroads.accepts(red, blue);
      // Red takes as long as its head start, and then as long as blue takes.
      crossroads.networks.red.latencyMs = (256 + LINK_MS) / 2;
      const address = await crossroads.dial(red, blue);
      await crossroads.runtime.advance(1_000);
      expect([address, crossroads.links.length]).to.deep.equal([red, 1]);
      expect([crossroads.networks.red.openEnds, crossroads.networks.blue.openEnds]).to.deep.equal([2, 0]);
    });
  });

  context('when the application names the address that a peer has named', () => {
    /** Only what the application names may be dialled: `given`. */
    const crossing = async (given: TransportInfo) => {
      const crossroads = new Crossroads('red');
      await crossroads.accepts(red);
      const dialler = new Dialler({
        transports: [guarded(crossroads.transport('red', 'us', false))],
        alarms: new Alarms(crossroads.runtime),
        policy: {
          isGiven: (target) => target === given,
          guard: (target) => ({
            checkName: () => {},
            checkAddress: () => {
              if (target !== given) throw new DisgoverError('DIAL_DENIED', 'for a test');
            },
          }),
        },
        start: (_link, dialled) => dialled as unknown as Session,
      });
      return { crossroads, dialler };
    };

    const outcomeOf = (dial: Promise<Session>) =>
      dial.then(
        (dialled) => (dialled as unknown as Dialled).address.type,
        ({ code }) => code,
      );

    for (const isFirst of [true, false]) {
      it(`dials for each by its own rules, where the application is ${isFirst ? 'first' : 'second'}`, async () => {
        const given = { ...red };
        const { crossroads, dialler } = await crossing(given);
        const dials = (isFirst ? [given, red] : [red, given]).map((target) => dialler.dial(target));
        if (!isFirst) dials.reverse();
        const outcomes = await crossroads.runtime.run(Promise.all(dials.map(outcomeOf)));
        expect(outcomes).to.deep.equal(['red', 'ERR_DIAL_DENIED']);
      });
    }
  });

  context('when a contact has several addresses', () => {
    it('dials them for its id', async () => {
      const crossroads = new Crossroads('blue');
      await crossroads.accepts(blue);
      const contact = encodedOf('them', { transport: [red, blue] });
      const dialled = (await crossroads.runtime.run(crossroads.dialler.dial(contact))) as unknown as Dialled;
      expect(dialled).to.deep.equal({ address: blue, id: contact.id });
    });
  });
});
