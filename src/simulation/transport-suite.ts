// The contract of a transport as facts that any transport can be held against. Imports no test runner.
import { closeFacts } from './transport-suite/close-facts.js';
import { frameFacts } from './transport-suite/frame-facts.js';
import { pauseFacts } from './transport-suite/pause-facts.js';
import { type CreateTransport, type Facts, NotDeclared, Scene } from './transport-suite/scene.js';
import { transportFacts } from './transport-suite/transport-facts.js';

/** Those of mocha, of vitest, of `node:test`: what it takes is the names, and promises that tell success from failure. */
export interface TestRunner {
  describe(title: string, body: () => void): unknown;
  it(title: string, fact: (this: unknown, ...context: unknown[]) => Promise<void>): unknown;
}

export interface TransportSuiteOptions {
  /** For the title. Default: `a transport`. */
  readonly name?: string;
  /** Makes the transports that listen, where `create` makes some that only dial. Default `create`. */
  readonly listener?: CreateTransport;
}

/**
 * Registers the compliance suite with a test runner:
 * `transportSuite({ describe, it }, () => tcp(), { name: 'tcp' })`.
 *
 * `create` is called for each transport that a fact needs, one or two for most; they must be able to reach each other, and
 * are closed when the fact is done. A fact takes up to two seconds when it fails. Where `listen()` resolves to undefined
 * there is nobody to dial: those facts are skipped, by `skip()` of the runner's context, and it shows in its report.
 */
export function transportSuite(
  { describe, it }: TestRunner,
  create: CreateTransport,
  { name = 'a transport', listener = create }: TransportSuiteOptions = {},
): void {
  const groups: Record<string, Facts> = {
    'listening and dialling': transportFacts,
    'its frames': frameFacts,
    'pauses of its links': pauseFacts,
    'the end of its links': closeFacts,
  };
  describe(`${name}, as the contract of a transport has it`, () => {
    for (const [group, facts] of Object.entries(groups)) {
      describe(group, () => {
        for (const [title, fact] of Object.entries(facts)) {
          it(title, async function (this: unknown, ...context: unknown[]) {
            const isDeclared = await holds(fact, new Scene(create, listener));
            if (!isDeclared) skip(this, ...context);
          });
        }
      });
    }
  });
}

/** False when the transport has declared that it cannot do what the fact is about. */
async function holds(fact: Facts[string], scene: Scene): Promise<boolean> {
  try {
    await fact(scene);
  } catch (error) {
    // What does not close after a failure is its consequence: the failure is what counts.
    await scene.close().catch(() => undefined);
    if (error instanceof NotDeclared) return false;
    throw error;
  }
  await scene.end();
  return true;
}

/** mocha's context is `this`, that of the others the first argument. */
function skip(...contexts: unknown[]): void {
  const context = contexts.find((one) => typeof (one as { skip?: unknown } | undefined)?.skip === 'function');
  (context as { skip(): void } | undefined)?.skip();
}
