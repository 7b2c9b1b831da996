import { expect } from 'chai';
import { inFlags } from '../../src/cli/flag-names.js';

describe('inFlags', () => {
  const cases: [message: string, told: string][] = [
    ['TLS_KEY_MISMATCH: tcp: tls.cert: needed to listen', 'TLS_KEY_MISMATCH: --tls-cert: needed to listen'],
    ['TLS_FAILED: give tls.cert and tls.key', 'TLS_FAILED: give --tls-cert and --tls-key'],
    ['BAD_OPTION: ws: tls.requestCert: needs tls.ca', 'BAD_OPTION: --tls-request-cert: needs --tls-ca'],
    ['BAD_OPTION: tcp: tls.servername: a name', 'BAD_OPTION: --tls-name: a name'],
    ['BAD_KEY: secret: need 32 bytes', 'BAD_KEY: DISGOVER_SECRET: need 32 bytes'],
    ['BAD_OPTION: tcp: advertise.host: needed', 'BAD_OPTION: --advertise: needed'],
    ['BAD_OPTION: ws: origins: array', 'BAD_OPTION: --origin: array'],
    ['BAD_OPTION: group must be a name', 'BAD_OPTION: --group must be a name'],
    ['LINK_LOST: said by the peer', 'LINK_LOST: said by the peer'],
  ];
  for (const [message, told] of cases) {
    it(`tells ${JSON.stringify(message)} as ${JSON.stringify(told)}`, () => {
      expect(inFlags(message)).to.equal(told);
    });
  }
});
