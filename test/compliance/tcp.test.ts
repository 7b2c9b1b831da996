import { transportSuite } from '../../src/simulation/transport-suite.js';
import { tcp } from '../../transports/tcp/index.js';

transportSuite({ describe, it }, () => tcp(), { name: 'tcp on IPv4' });
transportSuite({ describe, it }, () => tcp({ host: '::1' }), { name: 'tcp on IPv6' });
