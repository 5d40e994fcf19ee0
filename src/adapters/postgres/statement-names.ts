/** Names under which the connections of a pool keep statements prepared. */
export interface StatementNames {
  /** The name as a field of a query; none where the statement is to be parsed each time. */
  of(text: string): { readonly name?: string };
}

/** Texts that get a name. Lists of any length make ever new ones, and each name takes memory of each connection. */
const MAX_NAMES = 300;

/** Gives every text a name of its own; the same one as long as the process lives. */
export function createStatementNames(isOn: boolean): StatementNames {
  const names = new Map<string, { readonly name: string }>();
  return {
    of(text) {
      const known = names.get(text);
      if (known) return known;
      if (!isOn || names.size >= MAX_NAMES) return {};
      const fresh = { name: `s${String(names.size)}` };
      names.set(text, fresh);
      return fresh;
    },
  };
}
