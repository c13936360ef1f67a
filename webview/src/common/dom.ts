type Properties = Readonly<
  Record<string, string | number | boolean | null | undefined | ((event: never) => void)>
>;

/**
 * Makes an element: `on…` properties become listeners, `true` an empty attribute, `false`, `null` and `undefined`
 * none, `class` and everything else attributes.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties?: Properties,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag];
export function h<E extends HTMLElement = HTMLElement>(
  tag: string,
  properties?: Properties,
  ...children: (Node | string)[]
): E;
export function h(tag: string, properties: Properties = {}, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else setAttribute(element, name, value);
  }
  element.append(...children);
  return element;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** Sets or, for `false`, `null` and `undefined`, removes an attribute; leaves it alone where nothing changes. */
export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | null | undefined,
): void {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else {
    const text = value === true ? '' : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** Sets text without disturbing the document (and screen readers) when it is the same. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A codicon. */
export const icon = (name: string, ...classes: string[]): HTMLElement =>
  h('span', { class: ['codicon', `codicon-${name}`, ...classes].join(' '), 'aria-hidden': 'true' });
