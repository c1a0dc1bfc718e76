import { AppShell, Burger, Group, MantineThemeProvider, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { refetchAll } from "@/api/cache";
import { useLoad } from "@/api/hooks";
import { disconnect } from "@/api/live";
import { RequestError } from "@/api/request";
import { onSessionEnd } from "@/api/session";
import { ShellContext } from "@/api/viewer";
import { ShellDocument } from "@/gen/documents/shell";
import type { ShellQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { onLanguageChange } from "@/i18n/language";
import { ErrorNotice, Loading } from "@/ui/Feedback";
import { BridgeIcon } from "@/ui/icons";
import { AppLink } from "@/ui/links";
import { setUnreadInTitle } from "@/ui/title";
import { TotpFirst } from "../profile/TotpFirst";
import { ConnectionNotice, LiveMark } from "./Connection";
import { Navigation } from "./Navigation";
import { useFailureToasts } from "./useFailureToasts";
import { ViewerMenu } from "./ViewerMenu";

const headerHeight = 56;
const stripeHeight = 28;
/** What others ask the viewer to approve is told by nobody else. */
const pollMilliseconds = 30_000;

/** Everything around the pages of those who are signed in. */
export function Shell() {
  const shell = useLoad(ShellDocument, {}, { every: () => pollMilliseconds });
  const cache = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  useEffect(
    () =>
      onSessionEnd((expired) => {
        disconnect();
        const next = expired ? router.state.location.href : undefined;
        void navigate({ to: "/login", search: { next } }).then(() => cache.clear());
      }),
    [cache, navigate, router],
  );
  useEffect(() => onLanguageChange(() => void refetchAll(cache)), [cache]);
  if (shell.data) return <Frame shell={shell.data} />;
  if (shell.error instanceof RequestError && shell.error.code === "TOTP_REQUIRED") {
    return <TotpFirst onDone={() => void shell.refetch()} />;
  }
  return (
    <main className="login-page">
      {shell.error ? (
        <ErrorNotice error={shell.error} onRetry={() => shell.refetch()} />
      ) : (
        <Loading lines={2} />
      )}
    </main>
  );
}

/** A notice's close button has no name of its own. */
function nameCloseButtons(name: string) {
  const closeButtonProps = { "aria-label": name };
  return { components: { Notification: { defaultProps: { closeButtonProps } } } };
}

function Frame({ shell }: { shell: ShellQuery }) {
  const t = useT();
  const [menuOpened, menu] = useDisclosure(false);
  useFailureToasts();
  const { unreadFailures } = shell.viewer;
  useEffect(() => setUnreadInTitle(unreadFailures), [unreadFailures]);
  useEffect(() => () => setUnreadInTitle(0), []);
  const sandbox = shell.gerencianetIntegration?.environment === "SANDBOX";
  return (
    <ShellContext value={shell}>
      <a className="skip-link" href="#content">
        {t("shell.skip")}
      </a>
      <MantineThemeProvider theme={nameCloseButtons(t("common.close"))}>
        <Notifications position="top-right" limit={4} />
      </MantineThemeProvider>
      <AppShell
        header={{ height: headerHeight + (sandbox ? stripeHeight : 0) }}
        navbar={{ width: 232, breakpoint: "md", collapsed: { mobile: !menuOpened } }}
        padding={{ base: "sm", sm: "lg" }}
      >
        <AppShell.Header>
          {sandbox && <div className="sandbox-stripe">{t("shell.sandbox")}</div>}
          <Group h={headerHeight} px="sm" justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap">
              <Burger
                opened={menuOpened}
                onClick={menu.toggle}
                hiddenFrom="md"
                size="sm"
                aria-label={t(menuOpened ? "shell.closeMenu" : "shell.openMenu")}
                aria-expanded={menuOpened}
              />
              <AppLink to="/" underline="never" c="inherit" aria-label={t("shell.home")}>
                <Group gap={8} wrap="nowrap">
                  <BridgeIcon size={26} />
                  <Text fw={700}>Ponte</Text>
                </Group>
              </AppLink>
            </Group>
            <Group gap="sm" wrap="nowrap">
              <LiveMark />
              <ViewerMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar
          p="xs"
          aria-label={t("shell.navigation")}
          className={menuOpened ? undefined : "navbar-closed"}
        >
          <Navigation onNavigate={menu.close} />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1}>
          <ConnectionNotice />
          <Outlet />
        </AppShell.Main>
      </AppShell>
    </ShellContext>
  );
}
