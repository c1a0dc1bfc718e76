import { describe, expect, it } from "vitest";
import { isSeries, states, vhsysInput, vhsysValues } from "./vhsys";

describe("the settings of Vhsys", () => {
  it("keep what is left blank", () => {
    const input = vhsysInput({ ...vhsysValues(null), accessToken: " abc ", nfeSeries: " 2 " });
    expect(input).toMatchObject({ accessToken: "abc", nfeSeries: "2", nfseSeries: "1" });
    expect(input.secretAccessToken).toBeUndefined();
  });

  it("take the cut-off day back when it is blank", () => {
    const since = (mirrorFrom: string) => vhsysInput({ ...vhsysValues(null), mirrorFrom });
    expect(since("")).toMatchObject({ mirrorFrom: undefined, clearMirrorFrom: true });
    expect(since("2026-01-31")).toMatchObject({
      mirrorFrom: "2026-01-31",
      clearMirrorFrom: false,
    });
  });

  it("begin as tests, without fiscal value", () => {
    expect(vhsysInput(vhsysValues(null))).toMatchObject({
      nfeTest: true,
      nfseTest: true,
      nfceTest: true,
      refundRule: "NOTIFY",
    });
  });

  it("know every state once", () => {
    expect(new Set(states).size).toBe(27);
  });

  it("know a series by its digits", () => {
    expect(["1", "001", "999"].filter(isSeries)).toHaveLength(3);
    expect(["", "1000", "a"].filter(isSeries)).toEqual([]);
  });
});
