import { newUid, SopClasses } from "@isocenter/dicom";
import { type Attributes, instance, type MadeInstance, xaFilm } from "./instances.ts";
import { phantomSeries } from "./phantom.ts";

/** Pixels of the phantom's side, half a millimetre each, and its slices, 5 mm apart. */
export const statesSize = 256;
const [size, slices] = [statesSize, 24];
/** Of what a blending state lays over. */
export const shareOver = 0.4;

/** A half of `left`, to the patient's right, and a half of `right`, in pixels of 4 mm, as thick and as many as the slices of the phantom. */
function halves(common: Attributes, SeriesNumber: number, SeriesDescription: string): MadeInstance[] {
  const SeriesInstanceUID = newUid();
  return Array.from({ length: slices }, (_, n) =>
    instance({
      SOPClassUID: SopClasses.MRImageStorage,
      ...common,
      SeriesInstanceUID,
      SeriesNumber,
      SeriesDescription,
      Modality: "MR",
      InstanceNumber: n + 1,
      Rows: 32,
      Columns: 32,
      PixelSpacing: ["4", "4"],
      SliceThickness: "5",
      ImageOrientationPatient: ["1", "0", "0", "0", "1", "0"],
      ImagePositionPatient: ["1.75", "1.75", String(-5 * (n + 1))],
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      BitsAllocated: 16,
      BitsStored: 12,
      HighBit: 11,
      PixelRepresentation: 0,
      WindowCenter: "2000",
      WindowWidth: "4000",
      VOILUTFunction: "LINEAR_EXACT",
      PixelData: new Uint8Array(
        Uint16Array.from({ length: 32 * 32 }, (_, at) => (at % 32 < 16 ? 1000 : 3000)).buffer,
      ),
    }),
  );
}

const referencesTo = (images: readonly MadeInstance[], ReferencedSOPClassUID: string) => [
  {
    SeriesInstanceUID: images[0]!.SeriesInstanceUID,
    ReferencedImageSequence: images.map(({ SOPInstanceUID }) => ({
      ReferencedSOPClassUID,
      ReferencedSOPInstanceUID: SOPInstanceUID,
    })),
  },
];

/**
 * A phantom, three series of `halves` and states by Ada Reader: "Fused" lays "Halves" over it, "Registered" those of another frame of reference by half a turn,
 * "Elsewhere" the same without its registration, and "Bones" is of volume rendering.
 */
export function blendedStudy(StudyInstanceUID: string): Uint8Array[] {
  const common = { StudyInstanceUID, PatientName: "Fusion^Fanny", PatientID: "PR-1", PatientSex: "F" };
  const [here, there] = [newUid(), newUid()];
  const beneath = phantomSeries(slices, {
    ...common,
    SeriesInstanceUID: newUid(),
    FrameOfReferenceUID: here,
    SeriesNumber: 1,
    PixelSpacing: ["0.5", "0.5"],
  });
  const over = halves({ ...common, FrameOfReferenceUID: here }, 4, "Halves");
  const elsewhere = halves({ ...common, FrameOfReferenceUID: there }, 6, "Elsewhere");
  const turned = halves({ ...common, FrameOfReferenceUID: here }, 5, "Turned");
  const registration = instance({
    ...common,
    SOPClassUID: SopClasses.SpatialRegistrationStorage,
    Modality: "REG",
    SeriesNumber: 8,
    FrameOfReferenceUID: here,
    RegistrationSequence: [
      {
        FrameOfReferenceUID: there,
        MatrixRegistrationSequence: [
          {
            MatrixSequence: [
              {
                FrameOfReferenceTransformationMatrixType: "RIGID",
                FrameOfReferenceTransformationMatrix: [
                  "-1",
                  "0",
                  "0",
                  "127.5",
                  "0",
                  "-1",
                  "0",
                  "127.5",
                  "0",
                  "0",
                  "1",
                  "0",
                  "0",
                  "0",
                  "0",
                  "1",
                ],
              },
            ],
          },
        ],
      },
    ],
  });
  const table = (of: (n: number) => number) =>
    new Uint8Array(Uint16Array.from({ length: 256 }, (_, n) => of(n)).buffer);
  const state = (ContentLabel: string, above: MadeInstance[], more: Attributes = {}) =>
    instance({
      ...common,
      ...saved(ContentLabel),
      SOPClassUID: SopClasses.BlendingSoftcopyPresentationStateStorage,
      RelativeOpacity: shareOver,
      RedPaletteColorLookupTableDescriptor: [256, 0, 16],
      GreenPaletteColorLookupTableDescriptor: [256, 0, 16],
      BluePaletteColorLookupTableDescriptor: [256, 0, 16],
      RedPaletteColorLookupTableData: table((n) => n * 257),
      GreenPaletteColorLookupTableData: table(() => 0),
      BluePaletteColorLookupTableData: table((n) => 65535 - n * 257),
      BlendingSequence: [
        {
          BlendingPosition: "UNDERLYING",
          StudyInstanceUID,
          ReferencedSeriesSequence: referencesTo(beneath, SopClasses.CTImageStorage),
          RescaleIntercept: "-1024",
          RescaleSlope: "1",
          RescaleType: "HU",
          SoftcopyVOILUTSequence: [{ WindowCenter: "90", WindowWidth: "150" }],
        },
        {
          BlendingPosition: "SUPERIMPOSED",
          StudyInstanceUID,
          ReferencedSeriesSequence: referencesTo(above, SopClasses.MRImageStorage),
          SoftcopyVOILUTSequence: [
            { WindowCenter: "2000", WindowWidth: "4000", VOILUTFunction: "LINEAR_EXACT" },
          ],
        },
      ],
      DisplayedAreaSelectionSequence: wholeArea(size),
      ...more,
    });
  const registered = {
    ReferencedSpatialRegistrationSequence: [
      {
        StudyInstanceUID,
        ReferencedSeriesSequence: [
          {
            SeriesInstanceUID: registration.SeriesInstanceUID,
            ReferencedSOPSequence: [
              {
                ReferencedSOPClassUID: SopClasses.SpatialRegistrationStorage,
                ReferencedSOPInstanceUID: registration.SOPInstanceUID,
              },
            ],
          },
        ],
      },
    ],
  };
  const volumetric = instance({
    ...common,
    ...saved("Bones"),
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.11.9",
  });
  return [
    ...beneath,
    ...over,
    ...elsewhere,
    ...turned,
    registration,
    state("Fused", over),
    state("Registered", elsewhere, registered),
    state("Elsewhere", elsewhere),
    volumetric,
  ].map(({ bytes }) => bytes);
}

const saved = (ContentLabel: string): Attributes => ({
  Modality: "PR",
  SeriesNumber: 9,
  InstanceNumber: 1,
  ContentLabel,
  ContentCreatorName: "Reader^Ada",
  PresentationCreationDate: "20260105",
  PresentationCreationTime: "120000",
});

const wholeArea = (side: number) => [
  {
    DisplayedAreaTopLeftHandCorner: [1, 1],
    DisplayedAreaBottomRightHandCorner: [side, side],
    PresentationSizeMode: "SCALE TO FIT",
    PresentationPixelAspectRatio: [1, 1],
  },
];

/** Frames that brighten on the left and darken on the right, with a spot in the upper left quarter that lies four rows lower in the last two; and its states. */
export function maskedFilm(StudyInstanceUID: string): Uint8Array[] {
  const common = { StudyInstanceUID, PatientName: "Vessel^Vico", PatientID: "PR-2", PatientSex: "M" };
  const frame = (number: number) =>
    Uint8Array.from({ length: 64 * 64 }, (_, at) => {
      const [column, row] = [at % 64, at >> 6];
      const top = number < 3 ? 8 : 12;
      const spot = column >= 8 && column < 16 && row >= top && row < top + 8 ? 50 : 0;
      return column < 32 ? 60 + 20 * number + spot : 200 - 10 * number;
    });
  const film = xaFilm([1, 2, 3, 4].map(frame), common);
  const state = (ContentLabel: string, width: string, mask: Attributes, display: Attributes) => {
    const references = referencesTo([film], SopClasses.XRayAngiographicImageStorage);
    // It opens at its third frame.
    const [series] = references;
    const image = { ...series!.ReferencedImageSequence[0]!, ReferencedFrameNumber: ["3", "4"] };
    return instance({
      ...common,
      ...saved(ContentLabel),
      SOPClassUID: SopClasses.XAXRFGrayscaleSoftcopyPresentationStateStorage,
      PresentationLUTShape: "IDENTITY",
      ReferencedSeriesSequence: [{ ...series, ReferencedImageSequence: [image] }],
      SoftcopyVOILUTSequence: [{ WindowCenter: "0", WindowWidth: width, VOILUTFunction: "LINEAR_EXACT" }],
      DisplayedAreaSelectionSequence: wholeArea(64),
      MaskSubtractionSequence: [mask],
      MultiFramePresentationSequence: [
        {
          FrameDisplaySequence: [
            { StartTrim: 1, StopTrim: 2, SkipFrameRangeFlag: "DISPLAY", RecommendedViewingMode: "NAT" },
            {
              StartTrim: 3,
              StopTrim: 4,
              SkipFrameRangeFlag: "DISPLAY",
              RecommendedViewingMode: "SUB",
              ...display,
            },
          ],
        },
      ],
    });
  };
  return [
    film,
    state(
      "Masked",
      "100",
      {
        MaskOperation: "AVG_SUB",
        MaskFrameNumbers: [1, 2],
        ApplicableFrameRange: [3, 4],
        PixelShiftSequence: [
          {
            RegionPixelShiftSequence: [
              { MaskSubPixelShift: [4, 0], VerticesOfTheRegion: [1, 1, 1, 32, 32, 32, 32, 1] },
            ],
          },
        ],
      },
      { DisplayFilterPercentage: 30, MaskVisibilityPercentage: 0 },
    ),
    state(
      "Backwards",
      "200",
      { MaskOperation: "REV_TID", TIDOffset: 1, ApplicableFrameRange: [3, 4] },
      { DisplayFilterPercentage: 0, MaskVisibilityPercentage: 0 },
    ),
  ].map(({ bytes }) => bytes);
}
