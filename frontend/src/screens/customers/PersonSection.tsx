import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { exportCustomer } from "@/api/download";
import { useMay } from "@/api/viewer";
import type { CustomerPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { today } from "@/i18n/format";
import { saveBlob } from "@/ui/csv";
import { errorText } from "@/ui/Feedback";
import { notifyFailure } from "@/ui/notify";
import { Section } from "@/ui/Section";
import { AnonymizeDialog } from "./AnonymizeDialog";

/** What a person may ask for by law: a copy of everything, and to be forgotten. Owners only. */
export function PersonSection({ customer }: { customer: CustomerPartsFragment }) {
  return useMay()("OWNER") ? <Rights customer={customer} /> : null;
}

function Rights({ customer }: { customer: CustomerPartsFragment }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [asking, ask] = useDisclosure(false);
  const save = async () => {
    setBusy(true);
    try {
      saveBlob(`customer-${customer.id}-${today()}.json`, await exportCustomer(customer.id));
    } catch (error) {
      notifyFailure("export", t("export.failed"), errorText(t, error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={t("person.title")}>
      <Text size="sm" c="dimmed" mb="md">
        {t("person.hint")}
      </Text>
      <Group>
        <Button variant="default" loading={busy} onClick={save}>
          {t("person.export")}
        </Button>
        {!customer.anonymizedAt && (
          <Button variant="outline" color="red" onClick={ask.open}>
            {t("person.anonymize")}
          </Button>
        )}
      </Group>
      {asking && <AnonymizeDialog customer={customer} onClose={ask.close} />}
    </Section>
  );
}
