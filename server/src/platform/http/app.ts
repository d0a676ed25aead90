import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { Permission } from "@isocenter/contract";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { Viewer } from "../viewer.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; set before the handler of every route that is not public. */
    viewer: Viewer;
  }
  interface FastifyContextConfig {
    /** The permission that the route needs. A route that names neither this, nor `signedIn`, nor `public` does not register. */
    permission?: Permission;
    /** Anyone who is signed in. */
    signedIn?: true;
    /** No token is needed. */
    public?: true;
  }
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A module's routes: `routes.ts` exports functions that make one of these from what the routes need. */
export type Routes = (app: App) => void | Promise<void>;
