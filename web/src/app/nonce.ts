// The number that styles made by this page carry: see the policy that the server sends.
export const NONCE = document.querySelector<HTMLMetaElement>('meta[name="wenshu-nonce"]')?.nonce ?? '';

/** Has every style element of the page carry the number. Parts of the component library make some without being asked for it. */
export function numberStyles() {
  const create = document.createElement.bind(document) as (
    name: string,
    options?: ElementCreationOptions,
  ) => HTMLElement;
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = NONCE;
    return element;
  };
}
