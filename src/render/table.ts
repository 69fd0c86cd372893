import { displayWidth } from "../model/visible-text.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Rows under their titles, columns two spaces apart; cells are one line each, without codes. Lines have no trailing spaces. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => widest(all.map((row) => row[index] ?? "")));
  return all.map((row) =>
    columns
      .map(({ align }, index) => padTo(row[index] ?? "", widths[index] ?? 0, align))
      .join("  ")
      .trimEnd(),
  );
}

/** Names and values in two columns; values may be absent, their lines then are, too. */
export function factLines(facts: readonly (readonly [name: string, value: string | undefined])[]): readonly string[] {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  const width = widest(known.map(([name]) => name));
  return known.map(([name, value]) => `${padTo(name, width, "left")}  ${value}`);
}

/** The cell with spaces up to so many columns of a terminal. */
export function padTo(cell: string, width: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(cell)));
  return align === "left" ? cell + space : space + cell;
}

function widest(cells: readonly string[]): number {
  return cells.reduce((width, cell) => Math.max(width, displayWidth(cell)), 0);
}
