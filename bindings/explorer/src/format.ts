// How figures, moments and names are written. Names come from outside and may be hostile.

const whole = new Intl.NumberFormat("en-GB");
const MINUS = "\u2212";

export function count(value: number): string {
  return whole.format(value);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function decimal(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "\u2013";
  const size = Math.abs(value);
  if (size !== 0 && size < 10 ** -digits) return value.toExponential(1).replace("-", MINUS);
  if (size >= 1000) return whole.format(Math.round(value));
  return String(Number(value.toFixed(digits))).replace("-", MINUS);
}

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return "\u2013";
  const value = share * 100;
  if (value > 0 && value < 0.01) return "<0.01%";
  return value !== 0 && Math.abs(value) < 1 ? `${decimal(value, 2)}%` : `${decimal(value, 0)}%`;
}

/** A p-value from its logarithm: exact where the number itself has run out. */
export function probability(log10: number | null | undefined, value?: number | null): string {
  if (log10 === null || log10 === undefined) {
    return value === null || value === undefined ? "\u2013" : decimal(value, 3);
  }
  if (log10 > -3) return decimal(10 ** log10, 4);
  const power = Math.floor(log10);
  return `${decimal(10 ** (log10 - power), 1)} \u00d7 10${superscript(power)}`;
}

function superscript(power: number): string {
  const digits = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
  const written = [...String(Math.abs(power))].map((digit) => digits[Number(digit)]).join("");
  return power < 0 ? `\u207b${written}` : written;
}

export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "\u2013";
  const size = Math.abs(seconds);
  if (size > 0 && size < 0.1) return `${decimal(1000 * seconds, 1)} ms`;
  if (size < 120) return `${decimal(seconds, 1)} s`;
  if (size < 7200) return `${decimal(seconds / 60, 1)} min`;
  if (size < 172_800) return `${decimal(seconds / 3600, 1)} h`;
  return `${decimal(seconds / 86_400, 1)} days`;
}

export function moment(time_s: number | null | undefined, seconds = true): string {
  if (time_s === null || time_s === undefined) return "\u2013";
  const text = new Date(time_s * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, seconds ? 19 : 16)}`;
}

export function day(time_s: number): string {
  return new Date(time_s * 1000).toISOString().slice(0, 10);
}

/** A moment on an axis: the day where it begins, else the time of day. */
export function tick(time: Date): string {
  const text = time.toISOString();
  if (text.slice(11, 19) !== "00:00:00") return text.slice(11, text.slice(17, 19) === "00" ? 16 : 19);
  const month = time.toLocaleString("en-GB", { month: "short", timeZone: "UTC" });
  return text.slice(5, 10) === "01-01" ? text.slice(0, 4) : `${time.getUTCDate()} ${month}`;
}

/** A span without what its two ends share. */
export function span(from_s: number, to_s: number): string {
  const [from, to] = [moment(from_s), moment(to_s)];
  return from.slice(0, 10) === to.slice(0, 10)
    ? `${from} \u2013 ${to.slice(11)} UTC`
    : `${from} \u2013 ${to} UTC`;
}

// Controls, zero-width characters, direction overrides, odd spaces, and what cannot be drawn: seen,
// not obeyed.
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{C}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/gu;

export function visible(name: string): string {
  return name.replace(UNSEEN, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `\\u{${code}}`;
  });
}

/** The same of a text with lines. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

export function hasUnseen(name: string): boolean {
  return visible(name) !== name;
}

/** Cuts by what a reader sees as characters, in the middle, so that both ends can be compared. */
export function shortened(name: string, longest = 28): string {
  const shown = visible(name);
  if (shown.length <= longest) return shown;
  const letters = [...shown.slice(0, 4 * longest)];
  const tail = [...shown.slice(-longest)];
  if (shown.length <= 4 * longest && letters.length <= longest) return shown;
  const back = Math.floor((longest - 1) / 3);
  return `${letters.slice(0, longest - 1 - back).join("")}\u2026${tail.slice(-back).join("")}`;
}
