import { createFileRoute } from "@tanstack/react-router";
import { LedgerScreen } from "@/screens/ledger/LedgerScreen";

export const Route = createFileRoute("/_app/ledger")({ component: LedgerScreen });
