/** The signals that end a command: of a terminal, of systemd, and of a terminal that is closed. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
