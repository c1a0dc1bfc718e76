import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";

/** A short notice at the top right that something was done. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: "teal.9", autoClose: 4000 });
}

/** A notice that stays long enough to be read, away from what the page offers to do. */
export function notifyFailure(id: string, title: string, message: ReactNode): void {
  notifications.show({
    id,
    title,
    message,
    color: "red.9",
    position: "bottom-right",
    autoClose: 20_000,
  });
}
