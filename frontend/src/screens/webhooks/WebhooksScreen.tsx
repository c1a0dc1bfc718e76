import { Button } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { type PageSearch, pageVariables } from "@/api/search";
import { useMay } from "@/api/viewer";
import { WebhooksDocument } from "@/gen/documents/webhooks";
import type { WebhookPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty, Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { ShownOnce } from "@/ui/ShownOnce";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { WebhookDialog } from "./WebhookDialog";

interface Props {
  search: PageSearch;
  onSearch: (search: PageSearch) => void;
  onOpen: (id: string) => void;
}

/** The addresses of apps that are told of events. */
export function WebhooksScreen({ search, onSearch, onOpen }: Props) {
  const t = useT();
  const may = useMay();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<{ id: string; secret: string } | null>(null);
  const query = useLoad(WebhooksDocument, pageVariables(search), { keepPrevious: true });
  const make = may("OWNER") && <Button onClick={() => setMaking(true)}>{t("webhooks.new")}</Button>;
  return (
    <Page title={t("webhooks.title")} hint={t("webhooks.hint")} actions={make}>
      <Loaded query={query}>
        {({ webhookEndpoints }) =>
          webhookEndpoints.nodes.length === 0 ? (
            <Empty title={t("webhooks.empty")} hint={t("webhooks.emptyHint")} />
          ) : (
            <>
              <WebhookTable webhooks={webhookEndpoints.nodes} />
              <Pager page={webhookEndpoints.pageInfo} onPage={onSearch} />
            </>
          )
        }
      </Loaded>
      {making && (
        <WebhookDialog
          webhook={null}
          onClose={() => setMaking(false)}
          onSaved={(id, secret) => {
            setMaking(false);
            if (secret !== null) setMade({ id, secret });
          }}
        />
      )}
      {made && (
        <ShownOnce
          title={t("webhook.secret")}
          hint={t("webhook.secretHint")}
          text={made.secret}
          copyLabel={t("channel.copySecret")}
          onClose={() => onOpen(made.id)}
        />
      )}
    </Page>
  );
}

function WebhookTable({ webhooks }: { webhooks: WebhookPartsFragment[] }) {
  const t = useT();
  const columns: Column<WebhookPartsFragment>[] = [
    {
      key: "name",
      header: t("common.name"),
      cell: ({ id, name }) => (
        <AppLink to="/webhooks/$webhookId" params={{ webhookId: id }}>
          {name}
        </AppLink>
      ),
    },
    { key: "url", header: t("webhook.url"), wraps: true, cell: ({ url }) => url },
    {
      key: "types",
      header: t("webhook.types"),
      wraps: true,
      cell: ({ types }) => (types.length === 0 ? t("webhook.allTypes") : types.join(", ")),
    },
    {
      key: "state",
      header: t("webhook.state"),
      cell: (webhook) => (
        <>
          <Status of="active" value={webhook.active} />
          {webhook.active && webhook.failingSince && (
            <>
              <br />
              {t("webhook.failingSince")} <Moment value={webhook.failingSince} />
            </>
          )}
        </>
      ),
    },
  ];
  return (
    <DataTable
      label={t("webhooks.title")}
      columns={columns}
      rows={webhooks}
      rowKey={({ id }) => id}
    />
  );
}
