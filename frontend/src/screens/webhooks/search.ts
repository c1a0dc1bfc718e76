import { oneOfParam, type RawSearch, textParam } from "@/api/search";
import type { WebhookDeliveryState } from "@/gen/schema";

export const deliveryStates = [
  "WAITING",
  "SENDING",
  "SENT",
  "FAILED",
  "DROPPED",
] as const satisfies readonly WebhookDeliveryState[];

/** Which deliveries of a webhook are shown. */
export interface WebhookSearch {
  after?: string;
  state?: WebhookDeliveryState;
}

export function webhookSearch(raw: RawSearch): WebhookSearch {
  return { after: textParam(raw.after), state: oneOfParam(raw.state, deliveryStates) };
}
