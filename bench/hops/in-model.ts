// The lookups in the model, which counts requests; bytes are those that the engine's encoder makes of them.

import {
  DisjointLookup,
  EncodedContact,
  encode,
  Lookup,
  likelyHolders,
  limits,
  SeededRandom,
} from '../lib/internals.js';
import { runModel } from '../model/model.js';
import type { Outcome } from '../model/network.js';
import { type Batch, emptySamples } from './figures.js';
import type { HopsOptions } from './options.js';

export function measureInModel(options: HopsOptions): Batch[] {
  const parts = {
    Lookup,
    DisjointLookup,
    likelyHolders,
    SeededRandom,
    maxRequests: limits.lookupRequests,
    maxPathsRequests: limits.lookupPathsRequests,
    maxCandidates: limits.lookupCandidates,
  };
  // Nobody names itself, or the asker.
  const bytes = bytesOfExchange(Math.min(options.k, options.nodes - 2));
  let done = 0;
  return runModel(options, parts, () => {
    if (++done % 5 === 0 || options.nodes > 50_000) console.error(`${done} of ${options.networks} networks`);
  }).map((outcomes) => batchOf(outcomes, bytes));
}

interface ExchangeBytes {
  readonly request: number;
  readonly answer: number;
}

function batchOf(outcomes: readonly Outcome[], { request, answer }: ExchangeBytes): Batch {
  const samples = emptySamples();
  for (const { table, found, requestsToEnd, answersToEnd, timeToEnd, recall } of outcomes) {
    samples.table.push(table);
    samples.requestsToEnd.push(requestsToEnd);
    samples.bytesToEnd.push(requestsToEnd * request + answersToEnd * answer);
    samples.timeToEnd.push(timeToEnd);
    samples.recall.push(recall);
    if (found === undefined) continue;
    samples.hops.push(found.hops);
    samples.requestsToFind.push(found.requests);
    samples.bytesToFind.push(found.requests * request + found.answers * answer);
    samples.timeToFind.push(found.time);
  }
  return { lookups: outcomes.length, samples };
}

/** A FIND-NODE and its answer: ids of 20 bytes, so many contacts with the address of a node of the simulated network. */
function bytesOfExchange(named: number): ExchangeBytes {
  const id = new Uint8Array(20);
  const transport = { type: 'memory', host: 'node-1000', port: 1 };
  const contact = EncodedContact.from({ id: Buffer.from(id).toString('base64'), transport });
  const contacts = Array.from({ length: named }, () => contact);
  return {
    request: encode({ type: 'findNode', requestId: 1, target: { id }, announced: [], withdrawn: [] }).length,
    answer: encode({ type: 'nodes', requestId: 1, contacts, conflicts: [] }).length,
  };
}
