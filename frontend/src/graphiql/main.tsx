import "graphiql/style.css";
import "./graphiql.css";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LanguageProvider } from "@/i18n";
import { Workbench } from "./Workbench";

// The style sheet that a dialog of GraphiQL puts in carries it, or the policy of the
// page would refuse it.
setNonce(document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "");

const root = document.getElementById("root");
if (root === null) throw new Error("graphiql.html has no #root");
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <Workbench />
    </LanguageProvider>
  </StrictMode>,
);
