import { QueryClient } from "@tanstack/react-query";
import { entitiesIn, patchEntities } from "./patch";
import { RequestError } from "./request";

const permanent = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "NOT_FOUND",
  "BAD_REQUEST",
  "INVALID_ARGUMENT",
  "INVALID_CURSOR",
  "GRAPHQL_VALIDATION_FAILED",
];

export function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) =>
          count < 2 && !(error instanceof RequestError && permanent.includes(error.code)),
      },
    },
  });
}

/** Brings every cached query in step with the entities of a newer result. */
export function absorb(cache: QueryClient, newer: unknown): void {
  const entities = entitiesIn(newer);
  if (entities.size === 0) return;
  for (const query of cache.getQueryCache().getAll()) {
    const before: unknown = query.state.data;
    if (before === undefined) continue;
    const after = patchEntities(before, entities);
    if (after !== before) {
      cache.setQueryData(query.queryKey, after, { updatedAt: query.state.dataUpdatedAt });
    }
  }
}

/**
 * Loads again what is on screen and marks the rest as old. Questions that a
 * provider answers live cost it a request each and are left alone.
 */
export function refetchAll(cache: QueryClient): Promise<void> {
  return cache.invalidateQueries({ predicate: (query) => query.meta?.live !== true });
}
