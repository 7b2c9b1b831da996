import { transportSuite } from '../../src/simulation/transport-suite.js';
import { tcp } from '../../transports/tcp/index.js';
import { mutualTls, serverTls } from '../support/certificates.js';

transportSuite({ describe, it }, () => tcp(), { name: 'tcp on IPv4' });
transportSuite({ describe, it }, () => tcp({ host: '::1' }), { name: 'tcp on IPv6' });
transportSuite({ describe, it }, () => tcp({ tls: serverTls }), { name: 'tcp with TLS' });
transportSuite({ describe, it }, () => tcp({ tls: mutualTls }), {
  name: 'tcp with TLS and certificates on both sides',
});
