import { createContext, useContext } from "react";
import type { Role, ShellQuery } from "@/gen/schema";

const order: Role[] = ["READER", "OPERATOR", "FINANCE", "OWNER"];

export const ShellContext = createContext<ShellQuery | null>(null);

/** Who is signed in, and what this server is. */
export function useShell(): ShellQuery {
  const shell = useContext(ShellContext);
  if (shell === null) throw new Error("useShell is used outside of the shell");
  return shell;
}

/** Whether the viewer's role is at least this one. */
export function useMay(): (least: Role) => boolean {
  const { role } = useShell().viewer.user;
  return (least) => order.indexOf(role) >= order.indexOf(least);
}
