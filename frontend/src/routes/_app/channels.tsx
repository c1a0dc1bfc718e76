import { createFileRoute } from "@tanstack/react-router";
import { ChannelsScreen } from "@/screens/channels/ChannelsScreen";

export const Route = createFileRoute("/_app/channels")({ component: ChannelsScreen });
