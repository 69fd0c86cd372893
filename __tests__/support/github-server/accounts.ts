import { problem, Refusal } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { repositoryOf } from "./call.ts";
import type { Call } from "./call.ts";
import { forbidden, mayWrite } from "./permissions.ts";
import { showAccount, showRepository, time } from "./show-people.ts";

/** Of a workflow's token the permissions are all false, whatever it may do. */
export function getRepository(call: Call): Answer {
  const repository = repositoryOf(call);
  const { token } = call;
  const push = token?.kind !== "installation" && mayWrite(token, repository);
  const pull = token !== undefined && token.kind !== "installation";
  const permissions = { admin: false, maintain: false, push, triage: push, pull };
  const body = { ...showRepository(call.places, repository), network_count: 0, subscribers_count: 0 };
  return { status: 200, body: token === undefined ? body : { ...body, permissions } };
}

export function getUser(call: Call): Answer {
  const { token } = call;
  if (token === undefined) throw new Refusal(problem(401, "Requires authentication"));
  if (token.kind === "installation") throw forbidden(token, "");
  const unknown = ["name", "company", "location", "email", "hireable", "bio", "twitter_username"];
  return {
    status: 200,
    body: {
      ...showAccount(call.places, token.account),
      ...Object.fromEntries(unknown.map((name) => [name, null])),
      blog: "",
      public_repos: 1,
      public_gists: 0,
      followers: 0,
      following: 0,
      created_at: time(0),
      updated_at: time(0),
    },
  };
}

export function getRateLimit(call: Call): Answer {
  const { limit, used, reset } = call.token?.rate ?? { limit: 60, used: 0, reset: call.state.now() + 3_600_000 };
  const core = { limit, used, remaining: limit - used, reset: Math.ceil(reset / 1000) };
  const search = { limit: 30, used: 0, remaining: 30, reset: core.reset };
  return { status: 200, body: { resources: { core, search }, rate: core } };
}
