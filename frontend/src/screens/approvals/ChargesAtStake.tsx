import { Text } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { ApprovalChargesDocument } from "@/gen/documents/approvals";
import type { ApprovalChargeFragment, ApprovalPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Status } from "@/ui/Status";
import { Money } from "@/ui/Values";

/** The way to each charge that a request is about; of many, loaded when it is opened. */
export function ChargesAtStake({ approval }: { approval: ApprovalPartsFragment }) {
  const t = useT();
  const [opened, setOpened] = useState(false);
  const [only] = approval.charges;
  if (approval.count === 1) return only ? <Charge charge={only} /> : null;
  return (
    <Text size="sm" component="div">
      <details onToggle={(event) => setOpened(event.currentTarget.open)}>
        <summary>{t("approval.charges", { count: approval.count })}</summary>
        {opened && <Charges approval={approval} />}
      </details>
    </Text>
  );
}

function Charges({ approval }: { approval: ApprovalPartsFragment }) {
  const t = useT();
  const query = useLoad(ApprovalChargesDocument, { id: approval.id });
  return (
    <Loaded query={query}>
      {({ node }) => {
        const charges = node?.__typename === "Approval" ? node.charges : [];
        const more = approval.count - charges.length;
        return (
          <>
            <ul className="plain-list">
              {charges.map((charge) => (
                <li key={charge.id}>
                  <Charge charge={charge} />
                </li>
              ))}
            </ul>
            {more > 0 && <Text size="sm">{t("approval.moreCharges", { count: more })}</Text>}
          </>
        );
      }}
    </Loaded>
  );
}

function Charge({ charge }: { charge: ApprovalChargeFragment }) {
  const t = useT();
  return (
    <Text size="sm" component="div" py={2}>
      <AppLink to="/charges/$chargeId" params={{ chargeId: charge.id }} underline="always" inherit>
        {t("charge.numbered", { number: charge.number })}
      </AppLink>{" "}
      · {charge.customer.name} · <Money cents={charge.amountCents} />{" "}
      <Status of="charge" value={charge.status} />
    </Text>
  );
}
