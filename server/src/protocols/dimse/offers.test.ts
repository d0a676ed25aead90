import type { PeerPermission } from "@isocenter/contract";
import { SopClasses, sopClass, storageSopClasses, TransferSyntaxes } from "@isocenter/dicom";
import { type IncomingRequest, verificationSopClass } from "@isocenter/dimse";
import { describe, expect, test } from "vitest";
import { chooseFor, grantRoles, negotiateQueries, offerFor, storageTransferSyntaxes } from "./offers.ts";

const studyRoot = SopClasses.StudyRootQueryRetrieveInformationModelFind;
const ct = SopClasses.CTImageStorage;

describe("what is offered", () => {
  test("storage: every storage SOP class, private ones, and standard ones that are newer than the dictionary", () => {
    for (const uid of storageSopClasses) expect(offerFor(uid)?.service, uid).toBe("storage");
    for (const uid of ["1.2.3.4", "2.25.123", "1.3.12.2.1107.5.9.1", "1.2.840.10008.5.1.4.1.1.999.7"]) {
      expect(offerFor(uid)?.service, uid).toBe("storage");
    }
  });

  test("nothing that is another service, or no SOP class", () => {
    const others = Object.values(SopClasses).filter((uid) => sopClass(uid)?.kind !== "storage");
    const services = others
      .map((uid) => [uid, offerFor(uid)?.service])
      .filter(([, service]) => service !== undefined);
    expect(services.sort()).toEqual(
      [
        [verificationSopClass, "verification"],
        [SopClasses.PatientRootQueryRetrieveInformationModelFind, "find"],
        [studyRoot, "find"],
        [SopClasses.PatientRootQueryRetrieveInformationModelMove, "move"],
        [SopClasses.StudyRootQueryRetrieveInformationModelMove, "move"],
        [SopClasses.PatientRootQueryRetrieveInformationModelGet, "get"],
        [SopClasses.StudyRootQueryRetrieveInformationModelGet, "get"],
        [SopClasses.ModalityWorklistInformationModelFind, "worklist"],
        [SopClasses.ModalityPerformedProcedureStep, "mpps"],
        [SopClasses.ModalityPerformedProcedureStepRetrieve, "mpps"],
      ].sort(),
    );
    expect(offerFor(SopClasses.MediaStorageDirectoryStorage)).toBeNull();
    for (const uid of Object.values(TransferSyntaxes)) expect(offerFor(uid), uid).toBeNull();
    expect(offerFor("1.2.840.10008.5.1.4.99.9")).toBeNull();
  });

  test("every transfer syntax that holds a whole object", () => {
    const suffixes = [
      "",
      ".1",
      ".2",
      ".1.99",
      ".5",
      ".4.50",
      ".4.51",
      ".4.57",
      ".4.70",
      ".4.80",
      ".4.81",
      ".4.90",
    ];
    suffixes.push(
      ".4.91",
      ".4.201",
      ".4.202",
      ".4.203",
      ".4.100",
      ".4.102",
      ".4.107",
      ".4.108",
      ".4.110",
      ".4.111",
      ".4.112",
    );
    for (const suffix of suffixes)
      expect(storageTransferSyntaxes.has(`1.2.840.10008.1.2${suffix}`), suffix).toBe(true);
    for (const suffix of [".4.94", ".4.95", ".4.204", ".6.1", ".7.1"]) {
      expect(storageTransferSyntaxes.has(`1.2.840.10008.1.2${suffix}`), suffix).toBe(false);
    }
  });
});

test("the first transfer syntax proposed that we take; refusals say why", () => {
  const choose = chooseFor(["echo", "store"]);
  const context = (abstractSyntax: string, ...transferSyntaxes: string[]) => ({
    id: 1,
    abstractSyntax,
    transferSyntaxes,
  });
  const { JPEGLossless, ExplicitVRLittleEndian, JPIPReferenced, ImplicitVRLittleEndian } = TransferSyntaxes;
  expect(choose(context(ct, JPIPReferenced, JPEGLossless, ExplicitVRLittleEndian))).toBe(JPEGLossless);
  expect(choose(context(ct, JPIPReferenced))).toEqual({ refused: 4 });
  expect(choose(context(verificationSopClass, JPEGLossless, ImplicitVRLittleEndian))).toBe(
    ImplicitVRLittleEndian,
  );
  expect(choose(context(SopClasses.Printer, ImplicitVRLittleEndian))).toEqual({ refused: 3 });
  expect(choose(context(studyRoot, ImplicitVRLittleEndian))).toEqual({ refused: 1 });
  expect(chooseFor(["find"])(context(studyRoot, ImplicitVRLittleEndian))).toBe(ImplicitVRLittleEndian);
  expect(chooseFor(["find"])(context(ct, ImplicitVRLittleEndian))).toEqual({ refused: 1 });
});

test("extended negotiation switches on what was asked for and is there; roles are those that are permitted", () => {
  const request = {
    contexts: [ct, studyRoot].map((abstractSyntax) => ({ abstractSyntax })),
    user: {
      roles: [
        { sopClassUid: ct, scu: true, scp: true },
        { sopClassUid: studyRoot, scu: true, scp: true },
      ],
      extendedNegotiations: [
        { sopClassUid: studyRoot, information: Uint8Array.from([1, 0, 1, 1]) },
        {
          sopClassUid: SopClasses.PatientRootQueryRetrieveInformationModelFind,
          information: Uint8Array.from([1, 1]),
        },
        { sopClassUid: ct, information: Uint8Array.from([2]) },
        {
          sopClassUid: SopClasses.StudyRootQueryRetrieveInformationModelMove,
          information: Uint8Array.from([1, 1]),
        },
        {
          sopClassUid: SopClasses.PatientRootQueryRetrieveInformationModelGet,
          information: Uint8Array.from([0]),
        },
      ],
    },
  } as unknown as IncomingRequest;
  const { answers, extensions } = negotiateQueries(request);
  expect(answers.map(({ information }) => [...information])).toEqual([[1, 0, 1, 0], [1, 1], [1, 0], [0]]);
  expect(extensions.get(studyRoot)).toEqual({ combinedDateTime: false, fuzzy: true });
  const rolesFor = (...permissions: PeerPermission[]) =>
    grantRoles(request, permissions).map(({ scu, scp }) => [scu, scp]);
  expect(rolesFor("store", "find", "move")).toEqual([
    [true, false],
    [true, false],
  ]);
  expect(rolesFor("get")).toEqual([
    [true, true],
    [true, false],
  ]);
});

const context = (abstractSyntax: string, ...transferSyntaxes: string[]) => ({
  id: 1,
  abstractSyntax,
  transferSyntaxes,
});

test("a context for C-GET needs no permission to store, and prefers what everything can be given in", () => {
  const { JPEGBaseline8Bit, JPEG2000Lossless, RLELossless, ExplicitVRLittleEndian } = TransferSyntaxes;
  const asked = context(ct, JPEGBaseline8Bit, ExplicitVRLittleEndian);
  const asScp = new Set<string>([ct]);
  expect(chooseFor(["get"])(asked)).toEqual({ refused: 1 });
  expect(chooseFor(["move"], asScp)(asked)).toEqual({ refused: 1 });
  expect(chooseFor(["get"], asScp)(asked)).toBe(ExplicitVRLittleEndian);
  expect(chooseFor(["get"], asScp)(context(ct, RLELossless, ExplicitVRLittleEndian))).toBe(RLELossless);
  const report = SopClasses.BasicTextSRStorage;
  const wanted = context(report, RLELossless, ExplicitVRLittleEndian);
  expect(chooseFor(["get"], new Set([report]))(wanted)).toBe(ExplicitVRLittleEndian);
  expect(chooseFor(["get"], asScp)(context(ct, JPEGBaseline8Bit))).toBe(JPEGBaseline8Bit);
  expect(chooseFor(["store"], asScp)(context(ct, JPEG2000Lossless))).toBe(JPEG2000Lossless);
});
