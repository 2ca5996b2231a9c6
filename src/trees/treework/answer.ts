/** What a confined process says of its job. */
export type Answer = { readonly result: unknown } | { readonly failure: string; readonly remedy?: string };
