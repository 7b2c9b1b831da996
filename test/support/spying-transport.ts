// A transport with somebody who looks over its shoulder: what it was asked to dial, and what was said of the address.

import {
  type DialOptions,
  DisgoverError,
  type Link,
  type Transport,
  type TransportInfo,
} from '../../src/plugin.js';

export class SpyingTransport implements Transport {
  readonly name: string;
  /** Addresses that the guard let pass, as they were about to be connected to. */
  readonly passed: string[] = [];
  /** Why the others were not. */
  readonly refused: string[] = [];
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.#inner = inner;
    this.name = inner.name;
  }

  listen(onLink: (link: Link) => void): Promise<TransportInfo | undefined> {
    return this.#inner.listen(onLink);
  }

  async dial(info: TransportInfo, { signal, guard }: DialOptions): Promise<Link> {
    const spied = guard && {
      checkName: (name: string) => guard.checkName(name),
      checkAddress: (address: string, port: number) => {
        guard.checkAddress(address, port);
        this.passed.push(`${address} ${port}`);
      },
    };
    try {
      return await this.#inner.dial(info, { signal, guard: spied });
    } catch (fault) {
      if (fault instanceof DisgoverError) this.refused.push(fault.fault);
      throw fault;
    }
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** The same, where the transport does not ask: the guard is asked of `host` and `port`. For networks in memory. */
export function guarded(inner: Transport): Transport {
  return {
    name: inner.name,
    listen: (onLink) => inner.listen(onLink),
    dial: async (info, options) => {
      options.guard?.checkAddress(info.host ?? '', info.port ?? 0);
      return inner.dial(info, options);
    },
    close: () => inner.close(),
  };
}
