/** The attributes of presentation states that are read by name in more than one place (PS3.6). */
export const tag = {
  referencedSeries: "00081115",
  referencedImages: "00081140",
  referencedInstance: "00081155",
  referencedFrames: "00081160",
  rescaleIntercept: "00281052",
  rescaleSlope: "00281053",
  windowCenter: "00281050",
  windowWidth: "00281051",
  voiFunction: "00281056",
  modalityLuts: "00283000",
  voiLuts: "00283010",
  lutDescriptor: "00283002",
  lutData: "00283006",
  presentationLut: "20500010",
  presentationLutShape: "20500020",
  palettes: [
    { descriptor: "00281101", data: "00281201", segments: "00281221" },
    { descriptor: "00281102", data: "00281202", segments: "00281222" },
    { descriptor: "00281103", data: "00281203", segments: "00281223" },
  ],
} as const;
