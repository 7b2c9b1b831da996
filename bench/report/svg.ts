// A plot as inline SVG: axes with their ticks, and what is drawn between them. Colours are those of the page.

const WIDTH = 640;
const HEIGHT = 320;
const MARGIN = { top: 14, right: 36, bottom: 46, left: 66 };

export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly isLog?: boolean;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

export class Plot {
  readonly #x: Axis;
  readonly #y: Axis;
  readonly #label: string;
  readonly #marks: string[] = [];

  /** `label`: what is to be seen, for who cannot see it. */
  constructor(label: string, x: Axis, y: Axis) {
    this.#label = label;
    this.#x = x;
    this.#y = y;
  }

  /** `series`: which of the page's colours. */
  line(points: readonly (readonly [number, number])[], series: string): this {
    const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${this.#at(x, y).join(' ')}`).join('');
    this.#marks.push(`<path class="line ${series}" d="${path}"/>`);
    return this;
  }

  /** A point with its interval, and what a pointer that rests there is told. */
  point(x: number, y: number, interval: number, series: string, title: string): this {
    const [cx, cy] = this.#at(x, y);
    const whisker =
      interval > 0
        ? `<path class="line ${series}" d="M${cx} ${this.#at(x, y - interval)[1]}V${this.#at(x, y + interval)[1]}"/>`
        : '';
    this.#marks.push(
      `<g>${whisker}<circle class="dot ${series}" cx="${cx}" cy="${cy}" r="4.5"><title>${escapeText(title)}</title></circle></g>`,
    );
    return this;
  }

  /** Something small that stands for a figure to compare with. */
  ring(x: number, y: number, title: string): this {
    const [cx, cy] = this.#at(x, y);
    this.#marks.push(
      `<circle class="ring" cx="${cx}" cy="${cy}" r="7.5"><title>${escapeText(title)}</title></circle>`,
    );
    return this;
  }

  /** A bar from the bottom, between two places of the x axis; `text` stands on it. */
  bar(from: number, to: number, y: number, series: string, title: string, text = ''): this {
    const [left, top] = this.#at(from, y);
    const [right, bottom] = this.#at(to, this.#y.from);
    const width = round(Math.max(0, right - left));
    this.#marks.push(
      `<rect class="bar ${series}" x="${left}" y="${top}" width="${width}" height="${round(bottom - top)}"><title>${escapeText(title)}</title></rect>`,
      `<text class="tick" x="${round(left + width / 2)}" y="${round(top - 4)}" text-anchor="middle">${escapeText(text)}</text>`,
    );
    return this;
  }

  toString(): string {
    const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
    const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom];
    const grid = this.#y.ticks.map(({ at, text }) => {
      const y = this.#at(this.#x.from, at)[1];
      return (
        `<path class="grid" d="M${left} ${y}H${right}"/>` +
        `<text class="tick" x="${left - 8}" y="${y + 4}" text-anchor="end">${escapeText(text)}</text>`
      );
    });
    const below = this.#x.ticks.map(({ at, text }) => {
      const x = this.#at(at, this.#y.from)[0];
      return `<text class="tick" x="${x}" y="${bottom + 18}" text-anchor="middle">${escapeText(text)}</text>`;
    });
    const middle = round((top + bottom) / 2);
    return [
      `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(this.#label)}">`,
      ...grid,
      ...below,
      `<path class="axis" d="M${left} ${bottom}H${right}"/>`,
      `<text class="label" x="${round((left + right) / 2)}" y="${HEIGHT - 8}" text-anchor="middle">${escapeText(this.#x.label)}</text>`,
      `<text class="label" transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escapeText(this.#y.label)}</text>`,
      ...this.#marks,
      '</svg>',
    ].join('\n');
  }

  #at(x: number, y: number): [number, number] {
    const across = WIDTH - MARGIN.left - MARGIN.right;
    const up = HEIGHT - MARGIN.top - MARGIN.bottom;
    return [
      round(MARGIN.left + across * shareOf(this.#x, x)),
      round(HEIGHT - MARGIN.bottom - up * shareOf(this.#y, y)),
    ];
  }
}

/** Round numbers from 0 to about `to`, some five of them. */
export function ticksTo(to: number, text: (at: number) => string): Axis['ticks'] {
  const magnitude = 10 ** Math.floor(Math.log10(to / 5));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((step) => to / step <= 6) as number;
  return Array.from({ length: Math.floor(to / step + 1e-9) + 1 }, (_, i) => ({
    at: i * step,
    text: text(i * step),
  }));
}

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function shareOf({ from, to, isLog }: Axis, value: number): number {
  const of = isLog ? Math.log10 : (plain: number) => plain;
  return (of(value) - of(from)) / (of(to) - of(from));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
