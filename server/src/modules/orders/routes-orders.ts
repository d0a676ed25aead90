import {
  CancelImagingOrder,
  CancelImagingOrderQuery,
  ChangeImagingOrder,
  CreateImagingOrder,
  Id,
  ImagingOrder,
  ImagingOrderListQuery,
  listOf,
  OrderProviderQuery,
  OrderProviders,
  OrderStep,
  PatientOrderListQuery,
  Problem,
  Schedule,
  ScheduleQuery,
  StepListQuery,
  stepSortFields,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  created,
  listAnswer,
  type Platform,
  Refusal,
  type Routes,
  readSort,
  sendVersioned,
  transact,
  type Viewer,
  versionedBody,
  wholeListAnswer,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { changeOrder } from "./change.ts";
import type { OrderContext } from "./context.ts";
import { withPerformed } from "./performed/queries.ts";
import { orderPlacing } from "./placing.ts";
import { getOrder, listOrders, listOrdersOfPatient, listProviders, listSteps } from "./queries.ts";
import { scheduleOf } from "./schedule.ts";

const problems = { "4xx": Problem };
const params = Type.Object({ id: Id });
const tags = ["Imaging orders"];
const read = { permission: "orders.read" } as const;
const write = { permission: "orders.write" } as const;

interface Parts {
  platform: Platform;
  journal: Journal;
  context: OrderContext;
}

const order = (id: string) => ({ type: "order", id });

function readRoutes(app: App, { platform: { db, clock }, journal }: Parts): void {
  app.get(
    "/imaging-orders",
    {
      config: read,
      schema: {
        tags,
        summary: "Finds orders, the newest first",
        querystring: ImagingOrderListQuery,
        response: { 200: listOf(ImagingOrder), ...problems },
      },
    },
    async (request) => {
      const page = await listOrders(db, request.viewer, request.query);
      await journal.access(request.viewer, {
        action: "order.searched",
        subject: { type: "search", id: "imaging-orders" },
        data: { found: page.total },
      });
      return listAnswer(request, request.query, page);
    },
  );
  app.get(
    "/imaging-orders/patient/:patientId",
    {
      config: read,
      schema: {
        tags,
        summary: "The orders of a patient, the newest first",
        params: Type.Object({ patientId: Id }),
        querystring: PatientOrderListQuery,
        response: { 200: listOf(ImagingOrder), ...problems },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      const page = await listOrdersOfPatient(db, request.viewer, patientId, request.query);
      await journal.access(request.viewer, {
        action: "order.searched",
        subject: { type: "patient", id: patientId },
        patientId,
        data: { found: page.total },
      });
      return listAnswer(request, request.query, page);
    },
  );
  app.get(
    "/imaging-orders/providers",
    {
      config: write,
      schema: {
        tags,
        summary: "Who may be named as asking for an order at a facility: its doctors who sign in, by name",
        querystring: OrderProviderQuery,
        response: { 200: OrderProviders, ...problems },
      },
    },
    (request) => listProviders(db, request.viewer, request.query),
  );
  app.get(
    "/imaging-orders/:id",
    {
      config: read,
      schema: { tags, summary: "Reads an order", params, response: { 200: ImagingOrder, ...problems } },
    },
    async (request, reply) => {
      const { id } = request.params;
      const item = await getOrder(db, request.viewer, id);
      const { patientId, facilityId } = item;
      await journal.access(request.viewer, {
        action: "order.viewed",
        subject: order(id),
        patientId,
        facilityId,
      });
      return sendVersioned(reply, item);
    },
  );
  app.get(
    "/imaging-orders/:id/steps",
    {
      config: read,
      schema: {
        tags,
        summary:
          "The scheduled steps of an order, as modalities are told them, and what was performed of each",
        params,
        querystring: StepListQuery,
        response: { 200: listOf(OrderStep), ...problems },
      },
    },
    async (request) => {
      const { id } = request.params;
      const steps = await withPerformed(db, id, await listSteps(db, request.viewer, id));
      const { patientId, facilityId } = await getOrder(db, request.viewer, id);
      await journal.access(request.viewer, {
        action: "order.viewed",
        subject: order(id),
        patientId,
        facilityId,
      });
      if (readSort(request.query, stepSortFields, "stepId").descending) steps.reverse();
      return wholeListAnswer(request, request.query, steps);
    },
  );
  app.get(
    "/schedule",
    {
      config: read,
      schema: {
        tags: ["Scheduling"],
        summary: "A day's list for each station, at the facility's clock",
        querystring: ScheduleQuery,
        response: { 200: Schedule, ...problems },
      },
    },
    async (request) => {
      const day = await scheduleOf(db, request.viewer, request.query, clock.now());
      await journal.access(request.viewer, {
        action: "schedule.viewed",
        subject: { type: "schedule", id: day.date },
        facilityId: day.facilityId,
        data: { found: day.data.reduce((count, { appointments }) => count + appointments.length, 0) },
      });
      return day;
    },
  );
}

function writeRoutes(app: App, { platform, journal, context }: Parts): void {
  const { db } = platform;
  const place = orderPlacing({ platform, journal });

  /** Changes an order; that the rules said no is written down, because the transaction that would say so is gone. */
  async function change(viewer: Viewer, id: string, input: ChangeImagingOrder): Promise<ImagingOrder> {
    try {
      await transact(db, (tx) => changeOrder(tx, viewer, id, input, context));
    } catch (error) {
      if (error instanceof Refusal && error.kind === "conflict") await refused(viewer, id, input, error);
      throw error;
    }
    return await getOrder(db, viewer, id);
  }

  async function refused(viewer: Viewer, id: string, { status }: ChangeImagingOrder, { code }: Refusal) {
    const { patientId, facilityId, status: from } = await getOrder(db, viewer, id);
    await journal.access(viewer, {
      action: "order.changed",
      subject: order(id),
      patientId,
      facilityId,
      outcome: "refused",
      data: { code, from, to: status?.trim().toUpperCase() ?? null },
    });
  }

  app.post(
    "/imaging-orders",
    {
      config: { ...write, idempotent: true },
      schema: {
        tags,
        summary: "Places an order: SCHEDULED with scheduledAt, else PENDING",
        body: CreateImagingOrder,
        response: { 201: ImagingOrder, ...problems },
      },
    },
    async (request, reply) => {
      const id = await place(request.viewer, request.body);
      created(request, reply, id);
      return sendVersioned(reply, await getOrder(db, request.viewer, id));
    },
  );
  app.patch(
    "/imaging-orders/:id",
    {
      config: write,
      schema: {
        tags,
        summary: "Changes details, the appointment, or the status",
        params,
        body: ChangeImagingOrder,
        response: { 200: ImagingOrder, ...problems },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await change(request.viewer, request.params.id, versionedBody(request))),
  );
  app.delete(
    "/imaging-orders/:id",
    {
      config: write,
      schema: {
        tags,
        summary: "Cancels an order; it is kept",
        params,
        querystring: CancelImagingOrderQuery,
        body: Type.Optional(Type.Union([CancelImagingOrder, Type.Null()])),
        response: { 200: ImagingOrder, ...problems },
      },
    },
    async (request, reply) => {
      const body = versionedBody(request);
      const reason = request.query.reason ?? body.reason;
      const input = { ...body, status: "CANCELLED", ...(reason === undefined ? {} : { reason }) };
      return sendVersioned(reply, await change(request.viewer, request.params.id, input));
    },
  );
}

/** `/imaging-orders` and `/schedule`. */
export function orderRoutes(deps: { platform: Platform; journal: Journal }): Routes {
  const { platform, journal } = deps;
  const parts = { platform, journal, context: { clock: platform.clock, journal } };
  return (app) => {
    readRoutes(app, parts);
    writeRoutes(app, parts);
  };
}
