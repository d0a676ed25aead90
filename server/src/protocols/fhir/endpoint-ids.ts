/** The endpoints of our DICOMweb, by what they do. */
export const wadoEndpoint = "dicomweb-wado-rs";
