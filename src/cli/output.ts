// What is printed: lines for people, JSON for programs. Whatever came from elsewhere is made harmless to a terminal here.

import pc from 'picocolors';
import type { Report } from './failure.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** What a terminal obeys instead of showing: controls, line separators, changes of direction, half surrogate pairs. */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const escapeUnit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text from elsewhere, with what a terminal would obey spelled out: `\u001b[31m`. */
export function printable(text: string): string {
  return text.replace(OBEYED, escapeUnit);
}

/** At most `width` characters; what was longer ends in `…`. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

/** JSON on one line. The escapes are JSON's own, so it parses to the same value. */
export function jsonText(value: unknown): string {
  return printable(JSON.stringify(value));
}

/** Rows under each other, each column as wide as its widest cell; the columns in `right` stand to the right. */
export function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, [...cell].length);
  }
  const padded = (cell: string, i: number) => {
    const space = ' '.repeat((widths[i] ?? 0) - [...cell].length);
    return right.includes(i) ? space + cell : cell + space;
  };
  return rows.map((row) => row.map(padded).join('  ').trimEnd());
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

export class Output {
  readonly isJson: boolean;
  /** None where stdout is no terminal, or where `NO_COLOR` asks for none. */
  readonly colors: Colors;

  constructor({ isJson }: { readonly isJson: boolean }) {
    this.isJson = isJson;
    this.colors = pc.createColors(process.stdout.hasColors?.() ?? false);
  }

  /** A result: as JSON, or as the lines that `text` makes of it. */
  result<Result>(result: Result, text: (result: Result) => readonly string[]): void {
    if (this.isJson) this.line(jsonText(result));
    else for (const line of text(result)) this.line(line);
  }

  line(text = ''): void {
    process.stdout.write(`${text}\n`);
  }

  /** To people who look on; not part of any result. */
  notice(text: string): void {
    if (!this.isJson) process.stderr.write(`${printable(text)}\n`);
  }

  /** With `--json` one object, without the hint. */
  failure(report: Report, hint: string | undefined): void {
    if (this.isJson) process.stderr.write(`${jsonText(report)}\n`);
    else process.stderr.write(`${printable(report.message)}\n${hint === undefined ? '' : `${hint}\n`}`);
  }
}
