import { language } from "@/i18n/language";
import { RequestError } from "./request";
import { accessToken } from "./session";

export type ExportFormat = "csv" | "json";

/** Loads a list as it is filtered, as a file. */
export function exportList(
  list: string,
  format: ExportFormat,
  variables: Record<string, unknown>,
): Promise<Blob> {
  const query = new URLSearchParams({ variables: JSON.stringify(variables) });
  return load(`/export/${list}.${format}?${query}`);
}

/** Loads the schema of the API as a text. */
export const loadSchema = () => load("/schema.graphql");

/** Loads everything that is kept about a customer; that it was asked for is written down. */
export function exportCustomer(id: string): Promise<Blob> {
  return load(`/export/customer/${id}.json`);
}

async function load(address: string): Promise<Blob> {
  const response = await fetch(address, {
    credentials: "same-origin",
    headers: {
      "Accept-Language": language(),
      Authorization: `Bearer ${(await accessToken()) ?? ""}`,
    },
  }).catch(() => {
    throw new RequestError("OFFLINE", "");
  });
  if (response.ok) return response.blob();
  const refused = (await response.json().catch(() => null)) as {
    errors?: { message: string; extensions?: { code?: string } }[];
  } | null;
  const [first] = refused?.errors ?? [];
  throw new RequestError(
    first?.extensions?.code ?? "UNAVAILABLE",
    first?.message ?? `HTTP ${response.status}`,
  );
}
