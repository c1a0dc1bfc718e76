import { expect, it } from "vitest";
import { endOf, levelsOf, scopesOf, stateOf } from "./scopes";

it("says scopes by area and back", () => {
  const scopes = scopesOf({ SALES: "WRITE", LEDGER: "READ" }, true);
  expect(scopes).toEqual(["SALES_WRITE", "LEDGER_READ", "SCHEMA_READ"]);
  expect(levelsOf(scopes)).toEqual({ SALES: "WRITE", LEDGER: "READ" });
  expect(levelsOf(["SALES_READ", "SALES_WRITE"])).toEqual({ SALES: "WRITE" });
});

it("tells when a token ends, and that it has ended", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(endOf("30", now)).toBe("2026-12-22T12:00:00.000Z");
  expect(endOf("never", now)).toBeNull();
  expect(stateOf({ revokedAt: null, expiresAt: null }, now)).toBe("live");
  expect(stateOf({ revokedAt: null, expiresAt: "2026-11-22T12:00:00Z" }, now)).toBe("expired");
  expect(stateOf({ revokedAt: "2026-11-01T00:00:00Z", expiresAt: null }, now)).toBe("revoked");
});
