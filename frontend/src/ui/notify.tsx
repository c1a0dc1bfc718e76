import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";

/** A short notice at the top right that something was done. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: "teal.9", autoClose: 5000 });
}

/** A notice that stays until it is read. */
export function notifyFailure(id: string, title: string, message: ReactNode): void {
  notifications.show({ id, title, message, color: "red.9", autoClose: 20_000 });
}
