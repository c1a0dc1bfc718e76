import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { renderScreen, serveGraphql, shellOf } from "@/test/screen";
import { Activation } from "./Activation";

afterEach(() => vi.unstubAllGlobals());

/** Switches Gerencianet on; the server answers whether it is. */
async function activate(active: boolean) {
  const integration = { __typename: "GerencianetIntegration", id: "int_1", active };
  serveGraphql({ ActivateIntegration: { activateIntegration: { integration, userErrors: [] } } });
  renderScreen(
    <Activation label="Gerencianet" hint="" kind="GERENCIANET" active={false} problems={[]} />,
    shellOf("OWNER"),
  );
  await userEvent.click(await screen.findByRole("switch", { name: "Gerencianet" }));
}

describe("switching an integration on", () => {
  it("says that another owner is asked first when it stays off", async () => {
    await activate(false);
    expect(await screen.findByText(/outro proprietário precisa aprovar/)).toBeInTheDocument();
    expect(screen.queryByText("Integração ativada.")).toBeNull();
  });

  it("says that it is on when it is", async () => {
    await activate(true);
    expect(await screen.findByText("Integração ativada.")).toBeInTheDocument();
    expect(screen.queryByText(/outro proprietário precisa aprovar/)).toBeNull();
  });
});
