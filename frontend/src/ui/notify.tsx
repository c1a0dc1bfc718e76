import { type NotificationData, notifications } from "@mantine/notifications";
import type { ReactNode } from "react";

/** A short notice at the top right that something was done. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: "teal.9", autoClose: 4000 });
}

/** A notice that stays long enough to be read, away from what the page offers to do. */
export function notifyFailure(id: string, title: string, message: ReactNode): void {
  notify({ id, title, message, color: "red.9", position: "bottom-right", autoClose: 20_000 });
}

/** A quiet notice that something is over, in the place where it was told. */
export function notifyOver(id: string, message: ReactNode): void {
  notify({
    id,
    message,
    color: "teal.9",
    role: "status",
    position: "bottom-right",
    autoClose: 8000,
  });
}

/** A notice that something waits for another person; it stays long enough to follow its link. */
export function notifyWaiting(id: string, message: ReactNode): void {
  notify({
    id,
    message,
    color: "blue.8",
    role: "status",
    position: "top-right",
    autoClose: 12_000,
  });
}

/** Shows a notice; one with the same id says the new words. */
function notify(notice: NotificationData & { id: string }): void {
  notifications.show(notice);
  notifications.update(notice);
}
