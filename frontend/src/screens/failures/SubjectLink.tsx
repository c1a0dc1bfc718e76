import type { FailurePartsFragment, OperationRowFragment } from "@/gen/schema";
import { AppLink } from "@/ui/links";

interface Props {
  subject: FailurePartsFragment["subject"] | OperationRowFragment["subject"];
  label: string;
}

/** The way to the charge, sale or integration that something is about. */
export function SubjectLink({ subject, label }: Props) {
  switch (subject?.__typename) {
    case "Charge":
      return (
        <AppLink to="/charges/$chargeId" params={{ chargeId: subject.id }}>
          {label}
        </AppLink>
      );
    case "Sale":
      return (
        <AppLink to="/sales/$saleId" params={{ saleId: subject.id }}>
          {label}
        </AppLink>
      );
    case "Invoice":
      return (
        <AppLink to="/sales/$saleId" params={{ saleId: subject.sale.id }}>
          {label}
        </AppLink>
      );
    case "Carnet":
      return (
        <AppLink to="/carnets/$carnetId" params={{ carnetId: subject.id }}>
          {label}
        </AppLink>
      );
    case "Batch":
      return (
        <AppLink to="/batches/$batchId" params={{ batchId: subject.id }}>
          {label}
        </AppLink>
      );
    case "GerencianetIntegration":
      return <AppLink to="/integrations/gerencianet">{label}</AppLink>;
    case "VhsysIntegration":
      return <AppLink to="/integrations/vhsys">{label}</AppLink>;
    case "Customer":
      return (
        <AppLink to="/customers/$customerId" params={{ customerId: subject.id }}>
          {label}
        </AppLink>
      );
    case "Product":
      return (
        <AppLink to="/products/$productId" params={{ productId: subject.id }}>
          {label}
        </AppLink>
      );
    default:
      return <>{label}</>;
  }
}
