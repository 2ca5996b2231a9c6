import { microseconds } from './quantity.ts';

/** Converts a valid time span to milliseconds: `90`, `5min`, `1h 30min`. A bare number is seconds. */
export const milliseconds = (span: string): number => Number(microseconds(span) ?? 0n) / 1000;
