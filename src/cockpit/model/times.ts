// Times in the words of the user's language.

const day = 86_400_000;

/** A time of the next or last days: "Tue 04:49". Others as a date. */
export function soon(time: string | null, now: Date, language: string): string {
  if (time === null) return '';
  const then = new Date(time);
  const days = (then.getTime() - now.getTime()) / day;
  const options: Intl.DateTimeFormatOptions =
    days < 6 && days > -1
      ? { weekday: 'short', hour: '2-digit', minute: '2-digit' }
      : { year: 'numeric', month: '2-digit', day: '2-digit' };
  return new Intl.DateTimeFormat(language, options).format(then);
}

/** A time with its date and seconds; empty if it is not known. */
export const exactly = (time: string | null | undefined, language: string): string =>
  time
    ? new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time))
    : '';

/** A size in decimal units, as guestctl and ostree print it. */
export function size(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}
