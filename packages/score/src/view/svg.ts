/** What a terminal and a picture may show of a text that a stranger chose. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A text for an SVG, from anybody: control and direction characters are gone, it is cut to a number of characters, and
 * everything that XML reads is escaped (flaw.S14).
 *
 * @param most characters, as a reader counts code points
 */
export function svgText(text: string, most: number): string {
  const points = Array.from(text.slice(0, most * 16).replaceAll(HIDDEN, ' '));
  const cut = points.length > most ? [...points.slice(0, most - 1), '\u2026'] : points;
  return cut.map((point) => ENTITIES[point] ?? point).join('');
}

/** The colours of a theme. */
export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly faint: string;
  readonly rail: string;
}

export type Theme = 'light' | 'dark';
export const THEMES: Readonly<Record<Theme, Palette>> = {
  light: { background: '#ffffff', text: '#1f2328', faint: '#59636e', rail: '#d1d9e0' },
  dark: { background: '#0d1117', text: '#f0f6fc', faint: '#9198a1', rail: '#3d444d' },
};

/** One document: no script, no style, no link, nothing from elsewhere. */
export const svgDocument = (width: number, height: number, title: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    ...parts,
    '</svg>',
  ].join('\n');

/** A line of text; `text` is escaped already. */
export const svgLine = (x: number, y: number, fill: string, text: string, size = 12): string =>
  `<text x="${x}" y="${y}" fill="${fill}" font-family="Verdana, DejaVu Sans, sans-serif" font-size="${size}">${text}</text>`;

/** A filled rectangle. */
export const svgBox = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="2" fill="${fill}"/>`;
