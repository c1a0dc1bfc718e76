interface Bank {
  code: string;
  name: string;
}

/** A bank as people write it, 001 - Banco do Brasil; some names carry their code already. */
export function bankLabel({ code, name }: Bank): string {
  return name.startsWith(`${code} `) ? name : `${code} - ${name}`;
}
