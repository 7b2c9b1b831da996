// What the demo shows: chapters, and in each the steps as aligned lines, or as one JSON object a step.

import { abortable } from '../../runtime/abort.js';
import { cut, jsonText, milliseconds, type Output, printable } from '../output.js';

/** What a step has to show. */
export interface Shown {
  readonly result: string;
  readonly ms: number;
  /** Nodes that were asked one after the other; 0 where the answer was known without asking. */
  readonly hops?: number;
  /** The node that gave the answer. */
  readonly from?: string;
}

export interface Step {
  /** The node that does it. */
  readonly who: string;
  readonly does: string;
  /** To what. */
  readonly what?: string;
}

const WIDTH = { who: 6, does: 9, what: 13, result: 34, from: 10, hops: 6, ms: 9 };

export class Stage {
  readonly #output: Output;
  readonly #signal: AbortSignal;
  #chapter = 0;
  #failures = 0;

  /** The signal ends the story, between steps and within them. */
  constructor(output: Output, signal: AbortSignal) {
    this.#output = output;
    this.#signal = signal;
  }

  /** Steps that went wrong. */
  get failures(): number {
    return this.#failures;
  }

  /** Text between the steps, for people. */
  say(...lines: readonly string[]): void {
    if (!this.#output.isJson) for (const line of lines) this.#output.line(line);
  }

  chapter(title: string, ...story: readonly string[]): void {
    const { bold, dim } = this.#output.colors;
    this.#chapter++;
    this.say('', bold(`${this.#chapter}. ${title}`), ...story.map((line) => dim(`   ${line}`)), '');
  }

  /** What the steps above have shown. */
  explain(...lines: readonly string[]): void {
    const { dim } = this.#output.colors;
    this.say('', ...lines.map((line) => dim(`   ${line}`)));
  }

  /**
   * Runs a step and shows what came of it; one that throws is shown as failed, and the story goes on.
   * @throws the signal's reason.
   */
  async step(step: Step, run: () => Promise<Shown>): Promise<void> {
    try {
      this.#wentRight(step, await abortable(run(), this.#signal));
    } catch (fault) {
      this.#signal.throwIfAborted();
      this.#failures++;
      this.#wentWrong(step, (fault as Error).message);
    }
  }

  #wentRight(step: Step, shown: Shown): void {
    const { isJson, colors } = this.#output;
    if (isJson) return this.#output.line(jsonText({ chapter: this.#chapter, ...step, ok: true, ...shown }));
    const { result, from, hops, ms } = shown;
    const giver = from === undefined ? '' : from === step.who ? 'at home' : `from ${from}`;
    const distance = hops === undefined ? '' : `${hops} ${hops === 1 ? 'hop ' : 'hops'}`;
    const end = `${giver.padEnd(WIDTH.from)} ${distance.padStart(WIDTH.hops)} ${milliseconds(ms).padStart(WIDTH.ms)}`;
    const cell = cut(printable(result), WIDTH.result).padEnd(WIDTH.result);
    this.#output.line(`   ${colors.green('✓')} ${this.#begin(step)} ${cell} ${colors.dim(end)}`);
  }

  /** What went wrong is shown whole. */
  #wentWrong(step: Step, fault: string): void {
    const { isJson, colors } = this.#output;
    if (isJson) return this.#output.line(jsonText({ chapter: this.#chapter, ...step, ok: false, fault }));
    this.#output.line(`   ${colors.red('✗')} ${this.#begin(step)} ${colors.red(printable(fault))}`);
  }

  #begin({ who, does, what = '' }: Step): string {
    const { cyan } = this.#output.colors;
    return `${cyan(who.padEnd(WIDTH.who))} ${does.padEnd(WIDTH.does)} ${what.padEnd(WIDTH.what)}`;
  }
}
