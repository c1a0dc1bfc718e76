import { describe, expect, it } from "vitest";
import type { ChannelPartsFragment } from "@/gen/schema";
import { inputOf, switched, valuesOf } from "./values";

const channel = {
  __typename: "Channel",
  id: "chn_1",
  kind: "TELEGRAM",
  name: "Plantão",
  active: true,
  target: "-1001",
  sealedAt: "2026-11-20T12:00:00Z",
  sources: ["VHSYS"],
  topics: ["ALARM"],
  pace: "DAILY",
  digestHour: 9,
  quietFrom: "22:00",
  quietTo: "06:30",
  urgentAtOnce: false,
  failedTries: 0,
  messages: [],
} as unknown as ChannelPartsFragment;

describe("the values of a channel", () => {
  it("come back as they were saved, without its secret", () => {
    expect(inputOf("chn_1", valuesOf(channel, "EMAIL"))).toEqual({
      id: "chn_1",
      kind: "TELEGRAM",
      name: "Plantão",
      address: "-1001",
      secret: undefined,
      sources: ["VHSYS"],
      topics: ["ALARM"],
      pace: "DAILY",
      digestHour: 9,
      quietFrom: "22:00",
      quietTo: "06:30",
      urgentAtOnce: false,
      active: true,
    });
  });

  it("leave out quiet hours that are off, and blank address and secret", () => {
    const input = inputOf(undefined, { ...valuesOf(null, "SLACK"), address: " ", secret: " " });
    expect(input).toMatchObject({ kind: "SLACK", pace: "NOW", active: true });
    for (const name of ["id", "address", "secret", "quietFrom", "quietTo", "name"] as const) {
      expect(input[name]).toBeUndefined();
    }
  });

  it("switch a channel and change nothing else", () => {
    expect(switched(channel, false)).toEqual({
      ...inputOf("chn_1", valuesOf(channel, "TELEGRAM")),
      address: undefined,
      active: false,
    });
  });
});
