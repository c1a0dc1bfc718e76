import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chooseLanguage } from "@/i18n/language";
import type { TypedDocument } from "./document";
import { RequestError, request } from "./request";
import { endSession, onSessionEnd, signedIn, signIn } from "./session";

const document: TypedDocument<{ answer: number }, { question: string }> = {
  kind: "query",
  name: "Answer",
  hash: "e5a1",
};

interface Call {
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** A server in the test: each path answers with the next of its answers, the last one for ever. */
function serve(answers: Record<string, [status: number, body: unknown][]>) {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    calls.push({
      path,
      headers: init.headers as Record<string, string>,
      body: JSON.parse(String(init.body)),
    });
    const queue = answers[path] ?? [];
    const [status, body] = (queue.length > 1 ? queue.shift() : queue[0]) ?? [404, null];
    return new Response(body === null ? null : JSON.stringify(body), { status });
  });
  return { calls, to: (path: string) => calls.filter((call) => call.path === path) };
}

function token(value: string, expiresInSeconds = 900) {
  return { accessToken: value, expiresInSeconds };
}

const unauthorized: [number, unknown] = [401, { errors: [{ message: "" }] }];
const answered: [number, unknown] = [200, { data: { answer: 42 } }];

beforeEach(() => endSession(false));
afterEach(() => {
  vi.unstubAllGlobals();
  chooseLanguage("pt-BR");
});

describe("request", () => {
  it("carries the token, the language and the operation", async () => {
    const server = serve({ "/auth/login": [[200, token("t1")]], "/graphql": [answered] });
    chooseLanguage("en");
    await signIn("ana@example.com", "secret");
    expect(await request(document, { question: "?" })).toEqual({ answer: 42 });
    const [call] = server.to("/graphql");
    expect(call?.headers).toMatchObject({
      Authorization: "Bearer t1",
      "Accept-Language": "en",
      "Content-Type": "application/json",
    });
    expect(call?.body).toEqual({
      operationName: "Answer",
      extensions: { persistedQuery: { version: 1, sha256Hash: "e5a1" } },
      variables: { question: "?" },
    });
  });

  it("renews the token once after a 401 and repeats, for all who wait", async () => {
    const server = serve({
      "/auth/login": [[200, token("t1")]],
      "/auth/refresh": [[200, token("t2")]],
      "/graphql": [unauthorized, unauthorized, unauthorized, answered],
    });
    await signIn("ana@example.com", "secret");
    const all = await Promise.all(
      ["a", "b", "c"].map((question) => request(document, { question })),
    );
    expect(all).toHaveLength(3);
    expect(server.to("/auth/refresh")).toHaveLength(1);
    expect(
      server
        .to("/graphql")
        .slice(3)
        .map(({ headers }) => headers.Authorization),
    ).toEqual(["Bearer t2", "Bearer t2", "Bearer t2"]);
  });

  it("renews a token that is about to end before it asks", async () => {
    const server = serve({
      "/auth/login": [[200, token("t1", 10)]],
      "/auth/refresh": [[200, token("t2")]],
      "/graphql": [answered],
    });
    await signIn("ana@example.com", "secret");
    await request(document, { question: "?" });
    expect(server.calls.map(({ path }) => path)).toEqual([
      "/auth/login",
      "/auth/refresh",
      "/graphql",
    ]);
  });

  it("ends the session when the cookie is no longer good, and does not ask for ever", async () => {
    const ended = vi.fn();
    const stop = onSessionEnd(ended);
    const server = serve({
      "/auth/login": [[200, token("t1")]],
      "/auth/refresh": [[401, { error: { code: "SESSION_ENDED", field: null, message: "" } }]],
      "/graphql": [unauthorized],
    });
    await signIn("ana@example.com", "secret");
    await expect(request(document, { question: "?" })).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
    expect(signedIn()).toBe(false);
    expect(ended).toHaveBeenCalledExactlyOnceWith(true);
    expect(server.to("/graphql")).toHaveLength(1);
    stop();
  });

  it("tells the server's code, sentence and id", async () => {
    serve({
      "/graphql": [
        [
          200,
          {
            data: null,
            errors: [{ message: "Não permitido.", extensions: { code: "FORBIDDEN", id: "e7" } }],
          },
        ],
      ],
    });
    const failure = await request(document, { question: "?" }).catch((error) => error);
    expect(failure).toBeInstanceOf(RequestError);
    expect(failure).toMatchObject({ code: "FORBIDDEN", message: "Não permitido.", id: "e7" });
  });

  it("says when the server cannot be reached", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    await expect(request(document, { question: "?" })).rejects.toMatchObject({ code: "OFFLINE" });
  });

  it("keeps the token out of storage", async () => {
    serve({ "/auth/login": [[200, token("very-secret")]] });
    await signIn("ana@example.com", "secret");
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("very-secret");
  });
});

describe("signIn", () => {
  it("tells the server's sentence and its field", async () => {
    serve({
      "/auth/login": [
        [422, { error: { code: "LOGIN_REFUSED", field: "email", message: "Não confere." } }],
      ],
    });
    await expect(signIn("a", "b")).rejects.toMatchObject({
      code: "LOGIN_REFUSED",
      field: "email",
      message: "Não confere.",
      status: 422,
    });
  });
});
