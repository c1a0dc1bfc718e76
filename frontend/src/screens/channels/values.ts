import type {
  ChannelKind,
  ChannelPace,
  ChannelPartsFragment,
  FailureSource,
  FailureTopic,
} from "@/gen/schema";

export const paces = ["NOW", "HOURLY", "DAILY"] as const satisfies readonly ChannelPace[];
export const sources = [
  "GERENCIANET",
  "VHSYS",
  "PONTE",
] as const satisfies readonly FailureSource[];
export const topics = [
  "CONNECTION",
  "CHARGE",
  "SALE",
  "INVOICE",
  "ALARM",
] as const satisfies readonly FailureTopic[];
export const allKinds = [
  "EMAIL",
  "WEBHOOK",
  "TELEGRAM",
  "SLACK",
  "DISCORD",
] as const satisfies readonly ChannelKind[];

/** The kinds that have a secret beside their address. */
export const hasSecret = (kind: ChannelKind) => kind === "WEBHOOK" || kind === "TELEGRAM";

/** Whether the address can be read back; others would let anybody post there. */
export const isReadable = (kind: ChannelKind) => kind === "EMAIL" || kind === "TELEGRAM";

export interface Values extends Record<string, unknown> {
  kind: ChannelKind;
  name: string;
  address: string;
  secret: string;
  sources: FailureSource[];
  topics: FailureTopic[];
  pace: ChannelPace;
  digestHour: string;
  quiet: boolean;
  quietFrom: string;
  quietTo: string;
  urgentAtOnce: boolean;
  active: boolean;
}

/** What the form begins with: a new channel tells everything at once, but not at night. */
export function valuesOf(channel: ChannelPartsFragment | null, kind: ChannelKind): Values {
  return {
    kind: channel?.kind ?? kind,
    name: channel?.name ?? "",
    address: channel && isReadable(channel.kind) ? channel.target : "",
    secret: "",
    sources: channel?.sources ?? [],
    topics: channel?.topics ?? [],
    pace: channel?.pace ?? "NOW",
    digestHour: String(channel?.digestHour ?? 8),
    quiet: channel !== null && channel.quietFrom !== null,
    quietFrom: channel?.quietFrom ?? "22:00",
    quietTo: channel?.quietTo ?? "07:00",
    urgentAtOnce: channel?.urgentAtOnce ?? true,
    active: channel?.active ?? true,
  };
}

/** The input that saves the values; blank address and secret keep what is stored. */
export function inputOf(id: string | undefined, values: Values) {
  return {
    id,
    kind: values.kind,
    name: values.name.trim() || undefined,
    address: values.address.trim() || undefined,
    secret: values.secret.trim() || undefined,
    sources: values.sources,
    topics: values.topics,
    pace: values.pace,
    digestHour: Number(values.digestHour),
    quietFrom: values.quiet ? values.quietFrom : undefined,
    quietTo: values.quiet ? values.quietTo : undefined,
    urgentAtOnce: values.urgentAtOnce,
    active: values.active,
  };
}

/** The input that only switches a channel. */
export function switched(channel: ChannelPartsFragment, active: boolean) {
  return inputOf(channel.id, { ...valuesOf(channel, channel.kind), address: "", active });
}
