// A node in a process of its own, told what to do over IPC. One file, both ends: run as a program it is the child.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Contact, type ContactInput, Disgover } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';

interface Calls {
  /** Starts the node; to be the first. `seeds`: contacts. */
  start(seeds: readonly ContactInput[]): Promise<Contact>;
  register(contact: ContactInput): Promise<Contact>;
  find(query: { readonly id: string; readonly fresh: boolean }): Promise<Contact | undefined>;
}

type Request = { readonly [Name in keyof Calls]: readonly [Name, Parameters<Calls[Name]>[0]] }[keyof Calls];
type Reply = { readonly value?: unknown; readonly code?: string };

const file = fileURLToPath(import.meta.url);

export class NodeProcess {
  readonly #child: ChildProcess;
  #contact: Contact | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** A process with a running node. */
  static async start(seeds: readonly Contact[] = []): Promise<NodeProcess> {
    const node = new NodeProcess(
      fork(file, {
        execArgv: ['--import=tsx', '--conditions=disgover-source'],
        // Another process transforms the sources another way: their coverage cannot be added up.
        env: { ...process.env, NODE_V8_COVERAGE: '' },
      }),
    );
    node.#contact = (await node.#ask(['start', seeds])) as Contact;
    return node;
  }

  get contact(): Contact {
    return this.#contact as Contact;
  }

  async register(contact: ContactInput): Promise<Contact> {
    return (await this.#ask(['register', contact])) as Contact;
  }

  async find(id: string, { fresh = false } = {}): Promise<Contact | undefined> {
    return (await this.#ask(['find', { id, fresh }])) as Contact | undefined;
  }

  /** Ends the process as it stands: nobody is told. Resolves when it is gone. */
  kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  /** One request at a time. */
  #ask(request: Request): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('the process has ended'));
      this.#child.once('exit', onExit);
      this.#child.once('message', ({ value, code }: Reply) => {
        this.#child.off('exit', onExit);
        if (code === undefined) resolve(value);
        else reject(new Error(`${request[0]}: ${code}`));
      });
      this.#child.send(request);
    });
  }
}

function serve(): void {
  let node: Disgover;
  const calls: Calls = {
    async start(seeds) {
      node = await Disgover.start({ transport: tcp(), seeds });
      return node.contact;
    },
    register: (contact) => node.register(contact),
    find: ({ id, fresh }) => node.find(id, { fresh }),
  };
  process.on('message', async ([name, argument]: Request) => {
    let reply: Reply;
    try {
      reply = { value: await calls[name](argument as never) };
    } catch (fault) {
      reply = { code: String(fault) };
    }
    process.send?.(reply);
  });
  // The test is over, or gone.
  process.on('disconnect', () => process.exit());
}

if (process.argv[1] === file && process.send !== undefined) serve();
