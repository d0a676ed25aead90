/**
 * What Cornerstone's core takes of its package of metadata: the chain of providers, a few helpers and names. The whole of it brings a second
 * dictionary of DICOM and readers of files, half as large as all the rest of the viewer, which the viewer never asks.
 */
export * as metaData from "@cornerstonejs/metadata/metaData";

import CalibrationTypes from "@cornerstonejs/metadata/enums/CalibrationTypes";
import MetadataModules from "@cornerstonejs/metadata/enums/MetadataModules";
import calibratedPixelSpacingMetadataProvider from "@cornerstonejs/metadata/utilities/calibratedPixelSpacingMetadataProvider";
import {
  calculateRadiographicPixelSpacing,
  getERMF,
  getPixelSpacingInformation,
} from "@cornerstonejs/metadata/utilities/getPixelSpacingInformation";
import imageIdToURI from "@cornerstonejs/metadata/utilities/imageIdToURI";
import isVideoTransferSyntax, { videoUIDs } from "@cornerstonejs/metadata/utilities/isVideoTransferSyntax";
import splitImageIdsBy4DTags, {
  generateFrameImageId,
  handleMultiframe4D,
} from "@cornerstonejs/metadata/utilities/splitImageIdsBy4DTags";

export const Enums = { CalibrationTypes, MetadataModules };
export const utilities = {
  calibratedPixelSpacingMetadataProvider,
  calculateRadiographicPixelSpacing,
  getERMF,
  getPixelSpacingInformation,
  imageIdToURI,
  isVideoTransferSyntax,
  videoUIDs,
  splitImageIdsBy4DTags,
  generateFrameImageId,
  handleMultiframe4D,
};
