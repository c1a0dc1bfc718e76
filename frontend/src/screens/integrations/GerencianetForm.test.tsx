import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Environment } from "@/gen/schema";
import { renderScreen, serveGraphql, shellOf } from "@/test/screen";
import { GerencianetForm } from "./GerencianetForm";

afterEach(() => vi.unstubAllGlobals());

/** Saves production as the environment; the server answers what was saved. */
async function saveProduction(saved: Environment) {
  const integration = { __typename: "GerencianetIntegration", id: "int_1", environment: saved };
  serveGraphql({
    NotifiableUsers: { users: { nodes: [] } },
    SaveGerencianet: { saveGerencianetIntegration: { integration, userErrors: [] } },
  });
  const data = { gerencianetIntegration: null, convenios: [], historicos: [] };
  renderScreen(<GerencianetForm data={{ __typename: "Query", ...data }} />, shellOf("OWNER"));
  const environment = await screen.findByLabelText("Ambiente");
  await userEvent.selectOptions(environment, "Produção");
  await userEvent.click(screen.getByRole("button", { name: "Salvar" }));
  expect(await screen.findByText("Integração salva.")).toBeInTheDocument();
  return environment;
}

describe("saving production", () => {
  it("says that another owner is asked first, and shows the environment that stays", async () => {
    const environment = await saveProduction("SANDBOX");
    expect(await screen.findByText(/outro proprietário precisa aprovar/)).toBeInTheDocument();
    await waitFor(() => expect(environment).toHaveValue("SANDBOX"));
  });

  it("says nothing of it when production was saved", async () => {
    const environment = await saveProduction("PRODUCTION");
    expect(environment).toHaveValue("PRODUCTION");
    expect(screen.queryByText(/outro proprietário precisa aprovar/)).toBeNull();
  });
});
