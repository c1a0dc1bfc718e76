import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { CustomerDetailsDocument } from "@/gen/documents/customers";
import type { CustomerDetailsQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { DataTable } from "@/ui/DataTable";
import { Facts } from "@/ui/Facts";
import { Empty, Loaded } from "@/ui/Feedback";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { Moment, Money } from "@/ui/Values";
import { ObjectAudit } from "../audit/ObjectAudit";
import { NotFound } from "../shell/NotFound";
import { CustomerDialog } from "./CustomerDialog";
import { PersonSection } from "./PersonSection";
import { RevealTaxId } from "./RevealTaxId";

type Customer = Extract<CustomerDetailsQuery["node"], { __typename: "Customer" }>;

export function CustomerScreen({ customerId }: { customerId: string }) {
  const query = useLoad(CustomerDetailsDocument, { id: customerId });
  return (
    <Loaded query={query}>
      {({ node }) => (node?.__typename === "Customer" ? <Detail customer={node} /> : <NotFound />)}
    </Loaded>
  );
}

function Detail({ customer }: { customer: Customer }) {
  const t = useT();
  const mayEdit = useMay()("OPERATOR") && !customer.anonymizedAt;
  const [editing, edit] = useDisclosure(false);
  const { address } = customer;
  return (
    <Page
      title={customer.name}
      back={
        <AppLink to="/customers" size="sm">
          {t("customers.title")}
        </AppLink>
      }
      actions={
        mayEdit && (
          <>
            <Button variant="default" onClick={edit.open}>
              {t("common.edit")}
            </Button>
            <LinkButton to="/sales/new" search={{ customerId: customer.id }}>
              {t("sales.new")}
            </LinkButton>
          </>
        )
      }
    >
      <Section title={t("customer.data")}>
        <Facts
          facts={[
            [
              t("customer.taxId"),
              customer.maskedTaxId ? (
                <RevealTaxId key="taxId" customerId={customer.id} masked={customer.maskedTaxId} />
              ) : (
                t(
                  customer.foreignBuyer && !customer.anonymizedAt
                    ? "customer.abroad"
                    : "common.notGiven",
                )
              ),
            ],
            [t("customer.email"), customer.email || t("common.notGiven")],
            [t("customer.phone"), customer.phone || t("common.notGiven")],
            [
              t("address.address"),
              address
                ? [
                    `${address.street}, ${address.number}`,
                    address.complement,
                    address.district,
                    `${address.city}/${address.state}`,
                    address.postalCode.replace(/^(\d{5})(\d{3})$/, "$1-$2"),
                  ]
                    .filter(Boolean)
                    .join(", ")
                : t("common.notGiven"),
            ],
            [t("common.createdAt"), <Moment key="created" value={customer.createdAt} />],
            customer.anonymizedAt !== null && [
              t("customer.anonymizedAt"),
              <Moment key="anonymized" value={customer.anonymizedAt} />,
            ],
          ]}
        />
      </Section>
      <Section title={t("customer.sales")}>
        <CustomerSales customer={customer} />
      </Section>
      <PersonSection customer={customer} />
      <ObjectAudit id={customer.id} />
      {editing && <CustomerDialog customer={customer} onClose={edit.close} />}
    </Page>
  );
}

function CustomerSales({ customer }: { customer: Customer }) {
  const t = useT();
  if (customer.sales.nodes.length === 0) return <Empty title={t("customer.noSales")} />;
  return (
    <DataTable
      label={t("customer.sales")}
      rows={customer.sales.nodes}
      rowKey={(sale) => sale.id}
      columns={[
        {
          key: "number",
          header: t("sale.sale"),
          cell: (sale) => (
            <AppLink to="/sales/$saleId" params={{ saleId: sale.id }}>
              {t("sale.numbered", { number: sale.number })}
            </AppLink>
          ),
        },
        {
          key: "status",
          header: t("common.status"),
          cell: (sale) => <Status of="sale" value={sale.status} />,
        },
        {
          key: "created",
          header: t("common.createdAt"),
          cell: (sale) => <Moment value={sale.createdAt} />,
        },
        {
          key: "installments",
          header: t("sale.installments"),
          numeric: true,
          cell: (sale) => sale.installments,
        },
        {
          key: "total",
          header: t("sale.total"),
          numeric: true,
          cell: (sale) => <Money cents={sale.totalCents} />,
        },
      ]}
    />
  );
}
