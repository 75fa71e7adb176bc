/** Naive UI in the console's own colours. */
import type { GlobalThemeOverrides } from 'naive-ui';

/** The few colours that the components need, per scheme; the same values as in `base.css`. */
interface Palette {
  readonly accent: string;
  readonly accentHover: string;
  readonly accentPressed: string;
  readonly onAccent: string;
  readonly surface: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly shimmer: string;
}

const LIGHT: Palette = {
  accent: '#0f766e',
  accentHover: '#12857c',
  accentPressed: '#0b5d57',
  onAccent: '#ffffff',
  surface: '#ffffff',
  ink: '#14211e',
  soft: '#51625d',
  line: '#c3cfca',
  shimmer: '#eef3f1',
};

const DARK: Palette = {
  accent: '#5ecbb9',
  accentHover: '#7bd8c9',
  accentPressed: '#45b5a3',
  onAccent: '#06211d',
  surface: '#161e1c',
  ink: '#e8efec',
  soft: '#a3b5af',
  line: '#3b4c46',
  shimmer: '#1f2b28',
};

/** Theme overrides for the light or the dark scheme. */
export function themeOverrides(dark: boolean): GlobalThemeOverrides {
  const p = dark ? DARK : LIGHT;
  return {
    common: {
      primaryColor: p.accent,
      primaryColorHover: p.accentHover,
      primaryColorPressed: p.accentPressed,
      primaryColorSuppl: p.accent,
      textColorBase: p.ink,
      textColor1: p.ink,
      textColor2: p.ink,
      textColor3: p.soft,
      placeholderColor: p.soft,
      borderColor: p.line,
      inputColor: p.surface,
      popoverColor: p.surface,
      borderRadius: '9px',
      fontSize: '15px',
      fontSizeMedium: '15px',
      heightMedium: '38px',
      heightLarge: '44px',
      fontFamily: 'inherit',
      fontWeightStrong: '600',
    },
    Button: {
      textColorPrimary: p.onAccent,
      textColorHoverPrimary: p.onAccent,
      textColorPressedPrimary: p.onAccent,
      textColorFocusPrimary: p.onAccent,
      fontWeight: '560',
    },
    Skeleton: { color: p.shimmer, colorEnd: p.shimmer },
    Input: { border: `1px solid ${p.line}`, placeholderColor: p.soft },
  };
}
