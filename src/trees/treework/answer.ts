/** The result of a confined process. */
export type Answer = { readonly result: unknown } | { readonly failure: string; readonly remedy?: string };
