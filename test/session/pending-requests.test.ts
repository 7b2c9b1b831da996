import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { DisgoverError, Refusal } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { PendingRequests } from '../../src/session/pending-requests.js';
import { RoundTrip } from '../../src/session/round-trip.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import type { Pong, Reply, Request } from '../../src/wire/messages.js';
import { expectCode } from '../support/expect-code.js';
import { idBytesOf, idOf } from '../support/ids.js';
import { nodesReply } from '../support/sessions.js';

const most = limits.requestsInFlightPerPeer;
const pong = (requestId: number): Reply => ({ type: 'pong', requestId });

class Requests {
  readonly runtime = new VirtualRuntime();
  readonly sent: Request[] = [];
  readonly roundTrips = [new RoundTrip(), new RoundTrip()] as const;
  readonly abandoned: number[] = [];
  spent = 0;
  readonly pending = new PendingRequests({
    now: () => this.runtime.now(),
    alarms: new Alarms(this.runtime),
    roundTrips: this.roundTrips,
    send: (request) => this.sent.push(request),
    onAbandoned: (requestId) => this.abandoned.push(requestId),
    onSpent: () => this.spent++,
  });

  ping(signal?: AbortSignal, furtherMs = 0): Promise<Pong> {
    const request = this.pending.request(
      (requestId) => ({ type: 'ping', requestId, id: idBytesOf(idOf('a')) }),
      'pong',
      { signal, furtherMs },
    );
    request.catch(() => {});
    return request;
  }

  get sentIds(): number[] {
    return this.sent.map(({ requestId }) => requestId);
  }
}

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (reason) => reason,
  );

describe('PendingRequests', () => {
  it('says which requests need not be sent any more', async () => {
    const requests = new Requests();
    const caller = new AbortController();
    const asked = [requests.ping(), requests.ping(caller.signal), requests.ping()];
    caller.abort();
    expect(requests.abandoned).to.deep.equal([2]);
    requests.pending.settle(pong(3));
    await requests.runtime.advance(limits.requestFirstMs + 200);
    expect(requests.abandoned).to.deep.equal([2, 1]);
    await Promise.all(asked.map(reasonOf));
  });

  context('while they are held', () => {
    it('lets the time of none run, and then the whole of it', async () => {
      const requests = new Requests();
      const asked = [requests.ping()];
      await requests.runtime.advance(limits.requestFirstMs - 100);
      requests.pending.hold();
      asked.push(requests.ping());
      await requests.runtime.advance(10 * limits.requestFirstMs);
      requests.pending.release();
      await requests.runtime.advance(limits.requestFirstMs - 100);
      expect(requests.pending.size).to.equal(2);
      await requests.runtime.advance(200);
      for (const one of asked) await expectCode(one, 'ERR_TIMEOUT');
      expect(requests.runtime.pendingTimers).to.equal(0);
    });
  });

  context('when the peer has to ask another first', () => {
    it('waits so much longer, and does not take it for the usual time of the peer', async () => {
      const requests = new Requests();
      const asked = requests.ping(undefined, 300);
      await requests.runtime.advance(limits.requestFirstMs + 200);
      requests.pending.settle(pong(1));
      expect(await asked).to.deep.equal(pong(1));
      expect(requests.roundTrips.map(({ ms }) => ms)).to.deep.equal([undefined, undefined]);
      const unanswered = reasonOf(requests.ping(undefined, 300));
      await requests.runtime.advance(limits.requestFirstMs + 350);
      expect(await unanswered).to.have.property('code', 'ERR_TIMEOUT');
    });
  });

  context('when the reply comes', () => {
    it('resolves the request that it belongs to', async () => {
      const requests = new Requests();
      const [first, second] = [requests.ping(), requests.ping()];
      expect(requests.pending.settle(pong(2))).to.equal(true);
      expect(requests.pending.settle(pong(1))).to.equal(true);
      expect([await first, await second]).to.deep.equal([pong(1), pong(2)]);
      expect(requests.pending.size).to.equal(0);
    });

    it('sets no timer for each request, and none once the deadline of the first has passed', async () => {
      const requests = new Requests();
      for (let i = 0; i < 3; i++) {
        requests.ping();
        await requests.runtime.advance(100);
        requests.pending.settle(pong(i + 1));
        expect(requests.runtime.pendingTimers).to.equal(1);
      }
      await requests.runtime.advance(limits.requestFirstMs);
      expect(requests.runtime.pendingTimers).to.equal(0);
    });

    it('learns how long the peer took, for the peer and for all', async () => {
      const requests = new Requests();
      requests.ping();
      await requests.runtime.advance(80);
      requests.pending.settle(pong(1));
      expect(requests.roundTrips.map(({ ms }) => ms)).to.deep.equal([80, 80]);
    });

    it('rejects with the code that the peer tells', async () => {
      const requests = new Requests();
      const asked = requests.ping();
      expect(requests.pending.settle({ type: 'error', requestId: 1, code: 'FOREIGN_TRANSPORT' })).to.equal(
        true,
      );
      await expectCode(asked, 'ERR_FOREIGN_TRANSPORT');
      expect(requests.roundTrips[0]?.ms).to.equal(undefined);
    });

    it('takes a code that nobody knows for a request that the peer does not support', async () => {
      const requests = new Requests();
      const asked = requests.ping();
      requests.pending.settle({ type: 'error', requestId: 1, code: 'toString' });
      await expectCode(asked, 'ERR_UNSUPPORTED');
    });

    it('is not taken when it is of another kind, and the request goes on', async () => {
      const requests = new Requests();
      const asked = requests.ping();
      expect(requests.pending.settle(nodesReply(1))).to.equal(false);
      expect(requests.pending.settle(pong(1))).to.equal(true);
      await asked;
    });

    it('is not taken twice, nor without a request', () => {
      const requests = new Requests();
      requests.ping();
      expect([1, 1, 2].map((requestId) => requests.pending.settle(pong(requestId)))).to.deep.equal([
        true,
        false,
        false,
      ]);
    });
  });

  context('when no reply comes', () => {
    it('rejects at the deadline', async () => {
      const requests = new Requests();
      const startMs = requests.runtime.now();
      await expectCode(requests.runtime.run(requests.ping()), 'ERR_TIMEOUT');
      expect(requests.runtime.now() - startMs).to.be.within(
        limits.requestFirstMs,
        limits.requestFirstMs + 16,
      );
    });

    it('waits as long as the peer has taught it to', async () => {
      const requests = new Requests();
      for (let i = 0; i < 100; i++) requests.roundTrips[0]?.learn(1_000);
      const startMs = requests.runtime.now();
      await expectCode(requests.runtime.run(requests.ping()), 'ERR_TIMEOUT');
      expect(requests.runtime.now() - startMs).to.be.within(1_100, 1_132);
    });

    it('waits no longer for the next where the peer had to ask another', async () => {
      const requests = new Requests();
      requests.roundTrips[0].learn(20);
      await expectCode(requests.runtime.run(requests.ping(undefined, 1_000)), 'ERR_TIMEOUT');
      expect(requests.roundTrips[0].deadlineMs).to.equal(limits.requestFloorMs);
    });

    it('waits twice as long for the next, once for all that were in flight together', async () => {
      const requests = new Requests();
      for (let i = 0; i < 100; i++) requests.roundTrips[0].learn(1_000);
      await Promise.all([
        expectCode(requests.ping(), 'ERR_TIMEOUT'),
        expectCode(requests.ping(), 'ERR_TIMEOUT'),
        requests.runtime.advance(1_200),
      ]);
      expect(requests.roundTrips[0].deadlineMs).to.be.closeTo(2_200, 1);
    });

    it('takes a reply that comes too late for no fault, once', async () => {
      const requests = new Requests();
      await expectCode(requests.runtime.run(requests.ping()), 'ERR_TIMEOUT');
      expect(requests.pending.settle(pong(1))).to.equal(true);
      expect(requests.pending.settle(pong(1))).to.equal(false);
    });
  });

  context('when the signal aborts', () => {
    it('rejects with its reason, and takes the late reply for no fault', async () => {
      const requests = new Requests();
      const controller = new AbortController();
      const asked = requests.ping(controller.signal);
      controller.abort('enough');
      expect(await reasonOf(asked)).to.equal('enough');
      expect(requests.pending.fail(1, new DisgoverError('BAD_FRAME', 'late'))).to.equal(true);
    });

    it('sends nothing when it has aborted before', async () => {
      const requests = new Requests();
      expect(await reasonOf(requests.ping(AbortSignal.abort('enough')))).to.equal('enough');
      expect(requests.sent).to.have.length(0);
    });

    it('has one listener for all requests, and none once they have settled', async () => {
      const requests = new Requests();
      const { signal } = new AbortController();
      for (let i = 0; i < 20; i++) requests.ping(signal);
      expect(getEventListeners(signal, 'abort')).to.have.length(1);
      for (let requestId = 1; requestId <= 20; requestId++) requests.pending.settle(pong(requestId));
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });
  });

  context('when as many are in flight as may be', () => {
    it('lets the others wait their turn', () => {
      const requests = new Requests();
      for (let i = 0; i < most + 2; i++) requests.ping();
      expect(requests.sent).to.have.length(most);
      expect(requests.pending.size).to.equal(most + 2);
      requests.pending.settle(pong(3));
      expect(requests.sentIds.at(-1)).to.equal(most + 1);
      requests.pending.fail(4, new DisgoverError('BAD_FRAME', 'bad'));
      expect(requests.sent).to.have.length(most + 2);
    });

    it('gives each the deadline from when it was sent', async () => {
      const requests = new Requests();
      for (let i = 0; i < most; i++) requests.ping();
      const waiting = requests.ping();
      await requests.runtime.advance(1_000);
      requests.pending.settle(pong(1));
      // The answer taught a second or three; the one that waited starts only now.
      await requests.runtime.advance(1_500);
      requests.pending.settle(pong(most + 1));
      expect(await reasonOf(waiting)).to.equal('resolved');
    });

    it('lets one leave at once that waits and is aborted, and sends the next instead', async () => {
      const requests = new Requests();
      for (let i = 0; i < most; i++) requests.ping();
      const controller = new AbortController();
      const left = requests.ping(controller.signal);
      const next = requests.ping();
      controller.abort('enough');
      expect(await reasonOf(left)).to.equal('enough');
      requests.pending.settle(pong(1));
      expect(requests.sent).to.have.length(most + 1);
      requests.pending.settle(pong(most + 1));
      expect(await reasonOf(next)).to.equal('resolved');
    });

    it('refuses more than may wait', async () => {
      const requests = new Requests();
      for (let i = 0; i < most + limits.requestsInFlight; i++) requests.ping();
      await expectCode(requests.ping(), 'ERR_BUSY');
      requests.pending.end(new Refusal('CLOSED', 'over'));
      expect(requests.pending.size).to.equal(0);
    });
  });

  context('when the session ends', () => {
    const ended = new Refusal('LINK_LOST', 'gone');

    it('rejects all requests, in flight and waiting, and keeps no timer', async () => {
      const requests = new Requests();
      const asked = Array.from({ length: most + 3 }, () => requests.ping());
      requests.pending.end(ended);
      for (const each of asked) await expectCode(each, 'ERR_LINK_LOST');
      expect([requests.pending.size, requests.runtime.pendingTimers]).to.deep.equal([0, 0]);
      expect(requests.sent).to.have.length(most);
    });

    it('rejects those that come later at once', async () => {
      const requests = new Requests();
      requests.pending.end(ended);
      await expectCode(requests.ping(), 'ERR_LINK_LOST');
      expect([requests.sent.length, requests.runtime.pendingTimers]).to.deep.equal([0, 0]);
    });
  });

  context('when a reply could not be read', () => {
    it('rejects its request with that fault', async () => {
      const requests = new Requests();
      const asked = requests.ping();
      expect(requests.pending.fail(1, new DisgoverError('TOO_MANY_CONTACTS', '21'))).to.equal(true);
      await expectCode(asked, 'ERR_TOO_MANY_CONTACTS');
      expect(requests.pending.fail(9, new DisgoverError('BAD_FRAME', 'x'))).to.equal(false);
    });
  });
});
