/** How numbers are written in the words of findings. */

/** Thousandths as a factor: 4000 → `4`, 1250 → `1.25`. */
export function factor(permille: number): string {
  return String(Math.round(permille / 10) / 100);
}

/** Milliseconds as seconds with one decimal: 12340 → `12.3`. */
export function seconds(ms: number): string {
  return (Math.round(ms / 100) / 10).toFixed(1);
}

/** A media position as `m:ss`. */
export function position(ms: number): string {
  const whole = Math.floor(ms / 1_000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
