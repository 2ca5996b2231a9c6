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
