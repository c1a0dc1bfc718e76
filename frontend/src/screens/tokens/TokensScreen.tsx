import { Button, Code, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { ApiTokensDocument } from "@/gen/documents/tokens";
import type { TokenPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty, Loaded } from "@/ui/Feedback";
import { Filters } from "@/ui/Filters";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { ShownOnce } from "@/ui/ShownOnce";
import { Moment } from "@/ui/Values";
import { DeveloperLinks } from "./DeveloperLinks";
import { levelsOf, stateOf } from "./scopes";
import type { TokensSearch } from "./search";
import { TokenActions } from "./TokenActions";
import { TokenDialog } from "./TokenDialog";

interface Props {
  search: TokensSearch;
  onSearch: (search: TokensSearch) => void;
}

/** The tokens with which apps sign in. */
export function TokensScreen({ search, onSearch }: Props) {
  const t = useT();
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const query = useLoad(
    ApiTokensDocument,
    { ...pageVariables(search), live: !search.ended },
    { keepPrevious: true },
  );
  const make = <Button onClick={() => setMaking(true)}>{t("tokens.new")}</Button>;
  return (
    <Page title={t("tokens.title")} hint={t("tokens.hint")} actions={make}>
      <Filters>
        <Switch
          label={t("tokens.showEnded")}
          checked={search.ended === true}
          onChange={(event) => onSearch({ ended: event.currentTarget.checked || undefined })}
        />
      </Filters>
      <Loaded query={query}>
        {({ apiTokens }) =>
          apiTokens.nodes.length === 0 ? (
            <Empty title={t("tokens.empty")} hint={t("tokens.emptyHint")} />
          ) : (
            <>
              <TokenTable tokens={apiTokens.nodes} onSecret={setSecret} />
              <Pager
                page={apiTokens.pageInfo}
                onPage={(page) => onSearch({ ended: search.ended, ...page })}
              />
            </>
          )
        }
      </Loaded>
      <DeveloperLinks />
      {making && (
        <TokenDialog
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setSecret(made);
          }}
        />
      )}
      {secret !== null && (
        <ShownOnce
          title={t("tokens.secret")}
          hint={t("tokens.secretHint")}
          text={secret}
          copyLabel={t("tokens.copy")}
          onClose={() => setSecret(null)}
        />
      )}
    </Page>
  );
}

function TokenTable(props: { tokens: TokenPartsFragment[]; onSecret: (secret: string) => void }) {
  const t = useT();
  const columns: Column<TokenPartsFragment>[] = [
    {
      key: "name",
      header: t("tokens.name"),
      cell: (token) => (
        <Stack gap={2} align="flex-start">
          {token.name}
          <Code>ponte_…{token.hint}</Code>
        </Stack>
      ),
    },
    {
      key: "scopes",
      header: t("tokens.scopes"),
      wraps: true,
      cell: (token) => <Scopes of={token} />,
    },
    { key: "user", header: t("tokens.user"), cell: (token) => token.user.name },
    { key: "used", header: t("tokens.lastUse"), cell: (token) => <LastUse of={token} /> },
    {
      key: "origin",
      header: t("tokens.origin"),
      cell: (token) => (
        <>
          {t(`tokens.origin.${token.origin}`)}
          <br />
          <Moment value={token.createdAt} />
        </>
      ),
    },
    { key: "end", header: t("tokens.expires"), cell: (token) => <End of={token} /> },
    {
      key: "actions",
      header: t("common.actions"),
      cell: (token) =>
        stateOf(token, Date.now()) === "live" ? (
          <TokenActions token={token} onSecret={props.onSecret} />
        ) : (
          "–"
        ),
    },
  ];
  return (
    <DataTable
      label={t("tokens.title")}
      columns={columns}
      rows={props.tokens}
      rowKey={(token) => token.id}
    />
  );
}

function Scopes({ of }: { of: TokenPartsFragment }) {
  const t = useT();
  const parts = Object.entries(levelsOf(of.scopes)).map(
    ([area, level]) =>
      `${t(`area.${area as "SALES"}`)}: ${t(`tokens.level.${level}`).toLocaleLowerCase()}`,
  );
  if (of.scopes.includes("SCHEMA_READ")) parts.push(t("area.SCHEMA"));
  return parts.join("; ");
}

function LastUse({ of }: { of: TokenPartsFragment }) {
  const t = useT();
  if (of.lastUsedAt === null) return t("tokens.neverUsed");
  return (
    <>
      <Moment value={of.lastUsedAt} />
      <br />
      {of.lastUsedAddress}
    </>
  );
}

/** When it ends or has ended, and how long the secret before goes on. */
function End({ of }: { of: TokenPartsFragment }) {
  const t = useT();
  const state = stateOf(of, Date.now());
  if (state === "revoked" && of.revokedAt) {
    return (
      <>
        {t("tokens.state.revoked")} <Moment value={of.revokedAt} />
      </>
    );
  }
  const overlapping = of.previousUntil !== null && Date.parse(of.previousUntil) > Date.now();
  return (
    <>
      {state === "expired" && `${t("tokens.state.expired")} `}
      {of.expiresAt ? <Moment value={of.expiresAt} /> : t("tokens.life.never")}
      {overlapping && of.previousUntil && (
        <Text size="xs" c="dimmed">
          {t("tokens.previousUntil")} <Moment value={of.previousUntil} />
          {". "}
          {t(of.previousUsedAt ? "tokens.previousUsed" : "tokens.previousUnused")}
        </Text>
      )}
    </>
  );
}
