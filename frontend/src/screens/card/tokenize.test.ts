import { afterEach, describe, expect, it, vi } from "vitest";
import { makeToken, TokenError } from "./tokenize";

const card = {
  number: "4111 1111 1111 1111",
  holderName: " Ana Souza ",
  holderDocument: "",
  expiry: "05/31",
  cvv: "123",
  installments: "1",
};
const simulator = {
  __typename: "CardTokenizer",
  payeeCode: "a".repeat(32),
  environment: "SANDBOX",
  simulatorUrl: "/sandbox/gerencianet/tokenizer",
} as const;

afterEach(() => vi.unstubAllGlobals());

describe("a payment token", () => {
  it("is asked of the simulator when there is one", async () => {
    const fetch = vi.fn(async (_url: string, _request: RequestInit) =>
      Response.json({ payment_token: "abc", card_mask: "XXXXXXXXXXXX1111" }),
    );
    vi.stubGlobal("fetch", fetch);
    await expect(makeToken(simulator, card)).resolves.toBe("abc");
    const [url, request] = fetch.mock.calls[0] ?? [];
    expect(url).toBe(simulator.simulatorUrl);
    expect(request?.credentials).toBe("omit");
    expect(JSON.parse(String(request?.body))).toEqual({
      brand: "visa",
      number: "4111111111111111",
      cvv: "123",
      expirationMonth: "05",
      expirationYear: "2031",
      holderName: "Ana Souza",
      reuse: false,
    });
  });

  it("tells why the card was not taken, and when nobody answered", async () => {
    vi.stubGlobal("fetch", async () =>
      Response.json({ error: "the card has expired" }, { status: 400 }),
    );
    await expect(makeToken(simulator, card)).rejects.toThrow(
      new TokenError("the card has expired"),
    );
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("offline")));
    await expect(makeToken(simulator, card)).rejects.toThrow(new TokenError(""));
  });
});
