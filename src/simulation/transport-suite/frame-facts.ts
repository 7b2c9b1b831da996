import { limits } from '../../limits.js';
import { check, type End, type Facts } from './scene.js';

/** A frame that says in each byte where it is: a swapped, cut or shifted one is seen. */
export function frameOf(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >>> 8) * 17 + seed * 7 + 1) & 0xff);
}

export function checkFrames(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  check(actual.length === expected.length, `${actual.length} frames of ${expected.length} arrived`);
  for (const [at, frame] of expected.entries()) {
    const got = actual[at];
    const isSame = got?.length === frame.length && frame.every((byte, i) => byte === got[i]);
    check(isSame, `frame ${at} (${frame.length} B) is not what was sent (${got?.length} B)`);
  }
}

const sizes = [1, 2, 3, 4, 5, 127, 128, 255, 256, 4_095, 4_096, 4_097, 16_384, 65_535, 65_536];

export const frameFacts: Facts = {
  'frames of every size arrive whole and in order, in both directions': async (scene) => {
    const { near, far } = await scene.pair();
    const expected = sizes.map((size) => frameOf(size));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      to.link.maxFrameBytes = limits.frameBytes;
      for (const [at, frame] of expected.entries()) {
        from.link.send(frame);
        // One by one: together they would be more than a link has to queue.
        await scene.until(`a frame of ${frame.length} B`, () => to.frames.length > at);
      }
      checkFrames(to.frames, expected);
    }
  },

  '1,000 frames of one turn arrive, in order, while as many come back': async (scene) => {
    const { near, far } = await scene.pair();
    const out = Array.from({ length: 1_000 }, (_, at) => frameOf(1 + (at % 50), at));
    const back = out.toReversed();
    for (const frame of out) near.link.send(frame);
    for (const frame of back) far.link.send(frame);
    await scene.until('1,000 frames', () => far.frames.length >= 1_000 && near.frames.length >= 1_000);
    checkFrames(far.frames, out);
    checkFrames(near.frames, back);
  },

  'bytes may be overwritten as soon as send returns': async (scene) => {
    const { near, far } = await scene.pair();
    const frame = frameOf(1_000);
    for (let count = 0; count < 3; count++) {
      near.link.send(frame);
      frame.fill(0);
      frame.set(frameOf(1_000, count + 1));
    }
    await scene.until('3 frames', () => far.frames.length >= 3);
    checkFrames(far.frames, [frameOf(1_000), frameOf(1_000, 1), frameOf(1_000, 2)]);
  },

  'frames that arrive before open wait for it': async (scene) => {
    const { near, far } = await scene.link();
    const expected = [frameOf(10), frameOf(20), frameOf(30)];
    for (const frame of expected) near.send(frame);
    for (const frame of expected) far.send(frame);
    // As long as another link takes to carry a frame there and back, these have had the time to arrive.
    await roundTrip(await scene.pair());
    for (const end of [scene.open(near), scene.open(far)]) {
      await scene.until('the frames that waited', () => end.frames.length >= 3);
      checkFrames(end.frames, expected);
    }

    async function roundTrip({ near: here, far: there }: { near: End; far: End }): Promise<void> {
      here.link.send(frameOf(1));
      await scene.until('a frame there', () => there.frames.length === 1);
      there.link.send(frameOf(1));
      await scene.until('a frame back', () => here.frames.length === 1);
    }
  },

  'frames sent within the accepting call, and right after dialling, are not lost': async (scene) => {
    const accepted: End[] = [];
    const { info } = await scene.listen((link) => {
      link.send(frameOf(10));
      accepted.push(scene.open(link));
    });
    const link = await scene.dial(await scene.create('dialler'), info);
    link.send(frameOf(20));
    const near = scene.open(link);
    await scene.until('both frames', () => near.frames.length === 1 && accepted[0]?.frames.length === 1);
    checkFrames(near.frames, [frameOf(10)]);
    checkFrames(accepted[0]?.frames ?? [], [frameOf(20)]);
  },

  'a frame above maxFrameBytes, 4 KiB at first, ends the receiving link with FRAME_TOO_LARGE': async (
    scene,
  ) => {
    const { near, far } = await scene.pair();
    check(far.link.maxFrameBytes === limits.frameBeforeHelloBytes, 'maxFrameBytes does not start at 4 KiB');
    near.link.send(frameOf(limits.frameBeforeHelloBytes));
    near.link.send(frameOf(limits.frameBeforeHelloBytes + 1));
    near.link.send(frameOf(1));
    await scene.until('both ends to close', () => near.closes.length > 0 && far.closes.length > 0);
    const code = far.closes[0]?.code;
    check(code === 'FRAME_TOO_LARGE', `the link ended with ${code}`);
    check(far.frames.length === 1, `${far.frames.length} frames were handed over instead of 1`);
  },

  'maxFrameBytes raised while a frame is handed over holds for the next one': async (scene) => {
    const { near, far: link } = await scene.link();
    const far = scene.open(link, () => {
      link.maxFrameBytes = 5_000;
    });
    near.send(frameOf(1));
    near.send(frameOf(5_000));
    await scene.until('2 frames', () => far.frames.length === 2);
    checkFrames(far.frames, [frameOf(1), frameOf(5_000)]);
  },
};
