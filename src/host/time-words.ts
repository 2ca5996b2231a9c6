// Formats times for people, in the time zone of the host.

/** Formats a time as systemctl does, in local time: `Tue 2026-11-24 04:49:42 UTC+1`. */
export function timeWords(time: Date | undefined): string {
  if (!time) return '-';
  const { day, date, clock, seconds } = partsOf(time, offsetOf(time));
  return `${day} ${date} ${clock}:${seconds} ${zoneWords(time)}`;
}

/** Formats a time of the next days in local time: `Tue 04:49`. Others as a date. */
export function soonWords(time: Date, now: Date): string {
  const { day, date, clock } = partsOf(time, offsetOf(time));
  const days = (time.getTime() - now.getTime()) / 86_400_000;
  return days < 6 && days > -1 ? `${day} ${clock}` : date;
}

/** Names a time zone by its distance from UTC, which systemd and JSON understand: `UTC`, `UTC+5:30`. */
export function zoneWords(time: Date): string {
  const offset = offsetOf(time);
  if (offset === 0) return 'UTC';
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `UTC${offset < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `:${two(minutes)}`}`;
}

/** In minutes east of UTC. */
export const offsetOf = (time: Date): number => -time.getTimezoneOffset();

/** Returns the parts of a time at a distance from UTC. */
export function partsOf(time: Date, offset: number) {
  const there = new Date(time.getTime() + offset * 60_000);
  return {
    day: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][there.getUTCDay()] ?? '',
    date: `${there.getUTCFullYear()}-${two(there.getUTCMonth() + 1)}-${two(there.getUTCDate())}`,
    clock: `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`,
    seconds: two(there.getUTCSeconds()),
  };
}

const two = (value: number): string => String(value).padStart(2, '0');
