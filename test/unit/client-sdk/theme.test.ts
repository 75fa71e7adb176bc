/** Contrast of everything that is shown, computed as WCAG 2.2 defines it (relative luminance, 1.4.3, 1.4.6, 1.4.11). */
import { describe, expect, test } from 'vitest';
import {
  type ColourName,
  DARK,
  LIGHT,
  type Palette,
  THEME_CSS,
} from '../../../client-sdk/src/screen/layer/theme.ts';

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** What is seen on what, and how much of a contrast that needs. */
const PAIRS: readonly (readonly [ColourName, ColourName, number])[] = [
  ['text', 'surface', 7],
  ['quiet', 'surface', 7],
  ['danger', 'surface', 7],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-strong', 4.5],
  ['edge', 'surface', 3],
  ['focus', 'surface', 3],
  ['accent', 'surface', 3],
  // The label of a button that cannot be pressed.
  ['surface', 'edge', 3],
];

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
] as [string, Palette][])('the %s theme', (_name, palette) => {
  test.each(PAIRS)('%s on %s', (front, back, least) => {
    expect(contrast(palette[front], palette[back])).toBeGreaterThanOrEqual(least);
  });

  test('is what the style sheet says, and may be replaced colour by colour', () => {
    for (const [name, colour] of Object.entries(palette))
      expect(THEME_CSS).toContain(`--${name}:var(--zhenxue-${name},${colour})`);
  });
});

test('the formula agrees with the examples of the standard', () => {
  expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
