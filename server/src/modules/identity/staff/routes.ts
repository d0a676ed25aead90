import {
  ChangeDepartment,
  ChangeStaff,
  CreateDepartment,
  CreateStaff,
  Department,
  DepartmentListQuery,
  Id,
  listOf,
  Problem,
  Staff,
  StaffListQuery,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  created,
  listAnswer,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../../platform/index.ts";
import type { IdentityWithDeps } from "../identity.ts";
import { changeStaff, createStaff } from "./commands.ts";
import { changeDepartment, createDepartment, findDepartment, listDepartments } from "./departments.ts";
import { findStaff, listStaff, toStaff } from "./queries.ts";

const ById = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const read = { signedIn: true } as const;
const write = { permission: "staff.manage" } as const;

function memberRoutes(app: App, { deps }: IdentityWithDeps): void {
  const { db } = deps.platform;
  const tags = ["Staff"];
  app.get(
    "/staff",
    {
      config: read,
      schema: {
        tags,
        summary: "Who works at one's facilities",
        querystring: StaffListQuery,
        response: { 200: listOf(Staff), ...problems },
      },
    },
    async (request) => listAnswer(request, request.query, await listStaff(db, request.viewer, request.query)),
  );
  app.post(
    "/staff",
    {
      config: { ...write, idempotent: true },
      schema: {
        tags,
        summary: "Enter a member of staff",
        body: CreateStaff,
        response: { 201: Staff, ...problems },
      },
    },
    async (request, reply) => {
      const staff = await transact(db, (tx) => createStaff(tx, deps, request.viewer, request.body));
      created(request, reply, staff.id);
      return sendVersioned(reply, staff);
    },
  );
  app.get(
    "/staff/:id",
    {
      config: read,
      schema: { tags, summary: "One member of staff", params: ById, response: { 200: Staff, ...problems } },
    },
    async ({ viewer, params }, reply) =>
      sendVersioned(reply, toStaff(viewer, await findStaff(db, viewer, params.id))),
  );
  app.patch(
    "/staff/:id",
    {
      config: write,
      schema: {
        tags,
        summary: "Change a member of staff",
        params: ById,
        body: ChangeStaff,
        response: { 200: Staff, ...problems },
      },
    },
    async (request, reply) => {
      const { viewer, params } = request;
      const input = versionedBody(request);
      return sendVersioned(
        reply,
        await transact(db, (tx) => changeStaff(tx, deps, viewer, params.id, input)),
      );
    },
  );
}

function departmentRoutes(app: App, { deps }: IdentityWithDeps): void {
  const { db } = deps.platform;
  const tags = ["Staff"];
  app.get(
    "/departments",
    {
      config: read,
      schema: {
        tags,
        summary: "The departments of one's facilities, with their heads",
        querystring: DepartmentListQuery,
        response: { 200: listOf(Department), ...problems },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await listDepartments(db, request.viewer, request.query)),
  );
  app.post(
    "/departments",
    {
      config: { ...write, idempotent: true },
      schema: {
        tags,
        summary: "Make a department",
        body: CreateDepartment,
        response: { 201: Department, ...problems },
      },
    },
    async (request, reply) => {
      const department = await transact(db, (tx) => createDepartment(tx, deps, request.viewer, request.body));
      created(request, reply, department.id);
      return sendVersioned(reply, department);
    },
  );
  app.get(
    "/departments/:id",
    {
      config: read,
      schema: { tags, summary: "One department", params: ById, response: { 200: Department, ...problems } },
    },
    async ({ viewer, params }, reply) => sendVersioned(reply, await findDepartment(db, viewer, params.id)),
  );
  app.patch(
    "/departments/:id",
    {
      config: write,
      schema: {
        tags,
        summary: "Change a department's name or head",
        params: ById,
        body: ChangeDepartment,
        response: { 200: Department, ...problems },
      },
    },
    async (request, reply) => {
      const { viewer, params } = request;
      const input = versionedBody(request);
      return sendVersioned(
        reply,
        await transact(db, (tx) => changeDepartment(tx, deps, viewer, params.id, input)),
      );
    },
  );
}

/** `/staff`, `/departments`. */
export function staffRoutes(identity: IdentityWithDeps): Routes {
  return (app) => {
    memberRoutes(app, identity);
    departmentRoutes(app, identity);
  };
}
