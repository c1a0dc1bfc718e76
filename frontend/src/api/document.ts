/** A GraphQL operation with the types of its result and variables. */
export interface TypedDocument<Result, Variables> {
  kind: "query" | "mutation" | "subscription";
  name: string;
  /** By which the server knows its text, see frontend/scripts/codegen.mjs. */
  hash: string;
  /** Carries the types; never set. */
  types?: (variables: Variables) => Result;
}

/** What a request says in the place of the document's text. */
export function persisted({ name, hash }: TypedDocument<unknown, never>) {
  return { operationName: name, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } };
}
