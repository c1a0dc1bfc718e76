// What the shop remembers, in one file, so that it goes on where it was.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

export interface Order {
  name: string;
  taxId: string;
  email: string;
  cents: number;
  /** Decided once: the same key has to come with the same input. */
  dueDate: string;
  /** Ponte's charge; absent until Ponte has answered. */
  chargeId?: string;
  /** NEW, then what Ponte tells of the charge. */
  status: string;
  typeableLine?: string | null;
}

export interface State {
  orders: Record<string, Order>;
  /** How far the failures were read. */
  cursor: string | null;
  /** The failures that were told, newest last. */
  failures: { kind: string; code: string; remedy: string }[];
  /** What came by webhook, by its id: one can come twice. */
  webhooks: { id: string; type: string; about?: string }[];
}

export class StateFile {
  readonly state: State;

  constructor(private readonly name: string) {
    this.state = existsSync(name)
      ? JSON.parse(readFileSync(name, "utf8"))
      : { orders: {}, cursor: null, failures: [], webhooks: [] };
  }

  /** Writes it beside the old one and puts it in its place, so that no half is left. */
  save(): void {
    writeFileSync(`${this.name}.new`, JSON.stringify(this.state, null, 2));
    renameSync(`${this.name}.new`, this.name);
  }
}
