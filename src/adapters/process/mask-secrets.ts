import { secretForms } from "../../model/secret-forms.ts";
import { type Environment, findSecrets } from "./find-secrets.ts";

/** The text without any credential that the run inherits: for what is shown where no runner masks it. */
export function maskSecrets(text: string, env: Environment): string {
  const forms = findSecrets(env).flatMap(secretForms);
  // A shorter form may be a part of a longer one, of which nothing is to be left.
  return forms.toSorted((a, b) => b.length - a.length).reduce((masked, form) => masked.replaceAll(form, mask), text);
}

// Other than a runner's asterisks it means nothing to Markdown.
const mask = "(masked)";
