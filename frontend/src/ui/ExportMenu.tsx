import { Button, Menu } from "@mantine/core";
import { useState } from "react";
import { type ExportFormat, exportList } from "@/api/download";
import { useT } from "@/i18n";
import { today } from "@/i18n/format";
import { saveBlob } from "./csv";
import { errorText } from "./Feedback";
import { notifyFailure } from "./notify";

interface Props {
  /** The list's name in the address of the export. */
  list: string;
  /** Its arguments but for the paging: what is exported is what is shown. */
  variables: Record<string, unknown>;
}

/** Saves a whole list, as it is filtered, for a spreadsheet or as JSON. */
export function ExportMenu({ list, variables }: Props) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const save = async (format: ExportFormat) => {
    setBusy(true);
    try {
      saveBlob(`${list}-${today()}.${format}`, await exportList(list, format, variables));
    } catch (error) {
      notifyFailure("export", t("export.failed"), errorText(t, error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" loading={busy}>
          {t("export.export")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save("csv")}>{t("export.csv")}</Menu.Item>
        <Menu.Item onClick={() => save("json")}>{t("export.json")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
