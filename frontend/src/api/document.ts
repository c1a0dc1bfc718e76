/** A GraphQL operation with the types of its result and variables. */
export interface TypedDocument<Result, Variables> {
  kind: "query" | "mutation" | "subscription";
  name: string;
  text: string;
  /** Carries the types; never set. */
  types?: (variables: Variables) => Result;
}
