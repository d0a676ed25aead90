import type { CreateUserRequest, UpdateUserRequest } from "@isocenter/contract";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";

const of = (id: string) => ({ params: { path: { id } } });

export const createUser = (body: CreateUserRequest) => answerOf(api.POST("/api/v1/users", { body }));
export const updateUser = (id: string, body: UpdateUserRequest) =>
  answerOf(api.PATCH("/api/v1/users/{id}", { ...of(id), body }));
export const activateUser = (id: string, expectedVersion: number) =>
  answerOf(api.POST("/api/v1/users/{id}/activate", { ...of(id), body: { expectedVersion } }));
export const deactivateUser = (id: string, expectedVersion: number) =>
  answerOf(api.POST("/api/v1/users/{id}/deactivate", { ...of(id), body: { expectedVersion } }));
export const resetPassword = (id: string, expectedVersion: number) =>
  answerOf(api.POST("/api/v1/users/{id}/reset-password", { ...of(id), body: { expectedVersion } }));
export const endSessions = (id: string) => answerOf(api.DELETE("/api/v1/users/{id}/sessions", of(id)));
