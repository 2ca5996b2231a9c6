/** Writes generator-qjs.js, and generator-qjs-NAME.js for what is called seldom. */
export function bundleForQuickJS(directory: string): Promise<void>;
