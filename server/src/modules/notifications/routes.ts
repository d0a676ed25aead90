import { Type } from "typebox";
import { Refusal, type Routes } from "../../platform/index.ts";
import type { LiveFeed } from "./live-feed.ts";

function readLastEventId(header: string | string[] | undefined): number | null {
  if (header === undefined || header === "") return null;
  const position = typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : Number.NaN;
  if (Number.isNaN(position))
    throw new Refusal(
      "invalid",
      "feed.invalid-last-event-id",
      "Last-Event-ID is not the id of an event of this feed.",
    );
  return position;
}

/** `GET /events`: Server-Sent Events (HTML 9.2), each a `LiveEvent`; `event: reset` says that too much was missed to be sent again. */
export function liveFeedRoutes(feed: LiveFeed): Routes {
  return (app) => {
    app.addHook("preClose", async () => feed.close());
    app.get(
      "/events",
      {
        config: { signedIn: true },
        exposeHeadRoute: false,
        schema: {
          tags: ["Live feed"],
          summary: "What changes while it changes, as Server-Sent Events; resumes by Last-Event-ID",
          querystring: Type.Object({}, { additionalProperties: false }),
          produces: ["text/event-stream"],
        },
      },
      async (request, reply) => {
        const stream = await feed.open(
          request.authenticated,
          readLastEventId(request.headers["last-event-id"]),
        );
        return (
          reply
            .type("text/event-stream")
            .header("cache-control", "no-store")
            .header("x-accel-buffering", "no")
            // Kept alive, it would hold up a graceful stop after its end.
            .header("connection", "close")
            .send(stream)
        );
      },
    );
  };
}
