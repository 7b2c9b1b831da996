// `disgover demo`: five processes, a walk-through, and time to ask them from another terminal.

import type { Command } from 'commander';
import type { Context } from '../context.js';
import { serveDemo } from '../demo/demo-node.js';
import { DemoProcess } from '../demo/demo-process.js';
import { Stage } from '../demo/stage.js';
import { type Cast, names, tell } from '../demo/story.js';
import { NegativeAnswer } from '../failure.js';
import { aborted, bounded, throwIfInterrupted } from '../interruption.js';

/** The walk-through takes a second or two; this is for machines that do not get on with it. */
const STORY_MS = 60_000;

export function addDemo(program: Command, { output, interruption }: Context): void {
  program
    .command('demo')
    .summary('five nodes that find what the others host: start here')
    .description(
      'Starts five nodes and shows what they are for; then they can be asked from another terminal.',
    )
    .option('--once', 'end after the walk-through: with 0 when every step went right')
    .action(async ({ once = false }: { readonly once?: boolean }) => {
      const cast = Object.fromEntries(names.map((name) => [name, new DemoProcess(name)])) as unknown as Cast;
      const stage = new Stage(output, bounded(interruption, STORY_MS, 'the walk-through has not ended'));
      try {
        stage.say(output.colors.bold('disgover: five nodes, and no server between them'));
        await tell(cast, stage);
        stage.say(
          '',
          stage.failures === 0 ? 'Every step went right.' : `${stage.failures} steps went wrong.`,
        );
        if (!once) {
          stage.say(...invitation(cast));
          await aborted(interruption);
        }
      } finally {
        await Promise.all(Object.values(cast).map((node) => node.end()));
      }
      if (stage.failures > 0) throw new NegativeAnswer('DEMO_FAILED', `${stage.failures} steps went wrong`);
      if (!once) throwIfInterrupted(interruption);
    });

  program.command('demo-node', { hidden: true }).action(serveDemo);
}

/** For a clone and for wherever the package is installed: `npx` finds the command in both. */
function invitation({ oslo, quito }: Cast): string[] {
  return [
    'The nodes that are left run on. Ask them from another terminal, in this folder:',
    '',
    `   npx disgover find --name receptionist --seed ${oslo.address}`,
    `   npx disgover trace --name image-resizer --seed ${quito.address}`,
    `   npx disgover ping ${quito.address} --name receptionist`,
    '',
    'Join them, and find from a third terminal what you registered:',
    '',
    `   npx disgover node --seed ${oslo.address} --register '{"name":"mine"}'`,
    `   npx disgover find --name mine --seed ${quito.address}`,
    '',
    'Ctrl-C ends it.',
  ];
}
