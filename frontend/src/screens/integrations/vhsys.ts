import type {
  ForeignRule,
  RefundRule,
  SaveVhsysIntegrationInput,
  VhsysPartsFragment,
} from "@/gen/schema";

export const refundRules = [
  "STATUS_ONLY",
  "CANCEL_INVOICE",
  "NOTIFY",
] as const satisfies readonly RefundRule[];
export const foreignRules = ["SKIP", "ORDER_ONLY"] as const satisfies readonly ForeignRule[];

/** The states of Brazil. */
export const states =
  "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split(" ");

/** The settings as they are typed. */
export interface VhsysValues extends Record<string, unknown> {
  accessToken: string;
  secretAccessToken: string;
  withInterest: boolean;
  sendInstallments: boolean;
  refundRule: RefundRule;
  foreignRule: ForeignRule;
  mirrorFrom: string;
  companyState: string;
  nfeTest: boolean;
  nfseTest: boolean;
  nfceTest: boolean;
  nfeSeries: string;
  nfseSeries: string;
  nfceSeries: string;
  notifiedUserIds: string[];
}

const usualSeries = "1";

/** A new integration begins without fiscal value, as everything begins as a test. */
export function vhsysValues(integration: VhsysPartsFragment | null): VhsysValues {
  return {
    accessToken: "",
    secretAccessToken: "",
    withInterest: integration?.withInterest ?? false,
    sendInstallments: integration?.sendInstallments ?? true,
    refundRule: integration?.refundRule ?? "NOTIFY",
    foreignRule: integration?.foreignRule ?? "SKIP",
    mirrorFrom: integration?.mirrorFrom ?? "",
    companyState: integration?.companyState ?? "",
    nfeTest: integration?.nfeTest ?? true,
    nfseTest: integration?.nfseTest ?? true,
    nfceTest: integration?.nfceTest ?? true,
    nfeSeries: integration?.nfeSeries || usualSeries,
    nfseSeries: integration?.nfseSeries || usualSeries,
    nfceSeries: integration?.nfceSeries || usualSeries,
    notifiedUserIds: (integration?.notifiedUsers ?? []).map(({ id }) => id),
  };
}

/** One to three digits. */
export function isSeries(text: string): boolean {
  return /^\d{1,3}$/.test(text.trim());
}

/** What the server is asked for; what is left blank stays as it is. */
export function vhsysInput(values: VhsysValues): SaveVhsysIntegrationInput {
  return {
    accessToken: values.accessToken.trim() || undefined,
    secretAccessToken: values.secretAccessToken.trim() || undefined,
    withInterest: values.withInterest,
    sendInstallments: values.sendInstallments,
    refundRule: values.refundRule,
    foreignRule: values.foreignRule,
    mirrorFrom: values.mirrorFrom || undefined,
    clearMirrorFrom: values.mirrorFrom === "",
    companyState: values.companyState,
    nfeTest: values.nfeTest,
    nfseTest: values.nfseTest,
    nfceTest: values.nfceTest,
    nfeSeries: values.nfeSeries.trim(),
    nfseSeries: values.nfseSeries.trim(),
    nfceSeries: values.nfceSeries.trim(),
    notifiedUserIds: values.notifiedUserIds,
  };
}
