// The words of the page. English is in the source; other languages are tables beside this file.

let translator: (text: string) => string = (text) => text;

/** Sets what translates a text: Cockpit does, once it has loaded the table of the user's language. */
export function setTranslator(translate: (text: string) => string): void {
  translator = translate;
}

/** Translates a text. The argument must be a literal: a test compares all of them with the tables. */
export const t = (text: string, values: Readonly<Record<string, string | number>> = {}): string =>
  translator(text).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
