import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderPart } from "@/test/render";
import { InvoicePapers } from "./InvoicePapers";

describe("the papers of an invoice", () => {
  it("open in a tab of their own, each with its name", () => {
    renderPart(
      <InvoicePapers
        pdf="https://vhsys.example/n.pdf"
        xml="https://vhsys.example/n.xml"
        about="NF-e 7"
      />,
    );
    const pdf = screen.getByRole("link", { name: "PDF da NF-e 7" });
    expect(pdf).toHaveAttribute("target", "_blank");
    expect(pdf).toHaveAttribute("rel", "noreferrer");
    expect(screen.getByRole("link", { name: "XML da NF-e 7" })).toBeVisible();
  });

  it("are never an address that would run something", () => {
    renderPart(<InvoicePapers pdf="javascript:alert(1)" xml="" about="NF-e 7" />);
    expect(screen.queryByRole("link")).toBeNull();
  });
});
