import {
  flagParam,
  oneOfParam,
  type PageSearch,
  pageParams,
  type RawSearch,
  textParam,
} from "@/api/search";
import type { Environment, FailureFilter, FailureState, IntegrationKind } from "@/gen/schema";

export const failureStates = [
  "OPEN",
  "RETRYING",
  "RESOLVED",
  "IGNORED",
] as const satisfies readonly FailureState[];
/** What is not over and not left on purpose. */
export const needsAttention = ["OPEN", "RETRYING"] as const satisfies readonly FailureState[];
export const integrationKinds = [
  "GERENCIANET",
  "VHSYS",
] as const satisfies readonly IntegrationKind[];
export const environments = ["PRODUCTION", "SANDBOX"] as const satisfies readonly Environment[];
export const groupings = ["CODE", "INTEGRATION"] as const;

export interface FailuresSearch extends PageSearch {
  /** Absent is what needs attention. */
  state?: FailureState | "ALL";
  integration?: IntegrationKind;
  environment?: Environment;
  unread?: true;
  search?: string;
  code?: string;
  group?: (typeof groupings)[number];
  /** The groups that are open. */
  open?: string[];
}

/** The filters of the failure feed, as they stand in the address. */
export function failuresSearch(raw: RawSearch): FailuresSearch {
  return {
    ...pageParams(raw),
    state: oneOfParam(raw.state, [...failureStates, "ALL"] as const),
    integration: oneOfParam(raw.integration, integrationKinds),
    environment: oneOfParam(raw.environment, environments),
    unread: flagParam(raw.unread),
    search: textParam(raw.search),
    code: textParam(raw.code),
    group: oneOfParam(raw.group, groupings),
    open: openParam(raw.open),
  };
}

function openParam(value: unknown): string[] | undefined {
  const keys = (Array.isArray(value) ? value : [value]).flatMap((key) => textParam(key) ?? []);
  return keys.length === 0 ? undefined : keys.slice(0, 20);
}

/** The filter that an address asks for, as the server wants it. */
export function failureFilter(search: FailuresSearch): FailureFilter {
  const { integration, environment, unread, search: text, code } = search;
  return {
    latest: true,
    state: statesOf(search.state),
    integration,
    environment,
    unread,
    search: text,
    code: code === undefined ? null : [code],
  };
}

function statesOf(state: FailuresSearch["state"]): FailureState[] | null {
  if (state === "ALL") return null;
  return state === undefined ? [...needsAttention] : [state];
}

/** Whether an address narrows the list down from what needs attention. */
export function isFiltered(search: FailuresSearch): boolean {
  const { state, integration, environment, unread, search: text, code } = search;
  return Boolean(state || integration || environment || unread || text || code);
}
