// Links as between hosts of the open internet: none shows the address at which its other end can be dialled.

import type { Link, Transport } from '../../src/index.js';

export function unattested(inner: Transport): Transport {
  return {
    name: inner.name,
    listen: (onLink) =>
      inner.listen((link: Link) => {
        link.attests = () => false;
        onLink(link);
      }),
    dial: (info, options) => inner.dial(info, options),
    close: () => inner.close(),
  };
}
