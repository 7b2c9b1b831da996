// A transport under another name: nodes that speak different ones, on one simulated network.

import type { Link, Transport, TransportInfo } from '../../src/contracts/transport.js';

/** The same links, dialled at addresses of the type `name`. Who only speaks the one cannot dial the other. */
export function renamed(inner: Transport, name: string): Transport {
  const toInner = (info: TransportInfo): TransportInfo => ({ ...info, type: inner.name });
  const toOuter = (link: Link): Link => {
    const attests = link.attests?.bind(link);
    if (attests !== undefined) link.attests = (info) => info.type === name && attests(toInner(info));
    return link;
  };
  return {
    name,
    listen: async (onLink) => {
      const info = await inner.listen((link) => onLink(toOuter(link)));
      return info && { ...info, type: name };
    },
    dial: async (info, options) => toOuter(await inner.dial(toInner(info), options)),
    close: () => inner.close(),
  };
}
