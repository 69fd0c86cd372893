import type { SetSelector } from "../model/set-name.ts";
import type { FolderAddress, RemoteAddress, StoreAddress } from "../model/store-address.ts";
import type { SettingName, Table } from "./spec/table.ts";

type Scalar<K> = K extends { readonly type: "boolean" }
  ? boolean
  : K extends { readonly type: "auto" }
    ? boolean | "auto"
    : K extends { readonly type: "notes" }
      ? "none" | "generate" | { readonly file: string }
      : K extends { readonly type: "choice"; readonly values: readonly (infer V)[] }
        ? V
        : K extends { readonly type: "number" | "duration" | "size" }
          ? number
          : K extends { readonly type: "store" }
            ? StoreAddress
            : K extends { readonly type: "source" }
              ? FolderAddress | RemoteAddress
              : K extends { readonly type: "since" }
                ? Since
                : K extends { readonly type: "set" }
                  ? SetSelector
                  : K extends { readonly type: "mtime" }
                    ? "commit" | "keep" | number
                    : string;

type ValueOf<D> = D extends { readonly list: true; readonly kind: infer K }
  ? readonly Scalar<K>[]
  : D extends { readonly default: string; readonly kind: infer K }
    ? Scalar<K>
    : D extends { readonly kind: infer K }
      ? Scalar<K> | undefined
      : never;

/** A moment: milliseconds before now, or since 1970. */
export type Since = { readonly ago: number } | { readonly time: number };

/** Every setting's value, typed by the table: lists and settings with a default are always there. */
export type Values = { readonly [N in SettingName]: ValueOf<Table[N]> };
