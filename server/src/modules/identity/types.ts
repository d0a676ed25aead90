import type { App, Viewer } from "../../platform/index.ts";

export interface RequestOrigin {
  requestId: string;
  address: string | null;
}

/** A viewer with the session that it came by, where it came by one. */
export interface Authenticated {
  viewer: Viewer;
  sessionId: string | null;
  /** Until the password is changed nothing else may be done. */
  mustChangePassword: boolean;
}

/** Identity's door. */
export interface Identity {
  /**
   * Who the header `Authorization: Bearer <access token or API key>` stands for.
   * @throws Refusal `unauthenticated` (`auth.missing`, `auth.invalid-token`, `auth.expired-token`, `auth.session-ended`, `auth.invalid-key`, ...)
   */
  authenticate(authorizationHeader: string | undefined, origin: RequestOrigin): Promise<Authenticated>;
  /** The same viewer as of now, for a connection that stays open; null where the session or key has ended. */
  again(authenticated: Authenticated): Promise<Authenticated | null>;
  /**
   * That the viewer is who signed in, by the password again: for what is signed.
   * @throws Refusal `unprocessable` (`password.wrong`), `locked` (`auth.locked`), `too-many` (`auth.throttled`), `forbidden` (`api-key.may-not-sign`)
   */
  confirmPassword(viewer: Viewer, password: string): Promise<void>;
  /** Sets `request.viewer` and checks each route's permission; refuses to register a route that names none. */
  installAuthentication(app: App): void;
  /** Told when a session or key ends or what it may do changes; for connections that stay open. @returns the way to stop it */
  onChange(listener: () => void): () => void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What the first start made; the password is null where it was configured or where there was nothing to make. */
export interface FirstStart {
  created: boolean;
  username: string;
  password: string | null;
}
