import { DisgoverError } from '../../errors.js';
import { check, type End, type Facts, NotDeclared, type Scene } from './scene.js';

function checkCode(error: unknown, ...codes: string[]): void {
  check(error instanceof DisgoverError, `rejected with ${String(error)} instead of a DisgoverError`);
  check(codes.length === 0 || codes.includes(error.code), `rejected with ${error.code} instead of ${codes}`);
}

/** An address where somebody listened who is gone. */
async function nobody(scene: Scene) {
  const { transport, info } = await scene.listen();
  await transport.close();
  return info;
}

const closeEnds = (side: 'near' | 'far') => async (scene: Scene) => {
  const far: End[] = [];
  const listening = await scene.listen((link) => far.push(scene.open(link)));
  const dialler = await scene.create('dialler');
  const near: End[] = [];
  for (let count = 0; count < 3; count++) near.push(scene.open(await scene.dial(dialler, listening.info)));
  await scene.until('3 links', () => far.length === 3);
  const closing = side === 'near' ? dialler : listening.transport;
  await scene.within('close() to resolve', closing.close());
  await scene.until('onClose of all', () => [...near, ...far].every(({ closes }) => closes.length > 0));
};

export const transportFacts: Facts = {
  "listen gives an address of the transport's own type, or none": async (scene) => {
    const transport = await scene.create('listener');
    const info = await transport.listen(() => undefined);
    if (info === undefined) throw new NotDeclared('listen() gave no address');
    check(info.type === transport.name, `the address is of type ${info.type}`);
  },

  'listen rejects with ERR_BAD_OPTION when it is called again, and what listens goes on': async (scene) => {
    const transport = await scene.create('listener');
    const info = await transport.listen(() => undefined);
    checkCode(
      await scene.rejection(
        'a second listen',
        transport.listen(() => undefined),
      ),
      'ERR_BAD_OPTION',
    );
    if (info !== undefined) await scene.dial(await scene.create('dialler'), info);
  },

  'dial reaches who listens, and each end names the other': async (scene) => {
    const { near, far } = await scene.link();
    check(near.remote !== '' && far.remote !== '', 'remote is empty');
    for (const link of [near, far]) {
      check(
        link.attests?.({ type: 'no transport' }) !== true,
        'a link attests an address that is not of its type',
      );
    }
  },

  'twenty links at once carry each their own frames': async (scene) => {
    const { info } = await scene.listen((link) => {
      const far: End = scene.open(link, () => link.send(far.frames[0] as Uint8Array));
    });
    const transport = await scene.create('dialler');
    const links = await Promise.all(Array.from({ length: 20 }, () => scene.dial(transport, info)));
    const ends = links.map((link) => scene.open(link));
    for (const [at, link] of links.entries()) link.send(Uint8Array.of(at));
    await scene.until('20 answers', () => ends.every(({ frames }) => frames.length === 1));
    check(
      ends.every(({ frames }, at) => frames[0]?.[0] === at),
      'a frame came over another link',
    );
  },

  'dial to nobody rejects with ERR_DIAL_FAILED': async (scene) => {
    const info = await nobody(scene);
    checkCode(
      await scene.rejection('dial', scene.dial(await scene.create('dialler'), info)),
      'ERR_DIAL_FAILED',
    );
  },

  'dial of what cannot be an address rejects with a DisgoverError': async (scene) => {
    const transport = await scene.create('dialler');
    const type = transport.name;
    for (const info of [
      { type },
      { type, host: 'two words\r\n', port: 1 },
      { type, host: '127.0.0.1', port: 65_536 },
      { type, host: 5 as unknown as string, port: '80' as unknown as number },
    ]) {
      checkCode(await scene.rejection(`dial of ${JSON.stringify(info)}`, scene.dial(transport, info)));
    }
  },

  'an aborted dial rejects with the reason of its signal, and leaves nothing': async (scene) => {
    const ends: End[] = [];
    const { info } = await scene.listen((link) => ends.push(scene.open(link)));
    const transport = await scene.create('dialler');
    const before = new AbortController();
    before.abort(new Error('before'));
    const during = new AbortController();
    const dialling = scene.dial(transport, info, during.signal);
    during.abort(new Error('during'));
    const reason = await scene.rejection('an aborted dial', dialling);
    check(reason === during.signal.reason, "the reason is not the signal's");
    const early = await scene.rejection('dial', scene.dial(transport, info, before.signal));
    check(early === before.signal.reason, "the reason is not the signal's when it was aborted before");
    scene.open(await scene.dial(transport, info));
    const isOpen = ({ closes }: End) => closes.length === 0;
    await scene.until('one link and no more', () => ends.filter(isOpen).length === 1);
  },

  'a dial leaves no listener on its signal': async (scene) => {
    const { info } = await scene.listen();
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...listener: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, listener);
    };
    signal.removeEventListener = (...listener: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, listener);
    };
    const transport = await scene.create('dialler');
    await scene.dial(transport, info, signal);
    check(listeners <= 0, 'a listener is left on the signal of a dial that succeeded');
    await scene.rejection('dial', scene.dial(transport, await nobody(scene), signal));
    check(listeners <= 0, 'a listener is left on the signal of a dial that failed');
  },

  'close of who listens ends every link': closeEnds('far'),
  'close of who dialled ends every link': closeEnds('near'),

  'after close nobody is reached, neither from here nor here': async (scene) => {
    const { transport, info } = await scene.listen();
    await transport.close();
    await transport.close();
    checkCode(await scene.rejection('dial after close', scene.dial(transport, info)));
    checkCode(
      await scene.rejection('dial', scene.dial(await scene.create('dialler'), info)),
      'ERR_DIAL_FAILED',
    );
  },

  'close before anything was done resolves': async (scene) => {
    const transport = await scene.create('listener');
    await scene.within('close() to resolve', transport.close());
  },

  'close while it starts to listen leaves nobody who listens': async (scene) => {
    const transport = await scene.create('listener');
    const listening = transport.listen(() => undefined).catch(() => undefined);
    await scene.within('close() to resolve', transport.close());
    const info = await scene.within('listen() to settle', listening);
    if (info) await scene.rejection('dial', scene.dial(await scene.create('dialler'), info));
  },

  'close while it dials ends the dial': async (scene) => {
    const { info } = await scene.listen();
    const transport = await scene.create('dialler');
    const dialling = scene.dial(transport, info).catch(() => undefined);
    await scene.within('close() to resolve', transport.close());
    const link = await dialling;
    if (link) {
      const end = scene.open(link);
      await scene.until('onClose of a link that came too late', () => end.closes.length > 0);
    }
  },
};
