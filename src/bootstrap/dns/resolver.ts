// A question to the resolvers in turn, until one gives an answer that counts.

import type { Answer, DecodedPacket, SrvAnswer, StringAnswer } from 'dns-packet';
import { endpoint } from '../../address/host.js';
import { asDisgoverError, DisgoverError, quote } from '../../errors.js';
import { type ExchangeContext, exchange, type Question, rcodeOf } from './exchange.js';
import type { Server } from './options.js';

const ROUNDS = 2;
/** Aliases that are followed. */
const MOST_ALIASES = 8;

/** What was said of a name; `records` is empty where there are none of the type. */
export interface Resolved<Record> {
  readonly records: readonly Record[];
  /** How long they may be kept: the least of all, aliases included. Milliseconds. */
  readonly ttlMs: number;
  /** Addresses of other names, given unasked along with the records. */
  readonly additionals: readonly Answer[];
}

type RecordOf = { readonly SRV: SrvAnswer; readonly A: StringAnswer; readonly AAAA: StringAnswer };

/** @throws DisgoverError `ERR_DNS_NOT_FOUND`, or what the last resolver failed with. */
export async function resolve<Type extends keyof RecordOf>(
  question: Question & { readonly type: Type },
  servers: readonly Server[],
  context: ExchangeContext,
): Promise<Resolved<RecordOf[Type]>> {
  let fault = new DisgoverError(
    'DNS_UNREACHABLE',
    'the system has no resolvers: name one, ?server=127.0.0.1',
  );
  for (let round = 0; round < ROUNDS; round++)
    for (const server of servers) {
      try {
        return read(await exchange(question, server, context), question, server);
      } catch (thrown) {
        context.signal.throwIfAborted();
        fault = asDisgoverError(thrown);
        // There is no such name, whomever one asks.
        if (fault.fault === 'DNS_NOT_FOUND') throw fault;
      }
    }
  throw fault;
}

function read<Type extends keyof RecordOf>(
  answer: DecodedPacket,
  { name, type }: Question & { readonly type: Type },
  server: Server,
): Resolved<RecordOf[Type]> {
  const rcode = rcodeOf(answer);
  if (rcode === 'NXDOMAIN')
    throw new DisgoverError(
      'DNS_NOT_FOUND',
      `there is no name ${quote(name)}: check how it is written, and the zone`,
    );
  if (rcode !== 'NOERROR') {
    const hint =
      rcode === 'REFUSED'
        ? 'it does not answer this host, or not for this name'
        : 'its own source of the name fails';
    throw new DisgoverError(
      'DNS_FAILED',
      `${endpoint(server.host, server.port)} says ${quote(rcode)} for ${quote(name)}: ${hint}`,
    );
  }
  const answers = answer.answers ?? [];
  const owners = aliasesOf(name, answers);
  const used = answers.filter((record) => owners.has(record.name.toLowerCase()));
  const records = used.filter((record): record is RecordOf[Type] & Answer => record.type === type);
  const ttls = used.flatMap((record) =>
    'ttl' in record && typeof record.ttl === 'number' ? [record.ttl] : [],
  );
  return { records, ttlMs: 1_000 * Math.min(...ttls), additionals: answer.additionals ?? [] };
}

/** The name and those that it is an alias of, in small letters. */
function aliasesOf(name: string, answers: readonly Answer[]): Set<string> {
  const owners = new Set([name.toLowerCase()]);
  for (let i = 0; i < MOST_ALIASES; i++)
    for (const record of answers)
      if (record.type === 'CNAME' && owners.has(record.name.toLowerCase()))
        owners.add(record.data.toLowerCase());
  return owners;
}
