import { Badge, Checkbox, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { pageSize } from "@/api/search";
import { FailuresDocument } from "@/gen/documents/failures";
import type { FailureGroupPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Loaded } from "@/ui/Feedback";
import { NextIcon } from "@/ui/icons";
import { AppLink } from "@/ui/links";
import { Moment } from "@/ui/Values";
import { useDesk } from "./desk";
import { FailureList } from "./FailureList";
import { type FailuresSearch, failureFilter } from "./search";

interface Props {
  groups: FailureGroupPartsFragment[];
  search: FailuresSearch;
  onSearch: (search: FailuresSearch) => void;
}

/** Failures put together by what they have in common; each group opens and closes. */
export function FailureGroups({ groups, search, onSearch }: Props) {
  const opened = search.open ?? [];
  const toggle = (key: string) => {
    const open = opened.includes(key) ? opened.filter((one) => one !== key) : [...opened, key];
    onSearch({ ...search, open: open.length === 0 ? undefined : open });
  };
  return (
    <Stack gap="sm" component="ul" className="bare-list">
      {groups.map((group) => (
        <li key={keyOf(group)}>
          <FailureGroup
            group={group}
            search={search}
            open={opened.includes(keyOf(group))}
            onToggle={() => toggle(keyOf(group))}
          />
        </li>
      ))}
    </Stack>
  );
}

/** The failures of no service: checks of our own. */
const ownKey = "PONTE";

export function keyOf({ code, integration }: FailureGroupPartsFragment): string {
  return code ?? integration ?? ownKey;
}

interface GroupProps {
  group: FailureGroupPartsFragment;
  search: FailuresSearch;
  open: boolean;
  onToggle: () => void;
}

function FailureGroup({ group, search, open, onToggle }: GroupProps) {
  const t = useT();
  const id = `group-${keyOf(group)}`;
  return (
    <section aria-labelledby={id}>
      <UnstyledButton
        className="failure-group"
        onClick={onToggle}
        aria-expanded={open}
        data-row={id}
      >
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <span className="group-mark" aria-hidden="true">
            <NextIcon />
          </span>
          <Stack gap={2} flex={1} miw={0}>
            <Group gap="xs" justify="space-between" align="flex-start">
              <Text fw={600} id={id} flex="1 1 14rem">
                <GroupName group={group} />
              </Text>
              <Badge color="gray.7" variant="filled" tt="none">
                {t("failures.groupCount", { count: group.failures })}
              </Badge>
            </Group>
            <Text size="sm" c="dimmed">
              {group.code && <>{group.code} · </>}
              {t("failure.count", { count: group.count })} · {t("failure.firstAt")}{" "}
              <Moment value={group.firstAt} /> · {t("failure.lastAt")}{" "}
              <Moment value={group.lastAt} />
            </Text>
          </Stack>
        </Group>
      </UnstyledButton>
      {open && <Members group={group} search={search} />}
    </section>
  );
}

function GroupName({ group }: { group: FailureGroupPartsFragment }) {
  const t = useT();
  if (group.code !== null) return <>{group.newest.cause}</>;
  return <>{group.integration ? t(`integration.${group.integration}`) : t("failures.ownChecks")}</>;
}

/** The address of a group's failures without groups. */
function narrowed(group: FailureGroupPartsFragment, search: FailuresSearch): FailuresSearch {
  const alone = { ...search, group: undefined, open: undefined, after: undefined };
  return group.code === null
    ? { ...alone, integration: group.integration ?? undefined }
    : { ...alone, code: group.code };
}

function Members({ group, search }: Omit<GroupProps, "open" | "onToggle">) {
  const t = useT();
  const { handling, selected, pick } = useDesk();
  const alone = narrowed(group, search);
  const failures = useLoad(FailuresDocument, { first: pageSize, filter: failureFilter(alone) });
  return (
    <Stack gap="sm" pt="sm" pl={{ base: 0, sm: "lg" }}>
      <Loaded query={failures}>
        {({ failures: { nodes, pageInfo } }) => {
          const members = nodes.map(({ failure }) => failure);
          const count = members.filter(({ id }) => selected.has(id)).length;
          return (
            <>
              {handling.mayAct && (
                <Checkbox
                  label={t("failures.selectGroup", { count: members.length })}
                  checked={count > 0 && count === members.length}
                  indeterminate={count > 0 && count < members.length}
                  onChange={(change) => pick(members, change.currentTarget.checked)}
                />
              )}
              <FailureList events={nodes} />
              {pageInfo.hasNextPage && (
                <AppLink to="/failures" search={alone}>
                  {t("failures.groupAll", { count: group.failures })}
                </AppLink>
              )}
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}
