import type { SettingSpec } from "../model/setting-spec.ts";
import { placeOf } from "./parsed.ts";
import type { Origin, RawLayer } from "./raw.ts";
import type { Mode } from "./settings.ts";
import { everyMode } from "./spec/modes.ts";
import { isSettingName, type SettingName, settingSpec, settingSpecs } from "./spec/table.ts";
import type { Values } from "./value-types.ts";
import { parseSetting } from "./values.ts";
import { oneOf } from "./wording.ts";

/** Places that set something, in the order in which they win. */
export interface Layers {
  readonly used: readonly RawLayer[];
  /** Profiles that weren't chosen: checked, and otherwise left alone. */
  readonly unused: readonly RawLayer[];
}

/**
 * Every setting's value: from the first place that gives it, else its default. Values of all places are checked, and every
 * problem is pushed; the result is whole only if there was none.
 */
export function parseValues(layers: Layers, home: string | undefined, problems: string[]): Partial<Values> {
  const parse = (layer: RawLayer) => parseLayer(layer, home, problems);
  layers.unused.forEach(parse);
  const parsed = layers.used.map(parse);
  return Object.assign({}, parse(defaultLayer(layers)), ...parsed.reverse()) as Partial<Values>;
}

/** Where a setting's value comes from; undefined when it is its default. */
export function originOf(name: SettingName, { used }: Layers): Origin | undefined {
  return used.find(({ values }) => values.has(name))?.from;
}

function parseLayer(layer: RawLayer, home: string | undefined, problems: string[]): Readonly<Record<string, unknown>> {
  const place = placeOf(layer.base, home);
  const values = [...layer.values].flatMap(([name, raws]) => {
    const spec = settingSpec(name);
    // A value that is wrong hides those below it: there is no right one to fall back to.
    return spec === undefined ? [] : [[name, parseSetting(spec, raws, place, problems)] as const];
  });
  return Object.fromEntries(values);
}

function defaultLayer(layers: Layers): RawLayer {
  const values = settingSpecs().flatMap((spec) =>
    isSettingName(spec.name) && (spec.list || spec.default !== undefined)
      ? [[spec.name, defaultTexts(spec)] as const]
      : [],
  );
  return { from: "file", base: layers.used[0]?.base ?? "/", values: new Map(values) };
}

function defaultTexts(spec: SettingSpec): readonly { text: string; label: string }[] {
  return spec.default === undefined ? [] : [{ text: spec.default, label: spec.name }];
}

/** A flag of another mode is a mistake; in a config file, which serves all modes, it is none. */
export function foreignFlags(call: RawLayer, mode: Mode): readonly string[] {
  return [...call.values.entries()].flatMap(([name, raws]) => {
    const spec = settingSpec(name);
    if (spec === undefined || spec.modes.includes(mode)) return [];
    const has = everyMode.filter((each) => spec.modes.includes(each));
    return [`${raws[0]?.label ?? name} belongs to ${oneOf(has, "and")}, not to ${mode}; leave it out.`];
  });
}
