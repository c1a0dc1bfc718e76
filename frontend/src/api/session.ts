import { language } from "@/i18n/language";

/** What the server says about itself before anyone signs in. */
export interface AuthStatus {
  needsSetup: boolean;
  demo: boolean;
  demoLogin: { email: string; password: string } | null;
}

/** A refusal of /auth: the field when it is about one, and a sentence for people. */
export class AuthError extends Error {
  constructor(
    readonly code: string,
    readonly field: string | null,
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = "AuthError";
  }
}

interface Token {
  value: string;
  expiresAt: number;
}

interface TokenAnswer {
  accessToken: string;
  expiresInSeconds: number;
}

/** A token is renewed this long before it ends, so that no request meets a dead one. */
const renewBeforeMilliseconds = 30_000;

// The access token lives in this module only: never in storage, never in an address.
let token: Token | null = null;
let refreshing: Promise<boolean> | null = null;
const endListeners = new Set<(expired: boolean) => void>();

async function post<Answer>(path: string, body: unknown): Promise<Answer | null> {
  const response = await fetch(`/auth/${path}`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "Accept-Language": language() },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const answer = text === "" ? null : (JSON.parse(text) as unknown);
  if (response.ok) return answer as Answer;
  const refusal = (answer as { error?: { code: string; field: string | null; message: string } })
    ?.error;
  throw new AuthError(
    refusal?.code ?? "UNAVAILABLE",
    refusal?.field ?? null,
    refusal?.message ?? `HTTP ${response.status}`,
    response.status,
  );
}

function keep(answer: TokenAnswer | null): void {
  if (answer === null) return;
  token = {
    value: answer.accessToken,
    expiresAt: Date.now() + answer.expiresInSeconds * 1000,
  };
}

/** Asks whether the first owner is still missing and whether this is a demo. */
export async function authStatus(): Promise<AuthStatus> {
  const response = await fetch("/auth/status", { headers: { "Accept-Language": language() } });
  if (!response.ok)
    throw new AuthError("UNAVAILABLE", null, `HTTP ${response.status}`, response.status);
  return (await response.json()) as AuthStatus;
}

/** Signs in; the code is of the second factor, or a recovery code. */
export async function signIn(email: string, password: string, code = ""): Promise<void> {
  keep(await post<TokenAnswer>("login", { email, password, code }));
}

/** Sets the password of who has an invitation; signing in comes after. */
export async function choosePassword(secret: string, password: string): Promise<void> {
  await post("password", { secret, password });
}

/** Makes the first owner; the server may sign in at once, else we do. */
export async function setUp(name: string, email: string, password: string): Promise<void> {
  keep(await post<TokenAnswer>("setup", { name, email, password }));
  if (token === null) await signIn(email, password);
}

export async function signOut(everywhere: boolean): Promise<void> {
  await post("logout", { everywhere }).catch(() => null);
  endSession(false);
}

/** Forgets the token and tells the shell, which goes back to the login. */
export function endSession(expired: boolean): void {
  token = null;
  for (const listener of endListeners) listener(expired);
}

/** Hears of the end of the session, and whether it ended by itself. */
export function onSessionEnd(listener: (expired: boolean) => void): () => void {
  endListeners.add(listener);
  return () => endListeners.delete(listener);
}

export function signedIn(): boolean {
  return token !== null;
}

/** A token that is good for the next request; null when nobody is signed in. */
export async function accessToken(): Promise<string | null> {
  if (token !== null && token.expiresAt - Date.now() < renewBeforeMilliseconds) await refresh();
  return token?.value ?? null;
}

/**
 * Gets a new access token by the cookie. However many ask at the same time, one
 * request is made; other tabs wait for it, because a refresh cookie that is used
 * twice ends the session.
 */
export function refresh(): Promise<boolean> {
  refreshing ??= alone(renew).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew(): Promise<boolean> {
  try {
    keep(await post<TokenAnswer>("refresh", {}));
    return token !== null;
  } catch (error) {
    if (error instanceof AuthError && error.status < 500) token = null;
    return false;
  }
}

function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  if (typeof navigator === "undefined" || navigator.locks === undefined) return work();
  return navigator.locks.request("ponte-refresh", work) as Promise<Result>;
}
