// The certificates of test/fixtures/tls, as options of transports.

import { readFileSync } from 'node:fs';
import type { TlsOptions } from '../../transports/tcp/index.js';

export const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'latin1');

export const pair = (name: string) => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) });

/** A node that others know by its certificate, and that trusts the same authority. */
export const serverTls: TlsOptions = { ...pair('server'), ca: pem('ca.crt') };

/** The same, which lets in only who has a certificate of that authority. */
export const mutualTls: TlsOptions = { ...serverTls, requestCert: true };
