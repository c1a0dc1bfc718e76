import { describe, expect, it } from "vitest";
import { base64, certificateAge } from "./certificate";

describe("a certificate", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");

  it.each([
    ["2026-11-20T12:00:00Z", "over"],
    ["2026-11-20T12:00:01Z", "soon"],
    ["2026-12-20T12:00:00Z", "soon"],
    ["2026-12-20T12:00:01Z", "good"],
  ])("that ends at %s is %s", (expiresAt, age) => {
    expect(certificateAge(expiresAt, now)).toBe(age);
  });

  it("is read as Base64, whatever its bytes", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const file = { arrayBuffer: async () => bytes.buffer } as Blob;
    const text = await base64(file);
    expect(Array.from(atob(text), (character) => character.charCodeAt(0))).toEqual([...bytes]);
  });
});
