import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { followSession, queryClient } from "./api/live.ts";
import { router } from "./app/router.tsx";
import { loadWords } from "./words/words.ts";

followSession();

// A page that was open while the server got a newer version asks for parts that are gone: it loads anew, once.
addEventListener("vite:preloadError", (event) => {
  const key = "isocenter.reloaded";
  if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < 60_000) return;
  sessionStorage.setItem(key, String(Date.now()));
  event.preventDefault();
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
