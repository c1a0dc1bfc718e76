import { language } from "@/i18n/language";
import { persisted, type TypedDocument } from "./document";
import { accessToken, endSession, refresh } from "./session";

/** A request that was not answered as asked; the message is made for people. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly id: string | null = null,
  ) {
    super(message);
    this.name = "RequestError";
  }
}

interface Answer<Result> {
  data?: Result | null;
  errors?: { message: string; extensions?: { code?: string; id?: string } }[];
}

/** Sends a query or a mutation; after a 401 the token is renewed once and the request repeated. */
export async function request<Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  let response = await send(document, variables, signal);
  if (response.status === 401) {
    const renewed = await refresh();
    if (!renewed) {
      endSession(true);
      throw new RequestError("UNAUTHENTICATED", "");
    }
    response = await send(document, variables, signal);
  }
  return read(response);
}

async function send<Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Response> {
  const token = await accessToken();
  try {
    return await fetch("/graphql", {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json, application/json",
        "Accept-Language": language(),
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ ...persisted(document), variables }),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError("OFFLINE", "");
  }
}

async function read<Result>(response: Response): Promise<Result> {
  const answer = (await response.json().catch(() => null)) as Answer<Result> | null;
  const mistake = answer?.errors?.[0];
  if (mistake) {
    const code = mistake.extensions?.code ?? "INTERNAL";
    throw new RequestError(code, mistake.message, mistake.extensions?.id ?? null);
  }
  if (!response.ok || answer?.data == null) {
    throw new RequestError("UNAVAILABLE", `HTTP ${response.status}`);
  }
  return answer.data;
}
