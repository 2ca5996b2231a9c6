// The terminal writes its style into the page, which the policy of contents refuses. What a script adopts is allowed.

/** A document whose style elements and attributes become style sheets and properties that a script sets. */
export class StyledDocument {
  readonly document: Document;
  readonly #sheets: CSSStyleSheet[] = [];

  constructor() {
    this.document = new Proxy(document, {
      get: (target, name) => {
        if (name === 'createElement') return (tag: string) => this.#create(tag);
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  remove(): void {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => !this.#sheets.includes(one));
  }

  #create(tag: string): HTMLElement {
    const element = document.createElement(tag);
    if (tag === 'style') this.#adopt(element);
    if (tag === 'span') styleByProperties(element);
    return element;
  }

  #adopt(style: HTMLElement): void {
    const sheet = new CSSStyleSheet();
    this.#sheets.push(sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    Object.defineProperty(style, 'textContent', { set: (rules: string) => sheet.replaceSync(rules) });
  }
}

/** Colours that are not of the palette are in the attribute. */
function styleByProperties(element: HTMLElement): void {
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else Element.prototype.setAttribute.call(element, name, value);
  };
}
