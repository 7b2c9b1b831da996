// The demo's hand on one of its processes.

import { type ChildProcess, fork } from 'node:child_process';
import type { Contact, TransportInfo } from '../../index.js';
import { addressText } from '../contact-text.js';
import type { Calls, Reply, Request } from './demo-node.js';

export interface Answer<Value> {
  readonly value: Value;
  readonly ms: number;
}

export class DemoProcess {
  readonly name: string;
  /** `tcp://127.0.0.1:41231`, once it has started; and the id of the node. */
  address = '';
  id = '';
  readonly #child: ChildProcess;
  // Calls under way. Bounded by the steps of the demo, which come one after another.
  readonly #calls = new Map<number, { resolve(reply: Reply): void; reject(fault: Error): void }>();
  #number = 0;

  constructor(name: string) {
    this.name = name;
    // This very command, in the same Node with the same flags.
    this.#child = fork(process.argv[1] as string, ['demo-node'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (reply: Reply) => this.#calls.get(reply.number)?.resolve(reply));
    this.#child.once('exit', () => {
      for (const call of this.#calls.values()) call.reject(new Error(`the process of ${name} has ended`));
    });
  }

  /** As it is shown: `127.0.0.1:41231`. */
  get endpoint(): string {
    return this.address.replace('tcp://', '');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async start(seeds: readonly string[]): Promise<Answer<{ contact: Contact; nodes: number }>> {
    const answer = await this.call('start', seeds);
    const { id, transport } = answer.value.contact;
    this.id = id;
    this.address = addressText(transport as TransportInfo);
    return answer;
  }

  /** @throws Error what the call threw there, or that the process has ended. */
  async call<Name extends keyof Calls>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<Answer<Awaited<ReturnType<Calls[Name]>>>> {
    const number = this.#number++;
    const request: Request = { number, name, args };
    try {
      const { value, fault, ms } = await new Promise<Reply>((resolve, reject) => {
        this.#calls.set(number, { resolve, reject });
        if (!this.isAlive) reject(new Error(`the process of ${this.name} has ended`));
        else this.#child.send(request, (fault) => fault && reject(fault));
      });
      if (fault !== undefined) throw new Error(fault);
      return { value: value as Awaited<ReturnType<Calls[Name]>>, ms };
    } finally {
      this.#calls.delete(number);
    }
  }

  /** As a crash would: it has no time to say anything to anybody. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended();
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended();
  }

  async #ended(): Promise<void> {
    if (this.isAlive) await new Promise((resolve) => this.#child.once('exit', resolve));
  }
}
