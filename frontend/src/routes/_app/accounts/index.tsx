import { createFileRoute } from "@tanstack/react-router";
import { AccountsScreen } from "@/screens/accounts/AccountsScreen";

export const Route = createFileRoute("/_app/accounts/")({ component: AccountsScreen });
