/** A throwaway container, which keeps only changes in its directory. */
interface ThrowawayContainer {
  readonly name: string;
  /** Its root. */
  readonly directory: string;
  /** Further options of systemd-nspawn(1). */
  readonly options: readonly string[];
}

/**
 * Returns the command that runs one command in a throwaway container. Builds and packages run in containers, whatever driver
 * runs the guests.
 */
export const containerCommand = (
  { name, directory, options }: ThrowawayContainer,
  command: readonly string[],
): string[] => [
  'systemd-nspawn',
  '--quiet',
  '--keep-unit',
  '--register=no',
  '--as-pid2',
  '--console=pipe',
  '--settings=no',
  `--machine=${name}`,
  `--directory=${directory}`,
  '--no-new-privileges=yes',
  '--link-journal=no',
  '--timezone=off',
  ...options,
  '--',
  ...command,
];
