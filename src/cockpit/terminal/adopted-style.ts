// The terminal makes style elements and style attributes, which the policy of contents refuses. What a script adopts or
// sets is allowed. xterm.js has no option for that, so elements are made differently while a terminal is shown.

/** Turns new style elements into sheets of the page, and style attributes into properties. Returns how to end that. */
export function adoptStyle(): () => void {
  const sheets: CSSStyleSheet[] = [];
  const create = (tag: string, options?: ElementCreationOptions): HTMLElement => {
    if (tag === 'style') return sheetElement(sheets);
    const element = Document.prototype.createElement.call(document, tag, options);
    return tag === 'span' ? withStyleProperties(element) : element;
  };
  Object.defineProperty(document, 'createElement', { value: create, configurable: true });
  return () => {
    Reflect.deleteProperty(document, 'createElement');
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => !sheets.includes(one));
  };
}

/** Returns an element that shows nothing. Its text becomes a sheet. */
function sheetElement(sheets: CSSStyleSheet[]): HTMLElement {
  const element = Document.prototype.createElement.call(document, 'template');
  const sheet = new CSSStyleSheet();
  sheets.push(sheet);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, 'textContent', { set: (rules: string) => sheet.replaceSync(rules) });
  return element;
}

/** Colours that are not of the palette are in the attribute. */
function withStyleProperties(element: HTMLElement): HTMLElement {
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else Element.prototype.setAttribute.call(element, name, value);
  };
  return element;
}
