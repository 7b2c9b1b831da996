import type { DetailedPeerCertificate } from 'node:tls';
import { expect } from 'chai';
import { tlsFault } from '../../../transports/sockets/tls-faults.js';

describe('tlsFault', () => {
  const otherName = (fields: object) => {
    const cert = fields as DetailedPeerCertificate;
    return tlsFault(
      Object.assign(new Error('x'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', cert, host: 'a.example' }),
    );
  };

  it('says which names a certificate has', () => {
    expect(otherName({ subjectaltname: 'DNS:b.example, IP Address:127.0.0.1' }).detail).to.equal(
      'certificate is for "b.example, 127.0.0.1" and not for "a.example"',
    );
  });

  it('says what a certificate lacks that has none, whatever its common name is', () => {
    expect(otherName({ subject: { CN: 'a.example' } }).detail).to.equal(
      'certificate has no subjectAltName, which must name "a.example"',
    );
  });
});
