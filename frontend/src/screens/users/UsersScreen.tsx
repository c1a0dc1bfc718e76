import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { pageVariables, type TextSearch } from "@/api/search";
import { UsersDocument } from "@/gen/documents/users";
import type { UserPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty, Loaded } from "@/ui/Feedback";
import { Filters, SearchBox } from "@/ui/Filters";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { ShownOnce } from "@/ui/ShownOnce";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { UserActions } from "./UserActions";
import { UserDialog } from "./UserDialog";

interface Props {
  search: TextSearch;
  onSearch: (search: TextSearch) => void;
}

/** The people who sign in. */
export function UsersScreen({ search, onSearch }: Props) {
  const t = useT();
  const [link, setLink] = useState<string | null>(null);
  const [edited, setEdited] = useState<UserPartsFragment | "new" | null>(null);
  const query = useLoad(
    UsersDocument,
    { ...pageVariables(search), search: search.search },
    { keepPrevious: true },
  );
  const columns: Column<UserPartsFragment>[] = [
    { key: "name", header: t("user.name"), cell: (user) => user.name },
    { key: "email", header: t("user.email"), cell: (user) => user.email },
    { key: "role", header: t("user.role"), cell: (user) => t(`role.${user.role}`) },
    {
      key: "active",
      header: t("common.status"),
      cell: (user) => <Status of="active" value={user.active} />,
    },
    {
      key: "totp",
      header: t("totp.short"),
      cell: (user) => (user.totpSince === null ? "–" : <Moment value={user.totpSince} />),
    },
    {
      key: "login",
      header: t("user.lastLogin"),
      cell: (user) =>
        user.lastLoginAt === null ? t("user.never") : <Moment value={user.lastLoginAt} />,
    },
    {
      key: "edit",
      header: t("common.actions"),
      cell: (user) => (
        <Group gap="xs" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t("common.editNamed", { name: user.name })}
            onClick={() => setEdited(user)}
          >
            {t("common.edit")}
          </Button>
          <UserActions user={user} onLink={setLink} />
        </Group>
      ),
    },
  ];
  return (
    <Page
      title={t("users.title")}
      hint={t("users.hint")}
      actions={<Button onClick={() => setEdited("new")}>{t("users.new")}</Button>}
    >
      <Filters>
        <SearchBox
          label={t("users.search")}
          value={search.search}
          onChange={(value) => onSearch({ search: value })}
        />
      </Filters>
      <Loaded query={query}>
        {({ users }) =>
          users.nodes.length === 0 ? (
            <Empty title={t("list.nothingFound")} hint={t("list.nothingFoundHint")} />
          ) : (
            <>
              <DataTable
                label={t("users.title")}
                columns={columns}
                rows={users.nodes}
                rowKey={(user) => user.id}
              />
              <Pager
                page={users.pageInfo}
                onPage={(page) => onSearch({ search: search.search, ...page })}
              />
            </>
          )
        }
      </Loaded>
      {edited && (
        <UserDialog
          user={edited === "new" ? null : edited}
          onLink={setLink}
          onClose={() => setEdited(null)}
        />
      )}
      {link !== null && (
        <ShownOnce
          title={t("users.link")}
          hint={t("users.linkHint")}
          text={link}
          copyLabel={t("users.copyLink")}
          onClose={() => setLink(null)}
        />
      )}
    </Page>
  );
}
