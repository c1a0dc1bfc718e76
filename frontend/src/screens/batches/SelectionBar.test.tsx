import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { renderScreen, serveGraphql, shellOf } from "@/test/screen";
import { SelectionBar } from "./SelectionBar";

afterEach(() => vi.unstubAllGlobals());

describe("cancelling several charges", () => {
  it("says that another person is asked first, where the company demands it", async () => {
    const approval = { __typename: "Approval", id: "apr_1" };
    const asked = serveGraphql({
      StartBatch: { startBatch: { batch: null, approval, userErrors: [] } },
    });
    renderScreen(
      <SelectionBar selected={new Set(["chg_1", "chg_2"])} onClear={() => {}} />,
      shellOf("OPERATOR"),
    );
    await userEvent.click(await screen.findByRole("button", { name: "Cancelar" }));
    const dialog = await screen.findByRole("dialog", { name: "Cancelar 2 cobranças?" });
    const [, confirm] = within(dialog).getAllByRole("button", { name: "Cancelar" });
    await userEvent.click(confirm as HTMLElement);
    expect(await screen.findByText(/outra pessoa precisa aprovar/)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Ver aprovações" })).toHaveAttribute(
      "href",
      "/approvals",
    );
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked).toHaveLength(1);
  });
});
