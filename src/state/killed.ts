/** Says that a guest was killed because its stop took too long. */
export const killedWarning = (name: string): string =>
  `${name} did not stop in time and was killed; what it had not written is lost. See: guestctl logs ${name}; TimeoutStopSec= in [Service]`;
