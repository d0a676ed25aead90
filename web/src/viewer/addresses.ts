/** Said of each series of a study beside what QIDO-RS always says; not by keyword, for this is part of the first load of the program. */
const listed = [
  // Series Description, Body Part Examined, Number of Series Related Instances, Series Date and Time
  "0008103E",
  "00180015",
  "00201209",
  "00080021",
  "00080031",
];

const studyUrl = (root: string, studyUid: string) => `${root}/studies/${encodeURIComponent(studyUid)}`;

/** @param root the service's address without a slash at its end */
export const seriesListUrl = (root: string, studyUid: string): string =>
  `${studyUrl(root, studyUid)}/series?includefield=${listed.join(",")}`;

export const seriesUrl = (root: string, studyUid: string, seriesUid: string): string =>
  `${studyUrl(root, studyUid)}/series/${encodeURIComponent(seriesUid)}`;

export const seriesMetadataUrl = (root: string, studyUid: string, seriesUid: string): string =>
  `${seriesUrl(root, studyUid, seriesUid)}/metadata`;
