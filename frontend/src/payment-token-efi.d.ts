// The package types its name only; its ES module is the file that is imported.
declare module "payment-token-efi/dist/payment-token-efi-esm.min.js" {
  export { default } from "payment-token-efi";
}
