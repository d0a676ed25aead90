import { createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { expect, test } from "vitest";
import { readReadingState } from "../reading/reading-state.ts";
import { readSearch } from "./read-search.ts";

test("a page gets of its address what its reader made of it, and nothing that the reader left out", () => {
  const root = createRootRoute();
  const reading = createRoute({
    getParentRoute: () => root,
    path: "/reading",
    validateSearch: readSearch(readReadingState),
  });
  const history = createMemoryHistory({
    initialEntries: ["/reading?view=urgent&modality=ct&priority=soon&other=1"],
  });
  const router = createRouter({ routeTree: root.addChildren([reading]), history });
  expect(router.matchRoutes(router.latestLocation).at(-1)?.search).toEqual({ modality: "CT" });
});
