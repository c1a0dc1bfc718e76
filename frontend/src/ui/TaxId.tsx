/** A CPF or CNPJ as the server gave it, its middle hidden. */
export function TaxId({ masked }: { masked: string }) {
  return <span className="digits">{masked}</span>;
}
