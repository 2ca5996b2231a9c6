/** Writes generator-qjs.js and generator-qjs-seldom.js. */
export function bundleForQuickJS(directory: string): Promise<void>;
