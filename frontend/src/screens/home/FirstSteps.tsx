import { Group, Stack, Text } from "@mantine/core";
import type { LinkProps } from "@tanstack/react-router";
import { useLoad } from "@/api/hooks";
import { FirstStepsDocument } from "@/gen/documents/home";
import type { FirstStepsQuery } from "@/gen/schema";
import { type MessageId, useT } from "@/i18n";
import { AppLink } from "@/ui/links";
import { Section } from "@/ui/Section";

interface Step {
  label: MessageId;
  to: LinkProps["to"];
  done: boolean;
}

/** What a company sets up before its first charge, in the order in which it is needed. */
export function firstSteps(data: FirstStepsQuery): Step[] {
  const kinds = new Set(data.historicos.map(({ kind }) => kind));
  return [
    { label: "steps.account", to: "/accounts", done: data.accounts.length > 0 },
    { label: "steps.convenio", to: "/convenios", done: data.convenios.length > 0 },
    { label: "steps.historicos", to: "/historicos", done: kinds.size === 3 },
    {
      label: "steps.gerencianet",
      to: "/integrations/gerencianet",
      done: data.gerencianetIntegration?.active === true,
    },
    {
      label: "steps.vhsys",
      to: "/integrations/vhsys",
      done: data.vhsysIntegration?.active === true,
    },
    { label: "steps.customer", to: "/customers", done: data.customers.nodes.length > 0 },
    { label: "steps.sale", to: "/sales/new", done: data.sales.nodes.length > 0 },
  ];
}

/** The checklist of a new installation; gone when everything is done. */
export function FirstSteps() {
  const t = useT();
  const query = useLoad(FirstStepsDocument, {});
  if (!query.data) return null;
  const steps = firstSteps(query.data);
  const left = steps.filter((step) => !step.done).length;
  if (left === 0) return null;
  return (
    <Section title={t("steps.title")}>
      <Text c="dimmed" size="sm">
        {t("steps.left", { count: left })}
      </Text>
      <Stack component="ol" gap={6} m={0} pl="lg">
        {steps.map((step) => (
          <li key={step.label}>
            <Group gap="sm">
              <AppLink to={step.to}>{t(step.label)}</AppLink>
              <span className="status" data-tone={step.done ? "good" : "neutral"}>
                {t(step.done ? "steps.done" : "steps.open")}
              </span>
            </Group>
          </li>
        ))}
      </Stack>
    </Section>
  );
}
