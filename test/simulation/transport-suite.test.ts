import { expect } from 'chai';
import type { Link, LinkHandlers, Transport } from '../../src/plugin.js';
import { type TestRunner, transportSuite } from '../../src/simulation/transport-suite.js';
import { Hub, memory } from '../../transports/memory/index.js';

type Fact = Parameters<TestRunner['it']>[1];

/** The suite's facts by title, instead of a run. */
function factsOf(create: () => Transport, listener?: () => Transport): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  const describe = (_title: string, body: () => void) => body();
  const it = (title: string, fact: Fact) => facts.set(title, fact);
  transportSuite({ describe, it }, create, listener && { listener });
  return facts;
}

/** A sound transport whose links, on both sides, are spoilt. */
function spoilt(network: Hub, spoil: (link: Link) => Partial<Link>): Transport {
  const sound = memory({ network });
  const wrap = (link: Link): Link => {
    const changed = spoil(link);
    return new Proxy(link, {
      get(target, field) {
        const value = Reflect.get(field in changed ? changed : target, field);
        return typeof value === 'function' ? value.bind(field in changed ? changed : target) : value;
      },
      set: (target, field, value) => Reflect.set(target, field, value),
    });
  };
  return {
    name: sound.name,
    listen: (onLink) => sound.listen((link) => onLink(wrap(link))),
    dial: async (info, options) => wrap(await sound.dial(info, options)),
    close: () => sound.close(),
  };
}

const opened = (link: Link, change: (handlers: LinkHandlers) => Partial<LinkHandlers>): Partial<Link> => ({
  open: (handlers) =>
    link.open({
      onFrame: (frame) => handlers.onFrame(frame),
      onPartialFrame: () => handlers.onPartialFrame(),
      onClose: (reason) => handlers.onClose(reason),
      ...change(handlers),
    }),
});

/** What is wrong with a link, and words of the fact that finds it. */
const faults: Record<string, [fact: RegExp, spoil: (link: Link) => Partial<Link>]> = {
  'swaps two frames': [
    /1,000 frames/,
    (link) => {
      let held: Uint8Array | undefined;
      return {
        send: (frame) => {
          if (held === undefined) {
            held = frame.slice();
            return true;
          }
          const sent = link.send(frame) && link.send(held);
          held = undefined;
          return sent;
        },
      };
    },
  ],
  'changes a byte of long frames': [
    /every size/,
    (link) => ({
      send: (frame) => link.send(frame.length > 5_000 ? frame.with(5_000, 0) : frame),
    }),
  ],
  'reads the bytes after send has returned': [
    /overwritten/,
    (link) => ({
      send: (frame) => {
        queueMicrotask(() => link.send(frame));
        return true;
      },
    }),
  ],
  'tells the end twice': [
    /both ends hear once/,
    (link) =>
      opened(link, (handlers) => ({
        onClose: (reason) => {
          handlers.onClose(reason);
          handlers.onClose(reason);
        },
      })),
  ],
  'tells no end': [/both ends hear once/, (link) => opened(link, () => ({ onClose: () => undefined }))],
  'accepts frames of any size': [
    /FRAME_TOO_LARGE/,
    (link) => {
      link.maxFrameBytes = 1_000_000;
      return { maxFrameBytes: 4_096 };
    },
  ],
  'hands over frames in spite of a pause': [/hands over nothing while/, () => ({ pause: () => undefined })],
  'forgets what came during a pause': [
    /hands over no other/,
    (link) => {
      let isPaused = false;
      return {
        pause: () => {
          isPaused = true;
        },
        resume: () => {
          isPaused = false;
        },
        open: (handlers) =>
          link.open({
            onFrame: (frame) => isPaused || handlers.onFrame(frame),
            onPartialFrame: () => handlers.onPartialFrame(),
            onClose: (reason) => handlers.onClose(reason),
          }),
      };
    },
  ],
  'never says that the other end is slow': [
    /SLOW_READER/,
    (link) => ({
      send: (frame) => {
        link.send(frame);
        return true;
      },
    }),
  ],
};

describe('transportSuite', () => {
  for (const [fault, [fact, spoil]] of Object.entries(faults)) {
    it(`finds a link that ${fault}`, async () => {
      const network = new Hub();
      const facts = factsOf(() => spoilt(network, spoil));
      const [title, run] = [...facts].find(([title]) => fact.test(title)) as [string, Fact];
      const failure = await run.call(undefined).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure, title).to.be.instanceOf(Error);
    });
  }

  it('skips what needs somebody to dial where listen gives no address', async () => {
    const network = new Hub();
    let skipped = 0;
    const context = { skip: () => skipped++ };
    const facts = factsOf(() => memory({ network, listen: false }));
    for (const fact of facts.values()) await fact.call(context);
    expect(skipped).to.be.above(20);
  });

  it('holds what only dials against somebody who listens', async () => {
    const network = new Hub();
    const facts = factsOf(
      () => memory({ network, listen: false }),
      () => memory({ network }),
    );
    for (const fact of facts.values()) await fact.call({ skip: () => expect.fail('skipped') });
  });
});
