import type { ReactNode } from "react";

export type Fact = [label: string, value: ReactNode] | null | false;

/** Labels and values; those without a value are left out. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className="facts">
      {facts.map((fact) =>
        fact && fact[1] !== null && fact[1] !== "" ? (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
