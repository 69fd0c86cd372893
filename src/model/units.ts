/** Bytes as a person reads them, in powers of 1000: `512 B`, `1.2 MB`, `253 MB`. */
export function formatBytes(bytes: number): string {
  const power = ["B", "kB", "MB", "GB", "TB", "PB"] as const;
  let value = Math.max(0, bytes);
  let step = 0;
  // 999.5 would be rounded to 1000 of the smaller unit.
  while (value >= (step === 0 ? 1000 : 999.5) && step < power.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = step > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${power[step]}`;
}

/** Seconds as a person reads them: `40 ms`, `3.4 s`, `34 s`, `2 min 5 s`, `1 h 3 min`, `2 d 4 h`. */
export function formatDuration(seconds: number): string {
  const value = Math.max(0, seconds);
  if (value < 0.0995) return `${Math.round(value * 1000)} ms`;
  if (value < 9.95) return `${Number(value.toFixed(1))} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, [60, "min"], [1, "s"]);
  if (whole < 86_400) return pair(whole, [3600, "h"], [60, "min"]);
  return pair(whole, [86_400, "d"], [3600, "h"]);
}

/** A whole number with its thousands apart, `78,114`; with a noun: `1 file`, `78,114 files`, `2 entries`. */
export function formatCount(count: number, noun?: string, plural = `${noun}s`): string {
  const digits = Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/gu, ",");
  if (noun === undefined) return digits;
  return `${digits} ${count === 1 ? noun : plural}`;
}

type Unit = readonly [seconds: number, name: string];

function pair(whole: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((whole % large) / small);
  const first = `${Math.floor(whole / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}
