import {
  keepPreviousData,
  type QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { absorb, refetchAll } from "./cache";
import type { TypedDocument } from "./document";
import { type Connection, currentConnection, listen, onConnectionChange } from "./live";
import { request } from "./request";

interface LoadOptions {
  /** Whether to ask at all; true when absent. */
  enabled?: boolean;
  /** The answer comes from a provider: ask only when needed. */
  live?: boolean;
  /** Shows the last page while the next one loads. */
  keepPrevious?: boolean;
}

interface PollOptions<Result> extends LoadOptions {
  /** After how many milliseconds to ask again, by what was answered last; null is never. */
  every?: (result: Result) => number | null;
}

/** Loads a query and keeps it in step with everything else on screen. */
export function useLoad<Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  { enabled = true, live = false, keepPrevious = false, every }: PollOptions<Result> = {},
) {
  return useQuery({
    queryKey: [document.name, variables],
    queryFn: ({ signal }) => request(document, variables, signal),
    enabled,
    meta: { live },
    refetchInterval: ({ state }) =>
      (state.data !== undefined && every?.(state.data as Result)) || false,
    placeholderData: keepPrevious ? keepPreviousData : undefined,
    ...(live ? { staleTime: 60_000, refetchOnWindowFocus: false, retry: false } : {}),
  });
}

/** A mutation; when it is answered, lists, details and badges agree with it. */
export function useChange<Result, Variables>(document: TypedDocument<Result, Variables>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (variables: Variables) => request(document, variables),
    onSuccess: (result) => {
      absorb(cache, result);
      void refetchAll(cache);
    },
  });
}

/** Follows a subscription while the component is on screen. */
export function useLive<Result, Variables extends Record<string, unknown>>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
): void {
  const cache = useQueryClient();
  const key = JSON.stringify(variables);
  useEffect(() => {
    const refetch = lazily(cache);
    const stop = listen(
      document,
      () => JSON.parse(key) as Variables,
      (result) => {
        absorb(cache, result);
        refetch.soon();
      },
    );
    return () => {
      stop();
      refetch.cancel();
    };
  }, [cache, document, key]);
}

/** Many changes in a row load the lists once. */
const quietMilliseconds = 400;

/** Loads what is on screen again, soon, and once for many reasons. */
export function lazily(cache: QueryClient) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    soon() {
      timer ??= setTimeout(() => {
        timer = undefined;
        void refetchAll(cache);
      }, quietMilliseconds);
    },
    cancel() {
      clearTimeout(timer);
    },
  };
}

export function useConnection(): Connection {
  return useSyncExternalStore(onConnectionChange, currentConnection);
}

/** A key that stays the same for as long as a form is open: sending twice makes one thing. */
export function useIdempotencyKey(): string {
  const key = useRef<string>(null);
  key.current ??= randomKey();
  return key.current;
}

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
