/**
 * Where a store is, as a setting names it. `text` is what the person wrote, fit for a log. `path` is absolute.
 */
export interface StoreAddress {
  readonly kind: "folder";
  readonly text: string;
  readonly path: string;
}
