import { SopClasses, sopClass, TransferSyntaxes } from "@isocenter/dicom";
import { maxContexts } from "./contexts.ts";

const uncompressed: readonly string[] = [
  TransferSyntaxes.ExplicitVRLittleEndian,
  TransferSyntaxes.ImplicitVRLittleEndian,
];

/** Those in which archives keep images, the usual ones first. A peer that cannot convert wants a context for each. */
const compressions: readonly (readonly string[])[] = [
  [TransferSyntaxes.JPEGLosslessSV1, TransferSyntaxes.JPEGLossless],
  [TransferSyntaxes.JPEG2000Lossless, TransferSyntaxes.JPEG2000],
  [TransferSyntaxes.JPEGLSLossless, TransferSyntaxes.JPEGLSNearLossless],
  [TransferSyntaxes.JPEGBaseline8Bit, TransferSyntaxes.JPEGExtended12Bit],
  [TransferSyntaxes.RLELossless],
];
const compressed = [...compressions.flat(), TransferSyntaxes.HTJ2KLossless, TransferSyntaxes.HTJ2K];
const videos = [
  TransferSyntaxes.MPEG4HP41,
  TransferSyntaxes.MPEG4HP41BD,
  TransferSyntaxes.MPEG2MPML,
  TransferSyntaxes.MPEG2MPHL,
  TransferSyntaxes.HEVCMP51,
  TransferSyntaxes.JPEGBaseline8Bit,
];

/** What hospitals keep most. */
const everyday: readonly string[] = [
  SopClasses.CTImageStorage,
  SopClasses.MRImageStorage,
  SopClasses.ComputedRadiographyImageStorage,
  SopClasses.DigitalXRayImageStorageForPresentation,
  SopClasses.DigitalMammographyXRayImageStorageForPresentation,
  SopClasses.UltrasoundImageStorage,
  SopClasses.UltrasoundMultiFrameImageStorage,
  SopClasses.XRayAngiographicImageStorage,
  SopClasses.SecondaryCaptureImageStorage,
  SopClasses.EnhancedMRImageStorage,
];
/** What else they fetch; the other classes go as far as there is room. */
const usual: readonly string[] = [
  SopClasses.XRayRadiofluoroscopicImageStorage,
  SopClasses.NuclearMedicineImageStorage,
  SopClasses.PositronEmissionTomographyImageStorage,
  SopClasses.EnhancedCTImageStorage,
  SopClasses.EnhancedPETImageStorage,
  SopClasses.BreastTomosynthesisImageStorage,
  SopClasses.DigitalXRayImageStorageForProcessing,
  SopClasses.DigitalMammographyXRayImageStorageForProcessing,
  SopClasses.DigitalIntraOralXRayImageStorageForPresentation,
  SopClasses.EnhancedXAImageStorage,
  SopClasses.EnhancedXRFImageStorage,
  SopClasses.XRay3DAngiographicImageStorage,
  SopClasses.EnhancedUSVolumeStorage,
  SopClasses.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
  SopClasses.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
  SopClasses.MultiFrameTrueColorSecondaryCaptureImageStorage,
  SopClasses.VLEndoscopicImageStorage,
  SopClasses.VLMicroscopicImageStorage,
  SopClasses.VLPhotographicImageStorage,
  SopClasses.VLWholeSlideMicroscopyImageStorage,
  SopClasses.OphthalmicPhotography8BitImageStorage,
  SopClasses.OphthalmicTomographyImageStorage,
  SopClasses.RTImageStorage,
  SopClasses.SegmentationStorage,
  SopClasses.VideoEndoscopicImageStorage,
  SopClasses.VideoMicroscopicImageStorage,
  SopClasses.VideoPhotographicImageStorage,
  SopClasses.MultiFrameSingleBitSecondaryCaptureImageStorage,
  SopClasses.RTDoseStorage,
  SopClasses.RTPlanStorage,
  SopClasses.RTIonPlanStorage,
  SopClasses.RTStructureSetStorage,
  SopClasses.RTBeamsTreatmentRecordStorage,
  SopClasses.RTTreatmentSummaryRecordStorage,
  SopClasses.BasicTextSRStorage,
  SopClasses.EnhancedSRStorage,
  SopClasses.ComprehensiveSRStorage,
  SopClasses.Comprehensive3DSRStorage,
  SopClasses.KeyObjectSelectionDocumentStorage,
  SopClasses.XRayRadiationDoseSRStorage,
  SopClasses.RadiopharmaceuticalRadiationDoseSRStorage,
  SopClasses.MammographyCADSRStorage,
  SopClasses.ChestCADSRStorage,
  SopClasses.SimplifiedAdultEchoSRStorage,
  SopClasses.ProcedureLogStorage,
  SopClasses.EncapsulatedPDFStorage,
  SopClasses.EncapsulatedCDAStorage,
  SopClasses.GrayscaleSoftcopyPresentationStateStorage,
  SopClasses.ColorSoftcopyPresentationStateStorage,
  SopClasses.XAXRFGrayscaleSoftcopyPresentationStateStorage,
  SopClasses.BlendingSoftcopyPresentationStateStorage,
  SopClasses.TwelveLeadECGWaveformStorage,
  SopClasses.GeneralECGWaveformStorage,
  SopClasses.AmbulatoryECGWaveformStorage,
  SopClasses.HemodynamicWaveformStorage,
  SopClasses.BasicVoiceAudioWaveformStorage,
  SopClasses.SpatialRegistrationStorage,
  SopClasses.DeformableSpatialRegistrationStorage,
  SopClasses.SpatialFiducialsStorage,
  SopClasses.SurfaceSegmentationStorage,
  SopClasses.RealWorldValueMappingStorage,
  SopClasses.ParametricMapStorage,
  SopClasses.MRSpectroscopyStorage,
  SopClasses.RawDataStorage,
];

/** Of airports, of materials that are tested, and of devices: nothing that a department fetches. */
const neverFetched =
  /^(DICOS|EddyCurrent|Thermography|MediaStorage|HangingProtocol|ColorPalette|.*Implant|.*Trial$)/;

interface GetContext {
  abstractSyntax: string;
  transferSyntaxes: readonly string[];
}

/**
 * What a C-GET can bring, beside the context of its model (PS3.8 §9.3.2.2 leaves room for 127): everyday images with a context for each way in which they
 * are compressed, because a peer that cannot convert binds a context to the one syntax that it accepted; then every other class there is room for.
 */
export const getContexts: readonly GetContext[] = [
  ...everyday.flatMap((abstractSyntax) =>
    [uncompressed, ...compressions].map((transferSyntaxes) => ({ abstractSyntax, transferSyntaxes })),
  ),
  ...usual.map(oneContext),
  ...Object.values(SopClasses)
    .filter((uid) => {
      const known = sopClass(uid);
      return known?.kind === "storage" && !known.retired && !neverFetched.test(known.keyword);
    })
    .filter((uid) => !everyday.includes(uid) && !usual.includes(uid))
    .map(oneContext),
].slice(0, maxContexts - 1);

function oneContext(abstractSyntax: string): GetContext {
  const keyword = sopClass(abstractSyntax)?.keyword ?? "";
  const more = /^Video/.test(keyword) ? videos : /Image|RTDose/.test(keyword) ? compressed : [];
  return { abstractSyntax, transferSyntaxes: [...uncompressed, ...more] };
}

/** SCP of each, by role selection (PS3.7 D.3.3.4). */
export const getRoles = [...new Set(getContexts.map(({ abstractSyntax }) => abstractSyntax))].map(
  (sopClassUid) => ({ sopClassUid, scu: false, scp: true }),
);
