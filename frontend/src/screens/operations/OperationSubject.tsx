import type { OperationRowFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { SubjectLink } from "../failures/SubjectLink";

/** What an operation is about, with the way to it. */
export function OperationSubject({ operation }: { operation: OperationRowFragment }) {
  const t = useT();
  const { subject } = operation;
  if (subject?.__typename === "Charge") {
    return <SubjectLink subject={subject} label={t("charge.title", { number: subject.number })} />;
  }
  if (subject?.__typename === "Sale") {
    return <SubjectLink subject={subject} label={t("sale.title", { number: subject.number })} />;
  }
  if (subject?.__typename === "Invoice") {
    const invoice = t(`invoice.kind.${subject.kind}`);
    const label = t("invoice.ofSale", { invoice, number: subject.sale.number });
    return <SubjectLink subject={subject} label={label} />;
  }
  if (subject?.__typename === "Carnet") {
    const label = t("carnet.ofParcels", { count: subject.parcels });
    return <SubjectLink subject={subject} label={label} />;
  }
  if (subject?.__typename === "Batch") {
    return <SubjectLink subject={subject} label={t(`batch.action.${subject.action}`)} />;
  }
  return "–";
}
