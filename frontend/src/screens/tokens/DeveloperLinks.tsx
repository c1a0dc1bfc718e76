import { Button, Group, Title } from "@mantine/core";
import { useState } from "react";
import { loadSchema } from "@/api/download";
import { useT } from "@/i18n";
import { language } from "@/i18n/language";
import { saveBlob } from "@/ui/csv";
import { errorText } from "@/ui/Feedback";
import { notifyFailure } from "@/ui/notify";

/** What a developer of an app needs beside a token. */
export function DeveloperLinks() {
  const t = useT();
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t("developer.title")}
      </Title>
      <Group>
        <Button variant="default" component="a" href={`/docs/${language()}/`}>
          {t("developer.docs")}
        </Button>
        <Button variant="default" component="a" href="/graphiql/">
          {t("developer.graphiql")}
        </Button>
        <SchemaButton />
      </Group>
    </section>
  );
}

function SchemaButton() {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      saveBlob("schema.graphql", await loadSchema());
    } catch (error) {
      notifyFailure("schema", t("developer.schemaFailed"), errorText(t, error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button variant="default" loading={busy} onClick={save}>
      {t("developer.schema")}
    </Button>
  );
}
