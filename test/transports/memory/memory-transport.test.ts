import { expect } from 'chai';
import type { Link } from '../../../src/contracts/transport.js';
import { limits } from '../../../src/limits.js';
import { Hub, memory } from '../../../transports/memory/index.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { bytes, record } from '../../support/recorder.js';

const { signal } = new AbortController();
const ignore = () => {};

describe('the memory transport', () => {
  let hub: Hub;

  beforeEach(() => {
    hub = new Hub();
  });

  describe('its addresses', () => {
    it('are what it was given', async () => {
      const info = await memory({ network: hub, host: '10.0.0.1', port: 80 }).listen(ignore);
      expect(info).to.deep.equal({ type: 'memory', host: '10.0.0.1', port: 80 });
    });

    it('are free ones of 127.0.0.1 where none was given', async () => {
      const infos = await Promise.all(
        Array.from({ length: 100 }, () => memory({ network: hub }).listen(ignore)),
      );
      expect(new Set(infos.map((info) => info?.port)).size).to.equal(100);
      expect(infos.every((info) => info?.host === '127.0.0.1')).to.equal(true);
    });

    it('are found free also where others took what comes next', async () => {
      const [, second] = [1_024, 1_025].map((port) => memory({ network: hub, port }));
      await second?.listen(ignore);
      expect((await memory({ network: hub }).listen(ignore))?.port).to.equal(1_026);
      expect((await memory({ network: hub }).listen(ignore))?.port).to.equal(1_027);
    });

    it('are in use by one at a time, on one network', async () => {
      const first = memory({ network: hub, port: 80 });
      await first.listen(ignore);
      await expectCode(memory({ network: hub, port: 80 }).listen(ignore), 'ERR_ADDRESS_IN_USE');
      await memory({ network: hub, host: '10.0.0.1', port: 80 }).listen(ignore);
      await memory({ network: new Hub(), port: 80 }).listen(ignore);
      await first.close();
      await memory({ network: hub, port: 80 }).listen(ignore);
    });

    it('are refused when a host has no port left', async () => {
      for (let port = 1_024; port <= 65_535; port++)
        hub.listeners.set(`127.0.0.1:${port}`, () => expect.fail());
      const error = await expectCode(memory({ network: hub }).listen(ignore), 'ERR_ADDRESS_IN_USE');
      expect(error.message).to.contain('every port of 127.0.0.1');
    });

    it('are refused where they cannot be', async () => {
      const transport = memory({ network: hub });
      for (const host of ['', 'two words', 'a\r\n', 'x'.repeat(254), 'a@b', 5 as unknown as string]) {
        expectThrowsCode(() => memory({ network: hub, host }), 'ERR_BAD_HOST');
        await expectCode(transport.dial({ type: 'memory', host, port: 1 }, { signal }), 'ERR_BAD_HOST');
      }
      for (const port of [-1, 65_536, 80.5, Number.NaN, '80' as unknown as number]) {
        expectThrowsCode(() => memory({ network: hub, port }), 'ERR_BAD_PORT');
        await expectCode(transport.dial({ type: 'memory', host: 'a', port }, { signal }), 'ERR_BAD_PORT');
      }
      await expectCode(transport.dial({ type: 'memory', host: 'a', port: 0 }, { signal }), 'ERR_BAD_PORT');
      await expectCode(transport.dial({ type: 'memory' }, { signal }), 'ERR_BAD_HOST');
    });
  });

  describe('its options', () => {
    const bad: Record<string, unknown> = {
      nothing: undefined,
      null: null,
      'no object': 'memory',
      'no network': {},
      'a network that is none': { network: {} },
      'the class of a network': { network: Hub },
      'an unknown name': { network: new Hub(), prot: 1 },
      'a listen that is no boolean': { network: new Hub(), listen: 'no' },
    };
    for (const [what, options] of Object.entries(bad)) {
      it(`are refused with ${what}`, () => {
        expectThrowsCode(() => memory(options as never), 'ERR_BAD_OPTION');
      });
    }
  });

  describe('with listen: false', () => {
    it('has no address, keeps none, and dials all the same', async () => {
      const remotes: string[] = [];
      await memory({ network: hub, host: 'server', port: 1 }).listen((link) => remotes.push(link.remote));
      const client = memory({ network: hub, host: 'browser', port: 80, listen: false });
      expect(await client.listen(ignore)).to.equal(undefined);
      expect(hub.listeners.size).to.equal(1);
      const link = await client.dial({ type: 'memory', host: 'server', port: 1 }, { signal });
      expect(link.remote).to.equal('server:1');
      expect(remotes).to.deep.equal(['browser:0']);
    });
  });

  describe('a link', () => {
    async function pair(client = memory({ network: hub, host: '10.0.0.1', port: 1 })) {
      const links: Link[] = [];
      await memory({ network: hub, host: '10.0.0.2', port: 2 }).listen((link) => links.push(link));
      await client.listen(ignore);
      const near = await client.dial({ type: 'memory', host: '10.0.0.2', port: 2 }, { signal });
      return { near, far: links[0] as Link };
    }

    it('attests the address that the other end listens at, and no other', async () => {
      const { near, far } = await pair();
      const address = { type: 'memory', host: '10.0.0.1', port: 1 };
      expect(far.attests?.(address)).to.equal(true);
      expect(far.attests?.({ ...address, port: 2 })).to.equal(false);
      expect(far.attests?.({ ...address, host: '10.0.0.2' })).to.equal(false);
      expect(far.attests?.({ ...address, type: 'tcp' })).to.equal(false);
      expect(near.attests?.({ type: 'memory', host: '10.0.0.2', port: 2 })).to.equal(true);
    });

    it('attests nothing of an end that nobody can dial', async () => {
      const { far } = await pair(memory({ network: hub, host: '10.0.0.1', port: 1, listen: false }));
      expect(far.attests?.({ type: 'memory', host: '10.0.0.1', port: 1 })).to.equal(false);
    });

    it('delivers neither within send, nor tells the end within close', async () => {
      const { near, far } = await pair();
      const [atNear, atFar] = [record(near), record(far)];
      near.send(bytes('x'));
      near.close({ code: 'IDLE' });
      expect([...atFar.frames, ...atNear.closes]).to.deep.equal([]);
      await new Promise((resolve) => setImmediate(resolve));
      expect(atFar).to.deep.include({ frames: ['x'], closes: [{ code: 'LINK_LOST' }] });
      expect(atNear.closes).to.deep.equal([{ code: 'IDLE' }]);
    });

    it('spoils the bytes of a frame once it was handed over, for those who keep them uncopied', async () => {
      const { near, far } = await pair();
      const kept: Uint8Array[] = [];
      far.open({ onFrame: (frame) => kept.push(frame), onPartialFrame: ignore, onClose: ignore });
      near.send(bytes('abc'));
      await new Promise((resolve) => setImmediate(resolve));
      expect([...(kept[0] ?? [])]).to.deep.equal([0xdb, 0xdb, 0xdb]);
    });

    it('refuses an empty frame', async () => {
      const { near, far } = await pair();
      const atFar = record(far);
      near.send(new Uint8Array(0));
      await new Promise((resolve) => setImmediate(resolve));
      expect(atFar).to.deep.include({ frames: [], closes: [{ code: 'FRAME_EMPTY' }] });
    });

    it('tells an end also to who opens it after it', async () => {
      const { near, far } = await pair();
      far.close({ code: 'IDLE' });
      await new Promise((resolve) => setImmediate(resolve));
      const [atNear, atFar] = [record(near), record(far)];
      await new Promise((resolve) => setImmediate(resolve));
      expect(atFar.closes).to.deep.equal([{ code: 'IDLE' }]);
      expect(atNear.closes).to.deep.equal([{ code: 'LINK_LOST' }]);
    });

    it('counts what is sent to an end that does not read, until it reads', async () => {
      const { near, far } = await pair();
      const kibibyte = new Uint8Array(1_024);
      const sendAll = (count: number) => Array.from({ length: count }, () => near.send(kibibyte));
      const pauseAt = limits.linkPauseBytes / 1_024;
      expect(sendAll(pauseAt - 1)).to.not.include(false);
      expect(sendAll(pauseAt)).to.not.include(true);
      const [atNear, atFar] = [record(near), record(far)];
      expect(sendAll(pauseAt)).to.not.include(false);
      await new Promise((resolve) => setImmediate(resolve));
      expect(atFar.frames).to.have.lengthOf(3 * pauseAt - 1);
      expect(atNear.closes).to.deep.equal([]);
    });

    it('ends with SLOW_READER when that is more than its ceiling', async () => {
      const { near, far } = await pair();
      const atNear = record(near);
      const half = new Uint8Array(limits.linkCloseBytes / 2);
      expect([half, half, Uint8Array.of(1), half].map((frame) => near.send(frame))).to.not.include(true);
      await new Promise((resolve) => setImmediate(resolve));
      expect(atNear.closes).to.deep.equal([{ code: 'SLOW_READER', detail: '131073 B queued' }]);
      far.maxFrameBytes = half.length;
      const atFar = record(far);
      await new Promise((resolve) => setImmediate(resolve));
      expect(atFar.frames).to.have.lengthOf(2);
      expect(atFar.closes).to.deep.equal([{ code: 'LINK_LOST' }]);
    });
  });

  describe('close', () => {
    it('has told every owner of a link by the time it resolves', async () => {
      await memory({ network: hub, host: 'server', port: 1 }).listen(record);
      const client = memory({ network: hub });
      const dial = () => client.dial({ type: 'memory', host: 'server', port: 1 }, { signal });
      const links = await Promise.all(Array.from({ length: 5 }, dial));
      const ends = links.map(record);
      await client.close();
      expect(ends.map(({ closes }) => closes.length)).to.deep.equal([1, 1, 1, 1, 1]);
    });

    it('refuses what is asked of it afterwards', async () => {
      const transport = memory({ network: hub, port: 1 });
      await transport.close();
      await expectCode(transport.listen(ignore), 'ERR_CLOSED');
      await expectCode(transport.dial({ type: 'memory', host: 'a', port: 1 }, { signal }), 'ERR_CLOSED');
    });
  });
});
