import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { renderPart } from "@/test/render";
import { BarCode } from "./BarCode";
import { DataTable } from "./DataTable";
import { MoneyInput, TaxIdInput } from "./inputs";
import { QrCode, qrPath } from "./QrCode";
import { SecretInput } from "./SecretInput";
import { Status } from "./Status";
import { Day, Money } from "./Values";

describe("values", () => {
  it("show money and days in Portuguese", () => {
    renderPart(
      <>
        <Money cents={-150050} />
        <Day value="2026-12-31" />
      </>,
    );
    expect(screen.getByText(/1\.500,50/)).toHaveClass("money-negative");
    expect(screen.getByText("31/12/2026")).toHaveAttribute("datetime", "2026-12-31");
  });

  it("say a status in words", () => {
    renderPart(<Status of="charge" value="OVERDUE" />);
    expect(screen.getByText("Vencida")).toHaveAttribute("data-tone", "warn");
  });
});

describe("codes", () => {
  it("draw a bar code with a name", () => {
    renderPart(<BarCode digits="1234" label="Código de barras 1234" />);
    expect(screen.getByRole("img", { name: "Código de barras 1234" })).toBeInTheDocument();
  });

  it("draw a QR code with its three corners", () => {
    const { size, path } = qrPath("00020126580014br.gov.bcb.pix");
    expect(size).toBeGreaterThan(20);
    for (const corner of [`M2 2h`, `M${size - 9} 2h`, `M2 ${size - 9}h`]) {
      expect(path).toContain(corner);
    }
    renderPart(<QrCode text="pix" label="QR Code" />);
    expect(screen.getByRole("img", { name: "QR Code" })).toBeInTheDocument();
  });
});

describe("DataTable", () => {
  it("scopes its headers and can be reached to scroll", () => {
    renderPart(
      <DataTable
        label="Frutas"
        rows={[{ id: "1", name: "Manga", cents: 5 }]}
        rowKey={(row) => row.id}
        columns={[
          { key: "name", header: "Nome", cell: (row) => row.name },
          { key: "cents", header: "Preço", numeric: true, cell: (row) => row.cents },
        ]}
      />,
    );
    expect(screen.getByRole("region", { name: "Frutas" })).toHaveAttribute("tabindex", "0");
    expect(screen.getByRole("columnheader", { name: "Nome" })).toHaveAttribute("scope", "col");
    expect(screen.getByRole("rowheader", { name: "Manga" })).toHaveAttribute("scope", "row");
  });
});

function Typed({ part: Part }: { part: typeof MoneyInput }) {
  const [value, setValue] = useState("");
  return <Part label="Campo" value={value} onChange={setValue} />;
}

describe("inputs", () => {
  it("show an amount as it was understood", async () => {
    renderPart(<Typed part={MoneyInput} />);
    const input = screen.getByLabelText("Campo");
    await userEvent.type(input, "1.234,5");
    await userEvent.tab();
    expect(input).toHaveValue("1234,50");
  });

  it("put the mask on a tax id", async () => {
    renderPart(<Typed part={TaxIdInput} />);
    const input = screen.getByLabelText("Campo");
    await userEvent.type(input, "52998224725");
    await userEvent.tab();
    expect(input).toHaveValue("529.982.247-25");
  });
});

describe("SecretInput", () => {
  const credential = {
    __typename: "CredentialStatus",
    name: "clientId",
    environment: "SANDBOX",
    set: true,
    hint: "ab12",
    setAt: "2026-03-01T15:00:00Z",
    setBy: { __typename: "User", id: "u1", name: "Ana" },
  } as const;

  it("tells what is stored and asks only when it is to be replaced", async () => {
    const onChange = vi.fn();
    renderPart(
      <SecretInput label="Client Id" credential={credential} value="" onChange={onChange} />,
    );
    expect(
      screen.getByText(/configurado em 01\/03\/2026.* por Ana, termina em ab12/),
    ).toBeVisible();
    expect(screen.queryByLabelText("Client Id")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Substituir Client Id" }));
    await userEvent.type(screen.getByLabelText("Client Id"), "x");
    expect(onChange).toHaveBeenLastCalledWith("x");
    await userEvent.click(screen.getByRole("button", { name: "Manter o atual" }));
    expect(onChange).toHaveBeenLastCalledWith("");
    expect(screen.queryByLabelText("Client Id")).toBeNull();
  });

  it("asks for what is missing", () => {
    renderPart(
      <SecretInput label="Client Secret" credential={undefined} value="" onChange={() => {}} />,
    );
    expect(screen.getByLabelText("Client Secret")).toHaveAttribute("type", "password");
  });
});
