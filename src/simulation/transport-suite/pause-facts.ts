import { checkFrames, frameOf } from './frame-facts.js';
import { check, type Facts, type Scene } from './scene.js';

/** As long as another link takes to carry a frame there and back, what was sent before has had the time to arrive. */
async function otherLinkCarriesFrames(scene: Scene): Promise<void> {
  const { near, far } = await scene.pair();
  near.link.send(frameOf(1));
  await scene.until('a frame there', () => far.frames.length === 1);
  far.link.send(frameOf(1));
  await scene.until('a frame back', () => near.frames.length === 1);
}

const expected = Array.from({ length: 50 }, (_, at) => frameOf(1 + at * 11, at));

export const pauseFacts: Facts = {
  'a paused link hands over nothing, and all of it in order when it is resumed': async (scene) => {
    const { near, far } = await scene.pair();
    for (let count = 0; count < 2; count++) far.link.pause();
    for (const frame of expected) near.link.send(frame);
    await otherLinkCarriesFrames(scene);
    check(far.frames.length === 0, `${far.frames.length} frames were handed over during the pause`);
    for (let count = 0; count < 2; count++) far.link.resume();
    near.link.send(frameOf(7));
    await scene.until('what waited', () => far.frames.length > expected.length);
    checkFrames(far.frames, [...expected, frameOf(7)]);
  },

  'a link that is paused while it hands over a frame hands over no other': async (scene) => {
    const { near, far: link } = await scene.link();
    const far = scene.open(link, () => link.pause());
    for (const frame of expected) near.send(frame);
    await otherLinkCarriesFrames(scene);
    check(far.frames.length === 1, `${far.frames.length} frames were handed over instead of 1`);
    link.resume();
    await scene.until('what waited', () => far.frames.length === expected.length);
    checkFrames(far.frames, expected);
  },

  'frames that come before a paused link is opened wait for resume': async (scene) => {
    const { near, far: link } = await scene.link();
    link.pause();
    for (const frame of expected) near.send(frame);
    const far = scene.open(link);
    await otherLinkCarriesFrames(scene);
    check(far.frames.length === 0, `${far.frames.length} frames were handed over during the pause`);
    link.resume();
    await scene.until('what waited', () => far.frames.length === expected.length);
    checkFrames(far.frames, expected);
  },

  'a paused link sends': async (scene) => {
    const { near, far } = await scene.pair();
    far.link.pause();
    far.link.send(frameOf(9));
    await scene.until('a frame', () => near.frames.length === 1);
    checkFrames(near.frames, [frameOf(9)]);
  },

  'what was sent before the other end closed is handed over after the pause, and then the end': async (
    scene,
  ) => {
    const { near, far } = await scene.pair();
    far.link.pause();
    for (const frame of expected) near.link.send(frame);
    near.link.close();
    await scene.until('onClose at the closing end', () => near.closes.length > 0);
    await otherLinkCarriesFrames(scene);
    check(far.frames.length === 0, `${far.frames.length} frames were handed over during the pause`);
    check(far.closes.length === 0, 'onClose was called before the frames that wait');
    far.link.resume();
    await scene.until('onClose', () => far.closes.length > 0);
    checkFrames(far.frames, expected);
  },

  'a paused link that is closed hands over nothing, and is told of its end without resume': async (scene) => {
    const { near, far } = await scene.pair();
    far.link.pause();
    for (const frame of expected) near.link.send(frame);
    await otherLinkCarriesFrames(scene);
    far.link.close({ code: 'IDLE' });
    await scene.until('onClose at both ends', () => far.closes.length > 0 && near.closes.length > 0);
    far.link.resume();
    await otherLinkCarriesFrames(scene);
    check(far.frames.length === 0, `${far.frames.length} frames were handed over after close`);
    check(far.closes[0]?.code === 'IDLE', `the link ended with ${far.closes[0]?.code}`);
  },

  'a link that is closed before it is opened is told of its end then': async (scene) => {
    const { near, far } = await scene.link();
    far.close({ code: 'IDLE' });
    const here = scene.open(near);
    await scene.until('onClose at the other end', () => here.closes.length > 0);
    const there = scene.open(far);
    await scene.until('onClose', () => there.closes.length > 0);
    check(there.closes[0]?.code === 'IDLE', `the link ended with ${there.closes[0]?.code}`);
  },
};
