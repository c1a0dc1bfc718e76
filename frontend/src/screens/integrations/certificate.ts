const dayMilliseconds = 86_400_000;
const warnDays = 30;

export type CertificateAge = "good" | "soon" | "over";

/** Whether a certificate has expired, or will within thirty days. */
export function certificateAge(expiresAt: string, now: number): CertificateAge {
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return "over";
  return left <= warnDays * dayMilliseconds ? "soon" : "good";
}

/** A file as Base64, as the API takes it. */
export async function base64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
