import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { setPageTitle } from "./title";

interface Props {
  title: string;
  /** Beside the title, for example a status. */
  mark?: ReactNode;
  /** A sentence below the title. */
  hint?: ReactNode;
  /** Above the title, for example the way back. */
  back?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

let firstPage = true;

/** A page of the panel: it names the tab and takes the focus when one arrives. */
export function Page({ title, mark, hint, back, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    setPageTitle(title);
  }, [title]);
  useEffect(() => {
    if (!firstPage) heading.current?.focus({ preventScroll: true });
    firstPage = false;
  }, []);
  return (
    <Stack gap="lg">
      <Stack gap={4}>
        {back}
        <Group justify="space-between" align="flex-start">
          <Group gap="sm">
            <Title order={1} size="h2" tabIndex={-1} ref={heading}>
              {title}
            </Title>
            {mark}
          </Group>
          {actions && <Group gap="sm">{actions}</Group>}
        </Group>
        {hint && (
          <Text c="dimmed" maw="46rem">
            {hint}
          </Text>
        )}
      </Stack>
      {children}
    </Stack>
  );
}
