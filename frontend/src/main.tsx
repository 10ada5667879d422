import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { configureClient, queryClient } from "./api/client";
import { currentSession, onSessionChange, resumeSession } from "./api/session";
import { keepFiles } from "./app/files";
import { applyTheme, preferences } from "./app/preferences";
import { router } from "./app/router";
import "./design/base.css";
import { startTranslations } from "./i18n";

onSessionChange(() => {
  const session = currentSession();
  // Without storage, or when the network goes meanwhile, the desk is as it was before.
  if (session.status === "signed-in" && session.isConfirmed) void keepFiles().catch(() => undefined);
});
applyTheme(preferences.theme());
configureClient();
// The session is asked for while the texts are on their way. Whether that failed, the router finds out.
resumeSession().catch(() => undefined);
await startTranslations();

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  );
}
