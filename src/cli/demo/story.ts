// The walk-through: what disgover is for, told by five processes that find what the others host.

import { advance } from '../../../arbiters/vector-clock.js';
import type { Contact } from '../../index.js';
import type { DemoProcess } from './demo-process.js';
import { Scene } from './scene.js';
import type { Stage } from './stage.js';

export const names = ['oslo', 'lima', 'cairo', 'quito', 'delhi'] as const;
export type Cast = Readonly<Record<(typeof names)[number], DemoProcess>>;

/** Six chapters, each on what the ones before have left. */
export async function tell(cast: Cast, stage: Stage): Promise<void> {
  const scene = new Scene(
    names.map((name) => cast[name]),
    stage,
  );
  for (const chapter of [meeting, receptionist, domainName, service, move, crash]) {
    await chapter(cast, stage, scene);
  }
}

async function meeting({ oslo, lima, cairo, quito, delhi }: Cast, stage: Stage, scene: Scene): Promise<void> {
  stage.chapter(
    'Five nodes meet',
    'Each is a process of its own. The first knows nobody, the others know the address of one.',
  );
  await scene.starts(oslo);
  await scene.joins(lima, oslo);
  await scene.joins(cairo, oslo);
  await scene.joins(quito, lima);
  await scene.joins(delhi, cairo);
}

async function receptionist({ oslo, quito }: Cast, stage: Stage, scene: Scene): Promise<void> {
  stage.chapter(
    'An actor receptionist',
    'An actor lives at oslo. Whoever has a message for it looks for its name, at any node.',
  );
  await scene.registers(oslo, 'receptionist', { path: '/user/receptionist' }, `at oslo, ${oslo.endpoint}`);
  await scene.asks(quito, 'receptionist', scene.at(oslo, 0));
  await scene.finds(quito, 'receptionist', scene.at(oslo, 0));
  stage.explain(
    'To ask is to go out: one hop, as the first node that was asked knew. To find is to look at home',
    'first, where quito has it too: the 20 nodes nearest to a name keep its contact, here all five.',
  );
}

async function domainName({ lima, delhi }: Cast, stage: Stage, scene: Scene): Promise<void> {
  stage.chapter('A name, as in DNS', 'What a name stands for is data: here the endpoint of a database.');
  const endpoint = '10.0.7.12:5432';
  await scene.registers(lima, 'db.example', { endpoint }, `is ${endpoint}`);
  await scene.asks(delhi, 'db.example', withEndpoint(endpoint));
}

async function service({ oslo, cairo, quito, delhi }: Cast, stage: Stage, scene: Scene): Promise<void> {
  stage.chapter(
    'A service of three workers',
    'All three register under one name. An arbiter, a function of yours, decides what comes of it:',
    'this one merges the sets of workers, so that nobody is lost and nobody has to coordinate.',
  );
  const workers = [cairo, quito, delhi];
  for (const worker of workers) {
    const data = { workers: { [worker.name]: worker.address } };
    await scene.registers(worker, 'image-resizer', data, `worker ${worker.name}`);
  }
  await scene.asks(oslo, 'image-resizer', withWorkers(workers));
}

async function move({ quito }: Cast, stage: Stage, scene: Scene): Promise<void> {
  stage.chapter(
    'The actor moves',
    'quito registers it with the next clock, 1. The same arbiter lets the newer clock win, everywhere;',
    'also at oslo, which still has it registered with the old one.',
  );
  await scene.takesOver(quito, 'receptionist', advance);
  await scene.allFind('receptionist', scene.at(quito, 1));
}

async function crash({ oslo, lima, cairo, quito, delhi }: Cast, stage: Stage, scene: Scene): Promise<void> {
  stage.chapter(
    'A process crashes',
    'lima has no time to say goodbye. Nothing is lost: what it registered is kept by others until it',
    'expires, and whoever finds out that its host is gone says so, and hosts it anew.',
  );
  await scene.crashes(lima);
  await scene.asks(cairo, 'receptionist', scene.at(quito, 1));
  await scene.asks(oslo, 'image-resizer', withWorkers([cairo, quito, delhi]));
  await scene.asks(delhi, 'db.example', withEndpoint('10.0.7.12:5432'));
  await scene.missesHost(delhi, 'db.example', lima);
  await scene.findsNothing(delhi, 'db.example', 'nothing: the old one is set aside');
  await scene.takesOver(cairo, 'db.example', advance);
  await scene.finds(delhi, 'db.example', scene.at(cairo, 1));
}

function withEndpoint(endpoint: string) {
  return ({ data }: Contact) =>
    (data as { endpoint?: unknown }).endpoint === endpoint ? `is ${endpoint}` : undefined;
}

function withWorkers(workers: readonly DemoProcess[]) {
  return ({ data }: Contact) => {
    const set = (data as { workers?: object }).workers ?? {};
    const isWhole = workers.every(({ name }) => Object.hasOwn(set, name));
    return isWhole ? `workers ${Object.keys(set).sort().join(', ')}` : undefined;
  };
}
