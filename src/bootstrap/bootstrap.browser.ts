// In a page: the seeds of its options and nothing else. Nobody can dial a page, so that it founds no group, and no two networks have to
// meet through it: one seed that answers is enough, and all are asked again for as long as none does.

import type { CallOptions } from '../call-options.js';
import { asDisgoverError, DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { type Abortable, abortable } from '../runtime/abort.js';
import type { Alarm } from '../runtime/alarms.js';
import { randomFraction } from '../runtime/random.js';
import type { DialTarget } from '../session/dialler.js';
import { addressesOf, addressKey } from '../wire/addresses.js';
import type { BootstrapDependencies } from './bootstrap.js';
import type { SeedAnswer } from './join.js';
import type { BootstrapReport, BootstrapView, JoinState } from './report.js';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

export class Bootstrap implements BootstrapView {
  readonly #deps: BootstrapDependencies;
  readonly #seeds: readonly DialTarget[];
  #fault: DisgoverError | undefined;
  #state: JoinState = 'joining';
  #round: Promise<void> | undefined;
  #retryMs = FIRST_RETRY_MS;
  #alarm: Alarm | undefined;
  #isClosed = false;

  constructor(deps: BootstrapDependencies) {
    const { seeds, sources } = deps.options;
    if (sources.length > 0) throw new DisgoverError('BAD_OPTION', 'seeds: a page takes no sources');
    this.#deps = deps;
    this.#seeds = seeds;
  }

  get state(): JoinState {
    return this.#state;
  }

  get tried(): { readonly count: number; readonly fault: DisgoverError | undefined } {
    return { count: this.#seeds.length, fault: this.#fault };
  }

  isSeed(address: string): boolean {
    return this.#seeds.some((seed) => addressesOf(seed).some((one) => addressKey(one) === address));
  }

  async start(signal?: Abortable): Promise<void> {
    if (this.#isClosed) return;
    if (this.#seeds.length === 0) return this.#set(this.#hasNodes ? 'joined' : 'alone');
    this.#alarm?.cancel();
    this.#round ??= this.#askAll().finally(() => {
      this.#round = undefined;
    });
    await abortable(this.#round, signal);
  }

  retry(options?: CallOptions): Promise<void> {
    return this.start(options?.signal);
  }

  onNode(): void {
    if (this.#round === undefined) this.#set('joined');
  }

  onNodeGone(_id: ContactId): void {
    if (this.#isClosed || this.#hasNodes) return;
    this.#set(this.#seeds.length === 0 ? 'alone' : 'isolated');
    if (this.#seeds.length > 0) this.#retryLater();
  }

  /** Why, and no more: the console of the browser has the rest. */
  explain(): BootstrapReport {
    const hint = this.#hasNodes ? undefined : this.#fault?.message;
    return { state: this.#state, ...(hint && { hint }), sources: [], seeds: [] };
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
  }

  get #hasNodes(): boolean {
    return this.#deps.routing.size > 0;
  }

  async #askAll(): Promise<void> {
    let answer: SeedAnswer | undefined;
    try {
      // The first answer is enough to begin with; the others fill the table as they come.
      answer = await Promise.any(this.#seeds.map((seed) => this.#ask(seed)));
    } catch {
      // Others may have come meanwhile.
    }
    if (answer !== undefined && this.#hasNodes) await this.#deps.walkHome(answer.named);
    if (!this.#hasNodes) {
      this.#set('isolated');
      return this.#retryLater();
    }
    this.#retryMs = FIRST_RETRY_MS;
    this.#set('joined');
  }

  async #ask(seed: DialTarget): Promise<SeedAnswer> {
    try {
      return await this.#deps.ask(seed);
    } catch (fault) {
      this.#fault = asDisgoverError(fault);
      if (!this.#isClosed) this.#deps.reports.seedFailed(seed, this.#fault);
      throw fault;
    }
  }

  /** Full jitter, so that a thousand nodes that lost one seed do not come back together. */
  #retryLater(): void {
    if (this.#isClosed) return;
    this.#alarm?.cancel();
    const ms = FIRST_RETRY_MS / 2 + randomFraction(this.#deps.options.runtime) * this.#retryMs;
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    this.#alarm = this.#deps.alarms.after(ms, () => void this.start());
  }

  #set(state: JoinState): void {
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    this.#deps.reports.state(state);
    if (state === 'joined') void this.#deps.routing.joined();
  }
}
