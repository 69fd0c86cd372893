/**
 * One command to a workflow's runner, a line without its newline: `::error title=a: b::message`. The runner gets data and
 * values as they are given here, whatever they hold, as long as a value neither is empty, nor begins with `=`, nor has white
 * space around it (ActionCommand.cs of actions/runner).
 */
export function workflowCommand(name: string, data = "", properties: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${[name, ...(pairs.length === 0 ? [] : [pairs.join(",")])].join(" ")}::${escapeData(data)}`;
}

function escapeData(data: string): string {
  return data.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(value: string): string {
  return escapeData(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
