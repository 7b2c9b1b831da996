import { limits } from '../../limits.js';
import { check, type Facts, type Scene } from './scene.js';

/** More than any system buffers for a link whose other end does not read. */
const ENDLESS_BYTES = 64 * 1_048_576;

const closedBy = (closer: 'near' | 'far') => async (scene: Scene) => {
  const { [closer]: closing, [closer === 'near' ? 'far' : 'near']: other } = await scene.pair();
  closing.link.close({ code: 'IDLE', detail: 'a test' });
  closing.link.close({ code: 'CLOSED' });
  await scene.until('onClose at both ends', () => closing.closes.length > 0 && other.closes.length > 0);
  check(
    closing.closes[0]?.code === 'IDLE',
    'onClose at the closing end does not get the reason of the first close',
  );
};

export const closeFacts: Facts = {
  'both ends hear once that the dialler closed the link': closedBy('near'),
  'both ends hear once that the listener closed the link': closedBy('far'),

  'what was sent before close arrives': async (scene) => {
    const { near, far } = await scene.pair();
    for (let count = 0; count < 100; count++) near.link.send(new Uint8Array(500));
    near.link.close();
    await scene.until('onClose at both ends', () => near.closes.length > 0 && far.closes.length > 0);
    check(far.frames.length === 100, `${far.frames.length} frames of 100 arrived`);
  },

  'what arrived before the end is read even if the link is opened after it, and then the end': async (
    scene,
  ) => {
    const { near: link, far: other } = await scene.link();
    const near = scene.open(link);
    for (let count = 0; count < 3; count++) link.send(new Uint8Array(10));
    link.close();
    await scene.until('onClose at the closing end', () => near.closes.length > 0);
    const far = scene.open(other);
    await scene.until('onClose at the other end', () => far.closes.length > 0);
    check(far.frames.length === 3, `${far.frames.length} frames of 3 arrived`);
  },

  'nothing is handed over after close': async (scene) => {
    const { near: link, far: other } = await scene.link();
    const far = scene.open(other, () => other.close());
    const near = scene.open(link);
    for (let count = 0; count < 10; count++) link.send(new Uint8Array(10));
    await scene.until('onClose at both ends', () => near.closes.length > 0 && far.closes.length > 0);
    check(far.frames.length === 1, `${far.frames.length} frames were handed over instead of 1`);
  },

  'send after the end does nothing, and says so': async (scene) => {
    const { near, far } = await scene.pair();
    near.link.close();
    check(!near.link.send(new Uint8Array(1)), 'send after close returned true');
    await scene.until('onClose at both ends', () => near.closes.length > 0 && far.closes.length > 0);
    check(!near.link.send(new Uint8Array(1)), 'send after onClose returned true');
    check(!far.link.send(new Uint8Array(1)), 'send after onClose returned true at the other end');
    check(far.frames.length === 0, 'a frame sent after close has arrived');
  },

  'send returns false to an end that does not read, and SLOW_READER ends the link before it grows': async (
    scene,
  ) => {
    const { near: link } = await scene.link();
    const near = scene.open(link);
    const { near: here, far: there } = await scene.pair();
    const frame = new Uint8Array(limits.frameBeforeHelloBytes);
    let isHeldBack = false;
    let wasCongested = false;
    for (let sent = 0; sent < ENDLESS_BYTES && near.closes.length === 0; sent += frame.length) {
      if (link.send(frame)) continue;
      isHeldBack = true;
      wasCongested ||= link.isCongested;
      // Lets what is under way proceed, for as long as another link takes to carry a frame.
      const count = there.frames.length;
      here.link.send(frame);
      await scene.until('a frame on another link', () => there.frames.length > count);
    }
    check(isHeldBack, 'send never returned false');
    check(wasCongested, 'isCongested was never true');
    await scene.until('onClose', () => near.closes.length > 0);
    const code = near.closes[0]?.code;
    check(code === 'SLOW_READER', `the link ended with ${code}`);
  },
};
