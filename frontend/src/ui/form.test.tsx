import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { renderPart } from "@/test/render";
import { Problems } from "./Feedback";
import { type Refusal, sortRefusals, useSubmit } from "./form";

describe("sortRefusals", () => {
  const values = { name: "", items: [{ quantity: "1" }], terms: { message: "" }, ids: ["1"] };

  it("finds the input of a path, nested and in lists", () => {
    const { fields, general } = sortRefusals(values, [
      { field: ["name"], message: "a" },
      { field: ["input", "terms", "message"], message: "b" },
      { field: ["items", "0", "quantity"], message: "c" },
    ]);
    expect(fields).toEqual({ name: "a", "terms.message": "b", "items.0.quantity": "c" });
    expect(general).toEqual([]);
  });

  it("keeps what belongs to no input as a sentence", () => {
    const { fields, general } = sortRefusals(values, [
      { field: [], message: "a" },
      { field: ["unknown"], message: "b" },
      { field: ["items"], message: "c" },
      { field: ["items", "7", "quantity"], message: "d" },
    ]);
    expect(fields).toEqual({});
    expect(general).toEqual(["a", "b", "c", "d"]);
  });
});

function Form({ refusals }: { refusals: Refusal[] }) {
  const form = useForm({ initialValues: { name: "", address: { city: "" } } });
  const submit = useSubmit(form, async () => refusals);
  return (
    <form onSubmit={submit.onSubmit}>
      <TextInput label="Nome" {...form.getInputProps("name")} />
      <TextInput label="Cidade" {...form.getInputProps("address.city")} />
      <Problems messages={submit.problems} />
      <button type="submit">Salvar</button>
    </form>
  );
}

describe("useSubmit", () => {
  it("puts refusals beside their inputs and moves the focus there", async () => {
    renderPart(
      <Form
        refusals={[
          { field: ["address", "city"], message: "Informe a cidade." },
          { field: [], message: "A venda foi recusada." },
        ]}
      />,
    );
    await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
    const city = await screen.findByLabelText("Cidade");
    expect(city).toHaveAccessibleDescription("Informe a cidade.");
    await expect.poll(() => document.activeElement).toBe(city);
    expect(screen.getByRole("alert")).toHaveTextContent("A venda foi recusada.");
  });
});
