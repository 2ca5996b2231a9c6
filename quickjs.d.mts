/** Writes generator-qjs.js, and generator-qjs-NAME.js for each lazy module. */
export function bundleForQuickJS(directory: string): Promise<void>;

/** The names that each of these modules exports. Fails if one exports anything but functions. */
export function functionsOf(modules: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
