/** Returns src/config/paths.ts with the data of all guests in another directory, which may change: for vi.mock(). */
export const stateIn = (paths: object, directory: () => string): object =>
  Object.defineProperties(
    { ...paths, stateOf: (guest: string) => `${directory()}/${guest}` },
    { stateDirectory: { get: directory, enumerable: true } },
  );
