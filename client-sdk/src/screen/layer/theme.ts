/**
 * Colours of everything that the SDK shows, light and dark. A page may replace each by a custom property `--zhenxue-<name>`; the
 * contrast of what is here is computed in a test (WCAG 2.2: text 1.4.3 and 1.4.6, controls 1.4.11), that of replacements is the
 * page's own care.
 */

/** Names of the colours. */
export type ColourName =
  | 'surface'
  | 'text'
  | 'quiet'
  | 'line'
  | 'edge'
  | 'accent'
  | 'accent-strong'
  | 'on-accent'
  | 'danger'
  | 'focus';

/** One theme's colours, `#rrggbb`. */
export type Palette = Readonly<Record<ColourName, string>>;

/** On a light page. */
export const LIGHT: Palette = {
  surface: '#ffffff',
  text: '#14202e',
  quiet: '#46566a',
  line: '#d5dde6',
  edge: '#6b7c8f',
  accent: '#0b6b53',
  'accent-strong': '#08543f',
  'on-accent': '#ffffff',
  danger: '#9a2413',
  focus: '#1d6fd8',
};

/** On a page that follows a dark colour scheme. */
export const DARK: Palette = {
  surface: '#17212c',
  text: '#eef3f8',
  quiet: '#b4c2d1',
  line: '#34465a',
  edge: '#8a9bad',
  accent: '#5fd4b0',
  'accent-strong': '#8be6ca',
  'on-accent': '#06281f',
  danger: '#ff9d8a',
  focus: '#7cb8ff',
};

function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:var(--zhenxue-${name},${colour})`)
    .join(';');
}

/** Custom properties of a layer, and what its cards and controls have in common. Targets are at least 44 px high (WCAG 2.5.8: 24). */
export const THEME_CSS: string = `
:host{${properties(LIGHT)};--radius:var(--zhenxue-radius,14px);
--font:var(--zhenxue-font,system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif)}
:host([data-theme=dark]){${properties(DARK)}}
.card{position:absolute;box-sizing:border-box;padding:18px 20px 20px;overflow:hidden;pointer-events:auto;border-radius:var(--radius);
background:var(--surface);color:var(--text);border:1px solid var(--line);box-shadow:0 10px 34px rgba(10,25,45,.34);
font:15px/1.55 var(--font);text-align:start;animation:rise .22s ease-out}
.card:focus{outline:none}
h2{margin:0 0 6px;font-size:17px;line-height:1.35;font-weight:650;display:flex;align-items:center;gap:8px}
h2::before{content:"";flex:none;width:9px;height:9px;border-radius:50%;background:var(--accent)}
p{margin:0 0 14px;text-wrap:pretty}
button{min-height:46px;padding:0 18px;font:inherit;font-weight:600;color:var(--on-accent);background:var(--accent);border:0;border-radius:9px;cursor:pointer}
button:hover{background:var(--accent-strong)}
button.plain{color:var(--text);background:none;border:1.5px solid var(--edge)}
button.plain:hover{border-color:var(--text)}
button:disabled{background:var(--edge);color:var(--surface);cursor:default}
input:focus-visible,button:focus-visible,[tabindex="0"]:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
@media (forced-colors:active){.card,button{border:2px solid CanvasText}}
`;

/** Whether the page shows itself dark now: its colour scheme allows it and the person asked for it. */
export function isDark(container: HTMLElement): boolean {
  const scheme = getComputedStyle(container).colorScheme;
  if (!scheme.includes('dark')) return false;
  return !scheme.includes('light') || matchMedia('(prefers-color-scheme:dark)').matches;
}
