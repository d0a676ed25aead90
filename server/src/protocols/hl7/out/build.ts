import type { ImagingOrder, OrderStatus } from "@isocenter/contract";
import { type Segment, writeMessage } from "@isocenter/hl7";
import { clinicians } from "../../../modules/identity/index.ts";
import { codingSchemeOf, getOrder } from "../../../modules/orders/index.ts";
import { getPatient, patientOnceKnown, wholeName } from "../../../modules/patients/index.ts";
import {
  belongingsOf,
  type CriticalFindings,
  createPaperReader,
  getReport,
  namesPatient,
  reportPdf,
  reportVersions,
  wordsOf,
} from "../../../modules/reports/index.ts";
import { type Db, systemViewer, type Viewer } from "../../../platform/index.ts";
import { type Examination, examinationOfOrder, examinationOfStudy } from "./examination.ts";
import type { Receiver, Sender } from "./header.ts";
import { orderMessage } from "./order-message.ts";
import { messageBytes } from "./plain-text.ts";
import { resultMessage } from "./result-message.ts";
import { offsetAt } from "./zone-offset.ts";

/**
 * What a message is to say: a version of a report (null: that it was cancelled), that a report is not this patient's, or a state that an order came to.
 */
export type About =
  | { kind: "result"; reportId: string; number: number | null; wasAnothers?: boolean }
  | { kind: "withdrawal"; reportId: string; number: number; patientId: string }
  | {
      kind: "order";
      orderId: string;
      status: OrderStatus;
      change: "new" | "moved" | "changed";
      at: string;
    };

/** Whom it is for, and from which facility. */
export interface Addressed {
  receiver: Receiver;
  facility: { id: string; name: string; timeZone: string };
  controlId: string;
}

export interface Built {
  bytes: Uint8Array;
  patientId: string;
}

export interface Builder {
  /**
   * The message with what is known now: the patient's identity, the order's numbers; the report's text is that of its version.
   * @throws Refusal `not-found` where it is gone, `unprocessable` (`hl7.not-encodable`)
   */
  build(about: About, to: Addressed, now: Date): Promise<Built>;
}

export interface BuilderDeps {
  db: Db;
  /** MSH-3. */
  application: string;
  criticalFindings?: CriticalFindings;
}

export function createBuilder({ db, application, criticalFindings }: BuilderDeps): Builder {
  const papers = createPaperReader(db, criticalFindings);

  async function examinationOf(order: ImagingOrder): Promise<Examination> {
    const people = await clinicians(db, [order.providerId]);
    return examinationOfOrder(
      order,
      people.get(order.providerId) ?? null,
      await codingSchemeOf(db, order.id),
    );
  }

  async function result(
    viewer: Viewer,
    { reportId, number, wasAnothers = false }: Extract<About, { kind: "result" }>,
    receiver: Receiver,
    sender: Sender,
  ): Promise<{ segments: Segment[]; patientId: string }> {
    const report = await getReport(db, viewer, reportId, sender.at);
    const paper = await papers.forViewer(viewer, reportId, number ?? undefined, sender.at);
    const { patientId, of } = await belongingsOf(db, report.studyId);
    const version = (await reportVersions(db, viewer, reportId)).find((one) => one.number === number);
    const patient = await getPatient(db, viewer, patientId);
    const people = await clinicians(
      db,
      [version?.signer.id, report.author.id].filter((id) => id !== undefined),
    );
    const isSigned = paper.signature !== null && version !== undefined && paper.status !== "ENTERED_IN_ERROR";
    const order = report.orderId === null ? null : await getOrder(db, viewer, report.orderId);
    const segments = resultMessage(
      {
        paper,
        wasAnothers,
        patient,
        patientName: of.patient.name,
        examination: order ? await examinationOf(order) : examinationOfStudy(of.study),
        signer: isSigned ? (people.get(version.signer.id) ?? null) : null,
        author:
          isSigned && version.signer.id === report.author.id ? null : (people.get(report.author.id) ?? null),
        pdf:
          receiver.pdf && number !== null && !wasAnothers && namesPatient(paper, patient)
            ? await reportPdf(paper)
            : null,
      },
      receiver,
      sender,
    );
    return { segments, patientId };
  }

  /** That what was told of the version is not this patient's: with the numbers that it was told by, and nothing of its text. */
  async function withdrawal(
    viewer: Viewer,
    { reportId, number, patientId }: Extract<About, { kind: "withdrawal" }>,
    receiver: Receiver,
    sender: Sender,
  ): Promise<{ segments: Segment[]; patientId: string }> {
    const version = (await reportVersions(db, viewer, reportId)).find((one) => one.number === number);
    const paper = await papers.forViewer(viewer, reportId, number, sender.at);
    const order = version?.orderId ? await getOrder(db, viewer, version.orderId) : null;
    const study = { ...paper.study, accessionNumber: version?.accessionNumber ?? null };
    const segments = resultMessage(
      {
        paper: {
          ...paper,
          status: "ENTERED_IN_ERROR",
          createdAt: sender.at,
          enteredInError: { reason: wordsOf(paper.language).anotherPatients, name: "", at: sender.at },
        },
        wasAnothers: false,
        patient: await patientOnceKnown(db, viewer, patientId),
        patientName: await wholeName(db, patientId),
        examination: order ? await examinationOf(order) : examinationOfStudy(study),
        signer: null,
        author: null,
        pdf: null,
      },
      receiver,
      sender,
    );
    return { segments, patientId };
  }

  async function orderState(
    viewer: Viewer,
    about: Extract<About, { kind: "order" }>,
    receiver: Receiver,
    sender: Sender,
  ): Promise<{ segments: Segment[]; patientId: string }> {
    const order = await getOrder(db, viewer, about.orderId);
    const { patientId } = order;
    const segments = orderMessage(
      {
        order,
        examination: await examinationOf(order),
        patient: await getPatient(db, viewer, patientId),
        patientName: await wholeName(db, patientId),
        status: about.status,
        change: about.change,
        reason: order.status === about.status ? order.statusReason : null,
        at: new Date(about.at),
      },
      receiver,
      sender,
    );
    return { segments, patientId };
  }

  function segmentsOf(viewer: Viewer, about: About, receiver: Receiver, sender: Sender) {
    switch (about.kind) {
      case "result":
        return result(viewer, about, receiver, sender);
      case "withdrawal":
        return withdrawal(viewer, about, receiver, sender);
      case "order":
        return orderState(viewer, about, receiver, sender);
    }
  }

  return {
    async build(about, { receiver, facility, controlId }, now) {
      const viewer = systemViewer([facility.id], "hl7");
      const sender: Sender = {
        application,
        facility: facility.name,
        controlId,
        at: now,
        offset: offsetAt(now, facility.timeZone),
      };
      const { segments, patientId } = await segmentsOf(viewer, about, receiver, sender);
      return { bytes: messageBytes(writeMessage(segments), receiver.characterSet), patientId };
    },
  };
}
