import { checkFrames, frameOf } from './frame-facts.js';
import { check, type End, type Facts, type Scene } from './scene.js';

type Side = 'near' | 'far';

const opposite = { near: 'far', far: 'near' } as const;
const expected = Array.from({ length: 50 }, (_, at) => frameOf(1 + at * 11, at));

/** As long as another link takes to carry a frame there and back, what was sent before has had the time to arrive. */
async function otherLinkCarriesFrames(scene: Scene): Promise<void> {
  const { near, far } = await scene.pair();
  near.link.send(frameOf(1));
  await scene.until('a frame there', () => far.frames.length === 1);
  far.link.send(frameOf(1));
  await scene.until('a frame back', () => near.frames.length === 1);
}

/** A paused link, to which the other end has sent all frames that are expected. */
async function withWaiting(scene: Scene, side: Side): Promise<{ readonly paused: End; readonly other: End }> {
  const { [side]: paused, [opposite[side]]: other } = await scene.pair();
  for (let count = 0; count < 2; count++) paused.link.pause();
  for (const frame of expected) other.link.send(frame);
  return { paused, other };
}

function checkNothing({ frames, closes }: End): void {
  check(frames.length === 0, `${frames.length} frames were handed over during the pause`);
  check(closes.length === 0, 'onClose was called before the frames that wait');
}

const resumes = (side: Side) => async (scene: Scene) => {
  const { paused, other } = await withWaiting(scene, side);
  await otherLinkCarriesFrames(scene);
  checkNothing(paused);
  for (let count = 0; count < 2; count++) paused.link.resume();
  other.link.send(frameOf(7));
  await scene.until('what waited', () => paused.frames.length > expected.length);
  checkFrames(paused.frames, [...expected, frameOf(7)]);
};

const pausesWithin = (side: Side) => async (scene: Scene) => {
  const { [side]: link, [opposite[side]]: other } = await scene.link();
  const paused = scene.open(link, () => link.pause());
  for (const frame of expected) other.send(frame);
  await otherLinkCarriesFrames(scene);
  check(paused.frames.length === 1, `${paused.frames.length} frames were handed over instead of 1`);
  link.resume();
  await scene.until('what waited', () => paused.frames.length === expected.length);
  checkFrames(paused.frames, expected);
};

const pausesBeforeOpen = (side: Side) => async (scene: Scene) => {
  const { [side]: link, [opposite[side]]: other } = await scene.link();
  link.pause();
  for (const frame of expected) other.send(frame);
  const paused = scene.open(link);
  await otherLinkCarriesFrames(scene);
  checkNothing(paused);
  link.resume();
  await scene.until('what waited', () => paused.frames.length === expected.length);
  checkFrames(paused.frames, expected);
};

const endsAfterPause = (side: Side) => async (scene: Scene) => {
  const { paused, other } = await withWaiting(scene, side);
  other.link.close();
  await scene.until('onClose at the closing end', () => other.closes.length > 0);
  await otherLinkCarriesFrames(scene);
  checkNothing(paused);
  paused.link.resume();
  await scene.until('onClose', () => paused.closes.length > 0);
  checkFrames(paused.frames, expected);
};

/** `isLost`: the other end has closed the link before. */
const closes = (side: Side, isLost: boolean) => async (scene: Scene) => {
  const { paused, other } = await withWaiting(scene, side);
  if (isLost) other.link.close();
  await otherLinkCarriesFrames(scene);
  paused.link.close({ code: 'IDLE' });
  await scene.until('onClose at both ends', () => paused.closes.length > 0 && other.closes.length > 0);
  paused.link.resume();
  await otherLinkCarriesFrames(scene);
  check(paused.frames.length === 0, `${paused.frames.length} frames were handed over after close`);
  check(paused.closes[0]?.code === 'IDLE', `the link ended with ${paused.closes[0]?.code}`);
};

const sends = (side: Side) => async (scene: Scene) => {
  const { [side]: paused, [opposite[side]]: other } = await scene.pair();
  paused.link.pause();
  paused.link.send(frameOf(9));
  await scene.until('a frame', () => other.frames.length === 1);
  checkFrames(other.frames, [frameOf(9)]);
};

const closesBeforeOpen = (side: Side) => async (scene: Scene) => {
  const { [side]: link, [opposite[side]]: other } = await scene.link();
  link.close({ code: 'IDLE' });
  const there = scene.open(other);
  await scene.until('onClose at the other end', () => there.closes.length > 0);
  const here = scene.open(link);
  await scene.until('onClose', () => here.closes.length > 0);
  check(here.closes[0]?.code === 'IDLE', `the link ended with ${here.closes[0]?.code}`);
};

const factsOf = (who: string, side: Side): Facts => ({
  [`${who} hands over nothing while it is paused, and all of it in order when it is resumed`]: resumes(side),
  [`${who}, paused while it hands over a frame, hands over no other`]: pausesWithin(side),
  [`${who}, paused before it is opened, hands over nothing until it is resumed`]: pausesBeforeOpen(side),
  [`${who} sends while it is paused`]: sends(side),
  [`${who} hands over after a pause what came before the end, and then tells the end`]: endsAfterPause(side),
  [`${who}, closed while it is paused, hands over nothing, and tells its end at once`]: closes(side, false),
  [`${who}, closed while it is paused and has ended, tells its own reason`]: closes(side, true),
  [`${who}, closed before it is opened, tells its end then`]: closesBeforeOpen(side),
});

export const pauseFacts: Facts = {
  ...factsOf('a link that was dialled', 'near'),
  ...factsOf('a link that was accepted', 'far'),
};
