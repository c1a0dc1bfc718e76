import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { setPreference } from "./preferences";
import { moveRow, useRowPlace, useShortcuts } from "./shortcuts";

const pressed = vi.fn();

function Page({ dialog = false }: { dialog?: boolean }) {
  const [rows, setRows] = useState(["a", "b", "c"]);
  useRowPlace();
  useShortcuts({
    j: () => moveRow(1),
    k: () => moveRow(-1),
    e: () => pressed("e"),
    d: () => setRows((before) => before.filter((row) => row !== document.activeElement?.id)),
    Enter: () => pressed("Enter"),
  });
  return (
    <>
      <input aria-label="Texto" />
      <input type="checkbox" aria-label="Caixa" />
      <select aria-label="Lista" />
      {rows.map((row) => (
        <article key={row} id={row} data-row={row} tabIndex={-1} aria-label={row}>
          <button type="button">Abrir {row}</button>
        </article>
      ))}
      {dialog && <div role="dialog">Diálogo</div>}
    </>
  );
}

afterEach(() => {
  cleanup();
  setPreference("shortcuts", true);
  pressed.mockReset();
});

describe("shortcuts", () => {
  it("go through the rows and stop at both ends", async () => {
    render(<Page />);
    await userEvent.keyboard("j");
    expect(screen.getByRole("article", { name: "a" })).toHaveFocus();
    await userEvent.keyboard("jjjj");
    expect(screen.getByRole("article", { name: "c" })).toHaveFocus();
    await userEvent.keyboard("k");
    expect(screen.getByRole("article", { name: "b" })).toHaveFocus();
    await userEvent.keyboard("kkk");
    expect(screen.getByRole("article", { name: "a" })).toHaveFocus();
  });

  it("begin at the last row with k", async () => {
    render(<Page />);
    await userEvent.keyboard("k");
    expect(screen.getByRole("article", { name: "c" })).toHaveFocus();
  });

  it("count from the row in which something has the focus", async () => {
    render(<Page />);
    screen.getByRole("button", { name: "Abrir b" }).focus();
    await userEvent.keyboard("j");
    expect(screen.getByRole("article", { name: "c" })).toHaveFocus();
  });

  it("rest in fields, under a dialog, and with other keys held", async () => {
    const { rerender } = render(<Page />);
    for (const name of ["Texto", "Lista"]) {
      screen.getByLabelText(name).focus();
      await userEvent.keyboard("e");
    }
    screen.getByLabelText("Caixa").focus();
    await userEvent.keyboard("{Control>}e{/Control}{Meta>}e{/Meta}{Alt>}e{/Alt}");
    expect(pressed).not.toHaveBeenCalled();
    await userEvent.keyboard("e");
    expect(pressed).toHaveBeenCalledOnce();
    rerender(<Page dialog />);
    await userEvent.keyboard("e");
    expect(pressed).toHaveBeenCalledOnce();
  });

  it("leave Enter to the button that has the focus, and act once while a key is held", async () => {
    render(<Page />);
    screen.getByRole("button", { name: "Abrir a" }).focus();
    await userEvent.keyboard("{Enter}");
    expect(pressed).not.toHaveBeenCalled();
    const row = screen.getByRole("article", { name: "a" });
    row.focus();
    await userEvent.keyboard("{Enter}");
    expect(pressed).toHaveBeenCalledExactlyOnceWith("Enter");
    fireEvent.keyDown(row, { key: "e", repeat: true });
    expect(pressed).toHaveBeenCalledOnce();
  });

  it("can be switched off", async () => {
    setPreference("shortcuts", false);
    render(<Page />);
    await userEvent.keyboard("je");
    expect(pressed).not.toHaveBeenCalled();
    expect(document.body).toHaveFocus();
    expect(localStorage.getItem("ponte.shortcuts")).toBe("off");
  });

  it("keep the place when the row with the focus goes", async () => {
    render(<Page />);
    await userEvent.keyboard("jjd");
    expect(screen.getByRole("article", { name: "c" })).toHaveFocus();
    await userEvent.keyboard("d");
    expect(screen.getByRole("article", { name: "a" })).toHaveFocus();
  });
});
