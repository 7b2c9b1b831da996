// Hosts on one wire: network namespaces on a bridge that leads nowhere else. Root only.

import { execFileSync } from 'node:child_process';

const run = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Whether this machine can have them. */
export function hasNamespaces(): boolean {
  const name = `dgprobe${process.pid}`;
  try {
    run('netns', 'add', name);
    run('netns', 'del', name);
    return true;
  } catch {
    return false;
  }
}

export class Namespaces {
  readonly names: readonly string[];
  readonly #bridge = `dgb${process.pid}`;

  /** Host i is 10.77.0.i and fe80::77:i. */
  constructor(count: number) {
    this.names = Array.from({ length: count }, (_, i) => `dg${process.pid}n${i + 1}`);
    run('link', 'add', this.#bridge, 'type', 'bridge');
    run('link', 'set', this.#bridge, 'up');
    for (const [i, name] of this.names.entries()) {
      const outside = `dgv${process.pid}i${i}`.slice(-15);
      run('netns', 'add', name);
      run('link', 'add', outside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      run('link', 'set', outside, 'master', this.#bridge, 'up');
      run('-n', name, 'link', 'set', 'eth0', 'addrgenmode', 'none');
      run('-n', name, 'link', 'set', 'lo', 'up');
      run('-n', name, 'link', 'set', 'eth0', 'up');
      this.#address('add', name, `10.77.0.${i + 1}/24`);
      this.#address('add', name, `fe80::77:${i + 1}/64`);
    }
  }

  /** The host has another address, and not its own any more. */
  move(name: string, from: string, to: string): void {
    this.#address('add', name, to);
    this.#address('del', name, from);
  }

  remove(): void {
    for (const name of this.names) run('netns', 'del', name);
    run('link', 'del', this.#bridge);
  }

  #address(what: 'add' | 'del', name: string, address: string): void {
    // Nobody else has it: there is nothing to wait for.
    run(
      '-n',
      name,
      'addr',
      what,
      address,
      'dev',
      'eth0',
      ...(address.includes(':') && what === 'add' ? ['nodad'] : []),
    );
  }
}
