import { Disgover, idOf } from 'disgover';
import { tcp } from 'disgover/transports/tcp';

const host = await Disgover.start({ transport: tcp() });
const guest = await Disgover.start({ transport: tcp(), seeds: [host.contact] });

await host.register({ id: idOf('billing'), data: { url: 'http://10.0.0.7:8080' } });
const billing = await guest.find(idOf('billing'));
if (billing === undefined) throw new Error('nobody knows billing');
console.log('billing:', billing.data, 'hosted at', billing.transport);

await Promise.all([guest.close(), host.close()]);
