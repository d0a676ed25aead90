import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { followSession, queryClient } from "./api/live.ts";
import { serverIsThere } from "./api/loaded.ts";
import { router } from "./app/router.tsx";
import { loadWords } from "./words/words.ts";

followSession();

// A page that was open while the server got a newer version asks for parts that are gone: it loads anew, once. Where the server is away it
// would be lost by that, so it stays (api/loaded.ts).
addEventListener("vite:preloadError", async () => {
  if (!(await serverIsThere())) return;
  const key = "isocenter.reloaded";
  if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < 60_000) return;
  sessionStorage.setItem(key, String(Date.now()));
  location.reload();
});

await loadWords();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
