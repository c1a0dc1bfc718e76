import { Button, Group } from "@mantine/core";
import type { PageSearch } from "@/api/search";
import type { PagePartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { NextIcon, PreviousIcon } from "./icons";

interface Props {
  page: PagePartsFragment;
  onPage: (page: PageSearch) => void;
}

/** Turns the pages of a list; hidden while there is only one. */
export function Pager({ page, onPage }: Props) {
  const t = useT();
  if (!page.hasNextPage && !page.hasPreviousPage) return null;
  return (
    <Group component="nav" aria-label={t("list.pages")} justify="flex-end">
      <Button
        variant="default"
        leftSection={<PreviousIcon />}
        disabled={!page.hasPreviousPage}
        onClick={() => onPage({ before: page.startCursor ?? undefined })}
      >
        {t("list.previous")}
      </Button>
      <Button
        variant="default"
        rightSection={<NextIcon />}
        disabled={!page.hasNextPage}
        onClick={() => onPage({ after: page.endCursor ?? undefined })}
      >
        {t("list.next")}
      </Button>
    </Group>
  );
}
