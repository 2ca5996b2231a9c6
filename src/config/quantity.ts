// lazy: QuickJS reads this file when one of its functions is called.
// Numbers with units, as systemd reads them: parse_time() in basic/time-util.c, parse_size() and safe_atoi() in
// basic/parse-util.c, parse_permyriad_unbounded() in basic/percent-util.c.

const [second, minute, hour, day] = [1_000_000n, 60_000_000n, 3_600_000_000n, 86_400_000_000n];
const [month, year] = [2_629_800_000_000n, 31_557_600_000_000n];

/** Microseconds in each unit. The first match counts. */
const timeUnits: readonly (readonly [name: string, factor: bigint])[] = [
  ...(['seconds', 'second', 'sec', 's'] as const).map((name) => [name, second] as const),
  ...(['minutes', 'minute', 'min'] as const).map((name) => [name, minute] as const),
  ...(['months', 'month', 'M'] as const).map((name) => [name, month] as const),
  ['msec', 1000n],
  ['ms', 1000n],
  ['m', minute],
  ...(['hours', 'hour', 'hr', 'h'] as const).map((name) => [name, hour] as const),
  ...(['days', 'day', 'd'] as const).map((name) => [name, day] as const),
  ...(['weeks', 'week', 'w'] as const).map((name) => [name, 7n * day] as const),
  ...(['years', 'year', 'y'] as const).map((name) => [name, year] as const),
  ...(['usec', 'us', 'μs', 'µs'] as const).map((name) => [name, 1n] as const),
];

const largest = (1n << 64n) - 1n;
const blanks = '[ \\t\\n\\r]*';

/** A time span in microseconds; undefined if systemd reads none. A bare number is seconds. */
export function microseconds(span: string): bigint | undefined {
  if (/^infinity[ \t\n\r]*$/.test(span)) return largest;
  const part = new RegExp(`${blanks}(?:(\\+?\\d+)(?:\\.(\\d+))?|\\.(\\d+))(${blanks})`, 'y');
  let sum = 0n;
  let at = 0;
  while (at < span.length) {
    part.lastIndex = at;
    const [all, whole, fraction, onlyFraction, space] = part.exec(span) ?? [];
    if (all === undefined) return undefined;
    at += all.length;
    const unit = timeUnits.find(([name]) => span.startsWith(name, at));
    if (!unit && space === '' && at < span.length) return undefined;
    at += unit?.[0].length ?? 0;
    const factor = unit?.[1] ?? second;
    const count = BigInt(whole ?? 0);
    if (count >= largest / factor || count >= 1n << 63n) return undefined;
    sum += count * factor;
    let digit = factor / 10n;
    for (const one of fraction ?? onlyFraction ?? '') {
      sum += BigInt(one) * digit;
      digit /= 10n;
    }
    if (sum >= largest) return undefined;
  }
  return span === '' ? undefined : sum;
}

/** A size in bytes, in powers of 1024; undefined if systemd reads none. Larger units come first. */
export function bytes(size: string): bigint | undefined {
  const amount = new RegExp(`${blanks}(\\+?\\d+)(?:\\.(\\d*))?${blanks}`, 'y');
  const units = ['E', 'P', 'T', 'G', 'M', 'K', 'B', ''];
  let first = 0;
  let sum = 0n;
  let at = 0;
  do {
    amount.lastIndex = at;
    const [all, whole, fraction] = amount.exec(size) ?? [];
    if (all === undefined || whole === undefined) return undefined;
    at += all.length;
    const index = units.findIndex((unit, i) => i >= first && size.startsWith(unit, at));
    const unit = units[index];
    if (unit === undefined) return undefined;
    const factor = unit === '' || unit === 'B' ? 1n : 1n << BigInt(10 * (6 - index));
    // Like systemd: a double whose digits have at most 64 bits.
    if (BigInt(fraction || 0) > largest) return undefined;
    let part = Number(fraction || 0);
    for (const _ of fraction ?? '') part /= 10;
    if (BigInt(whole) + (part > 0 ? 1n : 0n) > largest / factor) return undefined;
    sum += BigInt(whole) * factor + BigInt(Math.floor(part * Number(factor)));
    at += unit.length;
    first = index + 1;
  } while (at < size.length);
  return sum > largest ? undefined : sum;
}

/** A whole number, in any way in which C and systemd write one; undefined if it is none. */
export function wholeNumber(text: string): number | undefined {
  const [, sign, digits = ''] = /^[ \t\n\r\v\f]*([+-]?)(.*)$/s.exec(text) ?? [];
  const octal = /^0([0-7]+)$/.exec(digits)?.[1];
  const isWritten = /^(?:0[xX][0-9a-fA-F]+|0|[1-9]\d*)$/.test(digits) || /^0(?:b[01]+|o[0-7]+)$/.test(text);
  if (octal === undefined && !isWritten) return undefined;
  const number = octal === undefined ? Number(digits) : Number.parseInt(octal, 8);
  return sign === '-' ? -number : number;
}

/** Parts of ten thousand: 5% and 50‰ are 500; undefined if it is no such share. */
export function permyriad(share: string): number | undefined {
  const [, text = '', sign] = /^(.*)([%‰‱])$/s.exec(share) ?? [];
  if (sign === undefined) return undefined;
  const places = sign === '%' ? 2 : sign === '‰' ? 1 : 0;
  const [, whole = '', fraction] = /^([^.]*)(?:\.(.*))?$/s.exec(text) ?? [];
  if (fraction !== undefined && (!/^\d+$/.test(fraction) || fraction.length > places)) return undefined;
  const number = wholeNumber(whole);
  if (number === undefined || number < 0) return undefined;
  const parts = number * 10 ** places + Number((fraction ?? '').padEnd(places, '0'));
  return parts < 2 ** 31 ? parts : undefined;
}
