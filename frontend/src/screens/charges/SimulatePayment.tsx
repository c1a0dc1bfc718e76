import { Button, Menu } from "@mantine/core";
import { useState } from "react";
import { useShell } from "@/api/viewer";
import type { ChargeDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { notifyDone, notifyFailure } from "@/ui/notify";

const payable = ["WAITING", "OVERDUE"];
const mayFallDue = ["BOLETO", "CARNET"];

/** In the demo the payer is simulated: pays the charge, or lets it fall due. */
export function SimulatePayment({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  const { demo } = useShell().system;
  const [busy, setBusy] = useState(false);
  const { providerId } = charge;
  if (!demo || providerId === null || !payable.includes(charge.status)) return null;

  const simulate = async (what: "pay" | "overdue") => {
    setBusy(true);
    const api = charge.method === "PIX" ? "pix" : "gerencianet";
    const path = `/sandbox/${api}/charges/${encodeURIComponent(providerId)}/${what}`;
    const done = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    }).then(
      (response) => response.ok,
      () => false,
    );
    setBusy(false);
    if (done) notifyDone(t(`simulate.${what}.done`));
    else notifyFailure("simulate", t("simulate.failed"), t("simulate.failedHint"));
  };

  return (
    <Button.Group>
      <Button loading={busy} onClick={() => simulate("pay")}>
        {t("simulate.pay")}
      </Button>
      {mayFallDue.includes(charge.method) && (
        <Menu position="bottom-end" withinPortal={false}>
          <Menu.Target>
            <Button aria-label={t("simulate.more")} px="xs">
              ▾
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => simulate("overdue")}>{t("simulate.overdue")}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Button.Group>
  );
}
