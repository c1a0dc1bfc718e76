import { flagParam, oneOfParam, type PageSearch, pageParams, type RawSearch } from "@/api/search";
import type { FailureState, IntegrationKind } from "@/gen/schema";

export const failureStates = [
  "OPEN",
  "RETRYING",
  "RESOLVED",
  "IGNORED",
] as const satisfies readonly FailureState[];
export const integrationKinds = [
  "GERENCIANET",
  "VHSYS",
] as const satisfies readonly IntegrationKind[];

export interface FailuresSearch extends PageSearch {
  state?: FailureState;
  integration?: IntegrationKind;
  unread?: true;
}

/** The filters of the failure feed, as they stand in the address. */
export function failuresSearch(raw: RawSearch): FailuresSearch {
  return {
    ...pageParams(raw),
    state: oneOfParam(raw.state, failureStates),
    integration: oneOfParam(raw.integration, integrationKinds),
    unread: flagParam(raw.unread),
  };
}
