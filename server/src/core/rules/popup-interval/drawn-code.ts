/**
 * The codes that a popup draws. What leaves the server is lines, never the characters: they are bent, shifted and crossed a
 * little, so that a script has to read a drawing and not a text. It is no wall: patterns of answers are looked at as well.
 */
import { CODE_HEIGHT, CODE_WIDTH } from '@zhenxue/protocol';

/**
 * Lines of every character on a grid of 5 × 7 points: `xy xy xy | xy xy`. Left out is what people mistake for one another
 * (0 O Q D, 1 I, 5 S, 2 Z, 6 G, 8 B, V U).
 */
const GLYPHS: Readonly<Record<string, string>> = {
  2: '01 10 30 41 42 06 46',
  3: '00 40 22 32 43 45 36 16 05',
  4: '36 30 04 44',
  5: '40 00 02 32 43 45 36 06',
  6: '30 10 01 05 16 36 45 44 33 03',
  7: '00 40 16',
  8: '13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33',
  9: '16 36 45 41 30 10 01 02 13 43',
  A: '06 20 46|14 34',
  C: '41 30 10 01 05 16 36 45',
  E: '40 00 06 46|03 33',
  F: '40 00 06|03 33',
  H: '00 06|40 46|03 43',
  J: '40 45 36 16 05',
  K: '00 06|40 03 46',
  L: '00 06 46',
  M: '06 00 23 40 46',
  N: '06 00 46 40',
  P: '06 00 30 41 42 33 03',
  R: '06 00 30 41 42 33 03|23 46',
  T: '00 40|20 26',
  V: '00 26 40',
  W: '00 16 23 36 40',
  X: '00 46|40 06',
  Y: '00 23 40|23 26',
};

/** The characters of codes, in the order that draws count them (docs/spec/schedules.md). */
const CODE_ALPHABET = '23456789ACEFHJKLMNPRTVWXY';

/** Characters of a code. */
const CODE_CHARS = 4;

/** How many codes there are. */
export const CODES: number = CODE_ALPHABET.length ** CODE_CHARS;

/** The n-th code, first character first. @param n 0 … {@link CODES} − 1 */
export function codeText(n: number): string {
  let text = '';
  for (let rest = n, i = 0; i < CODE_CHARS; i += 1) {
    text = CODE_ALPHABET.charAt(rest % CODE_ALPHABET.length) + text;
    rest = Math.floor(rest / CODE_ALPHABET.length);
  }
  return text;
}

/** Park and Miller's generator: whole numbers only, so that every machine draws alike. `next(n)` is in 0 … n − 1. */
function wobble(look: number): (span: number) => number {
  let state = (look % 2_147_483_646) + 1;
  return (span) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % span;
  };
}

/** Lines of one character in its cell. */
function drawGlyph(glyph: string, leftUnits: number, next: (span: number) => number): number[][] {
  const scale = 8 + next(3);
  const lean = next(5) - 2;
  const x0 = leftUnits + 8 + next(5);
  const y0 = 8 + next(CODE_HEIGHT - 16 - 6 * scale);
  return glyph.split('|').map((line) => {
    const points = line.split(' ').flatMap((point) => {
      const [x = 0, y = 0] = [...point].map(Number);
      return [x0 + x * scale + (3 - y) * lean + next(3), y0 + y * scale + next(3)];
    });
    return points;
  });
}

/** The lines to draw for a code; `look` makes two drawings of one code differ. */
export function drawCode(code: string, look: number): readonly (readonly number[])[] {
  const next = wobble(look);
  const cell = CODE_WIDTH / CODE_CHARS;
  const lines = [...code].flatMap((char, i) => drawGlyph(GLYPHS[char] ?? '', i * cell, next));
  // One line across: a second one makes people fail.
  const [from, middle, to] = [next(CODE_HEIGHT), next(CODE_HEIGHT), next(CODE_HEIGHT)];
  const crossing = [next(20), from, CODE_WIDTH / 2, middle, CODE_WIDTH - next(20), to];
  lines.splice(next(lines.length + 1), 0, crossing);
  return lines;
}
