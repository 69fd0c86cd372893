import { type Manual, standsIn } from "../model/setting-spec.ts";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { zshCompletion } from "./completion-zsh.ts";

/** A script that makes a shell complete modes, flags and values; to be read by that shell when it starts. */
export function renderCompletion(whole: Manual, shell: "bash" | "zsh" | "fish"): string {
  const manual = { ...whole, settings: whole.settings.filter((spec) => standsIn(spec, "flag")) };
  switch (shell) {
    case "bash":
      return bashCompletion(manual);
    case "zsh":
      return zshCompletion(manual);
    case "fish":
      return fishCompletion(manual);
  }
}
