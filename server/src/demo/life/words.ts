import type { DemoExamination } from "../catalogue.ts";

/** What a radiologist writes of a picture of the kind; `finding`: what is critical of it. */
export interface ReportWords {
  technique: string;
  comparison: string;
  findings: string;
  impression: string;
  recommendations?: string;
  finding?: { severity: "CRITICAL" | "HIGH" | "MODERATE" | "LOW"; description: string };
}

const techniques: Readonly<Record<DemoExamination["kind"], string>> = {
  "ct-chest": "Multidetector CT of the chest, axial 2.6 mm, multiplanar reformats.",
  "ct-abdomen": "Multidetector CT of the abdomen in the portal venous phase, 90 ml of iodinated contrast.",
  "ct-head": "Multidetector CT of the head without contrast, axial 2.5 mm.",
  "mr-brain": "MR of the brain at 3 T: T1, T2, FLAIR, DWI axial.",
  "dx-chest": "Chest, posteroanterior and lateral.",
  "us-abdomen": "Ultrasound of the right upper quadrant, curved probe.",
};

const normal: Readonly<Record<DemoExamination["kind"], Pick<ReportWords, "findings" | "impression">>> = {
  "ct-chest": {
    findings:
      "The lungs are clear. No nodule, no consolidation. No pleural fluid. The heart is of normal size. No enlarged lymph nodes. The bones are intact.",
    impression: "Normal CT of the chest.",
  },
  "ct-abdomen": {
    findings:
      "The liver enhances evenly, without focal lesion. Gallbladder, pancreas, spleen, adrenals and kidneys are unremarkable. No free fluid. No enlarged lymph nodes.",
    impression: "No evidence of recurrence.",
  },
  "ct-head": {
    findings:
      "No haemorrhage. Grey and white matter are well differentiated. The ventricles are symmetrical and of normal width. The midline is not shifted. No fracture.",
    impression: "No acute intracranial abnormality.",
  },
  "mr-brain": {
    findings:
      "No restricted diffusion. No focal signal change of the white matter. Ventricles and sulci are normal for age.",
    impression: "Normal MR of the brain.",
  },
  "dx-chest": {
    findings:
      "Heart and mediastinum are of normal width. The lungs are clear, the costophrenic angles free. No pneumothorax.",
    impression: "Normal chest.",
  },
  "us-abdomen": {
    findings:
      "The liver is of normal size and echo texture. A stone of 5 mm in the gallbladder, its wall not thickened. The bile ducts are not dilated. The right kidney is unremarkable.",
    impression: "Gallstone without sign of cholecystitis.",
  },
};

/** Of what the drawing shows. */
function abnormal(examination: DemoExamination): Partial<ReportWords> | null {
  switch (examination.kind) {
    case "ct-head":
      if (!examination.subdural) return null;
      return {
        findings:
          "A hyperdense crescent along the left convexity, up to 11 mm wide, with a shift of the midline of 6 mm to the right. The left lateral ventricle is compressed. No fracture.",
        impression: "Acute left subdural haematoma with midline shift.",
        recommendations: "Neurosurgical consultation at once.",
        finding: {
          severity: "CRITICAL",
          description: "Acute left subdural haematoma, midline shift 6 mm",
        },
      };
    case "mr-brain":
      if (examination.infarct)
        return {
          findings:
            "An area of restricted diffusion in the territory of the middle cerebral artery, with faint FLAIR signal. No haemorrhage.",
          impression: "Acute infarct.",
          finding: {
            severity: "HIGH",
            description: "Acute infarct in the territory of the middle cerebral artery",
          },
        };
      if (!examination.lesions) return null;
      return {
        findings: `${examination.lesions} periventricular and juxtacortical lesions of high T2 and FLAIR signal, the largest of 7 mm. None of them restricts diffusion.`,
        impression: "Demyelinating lesions, more than a year ago; none of them acute.",
        recommendations: "Control in six months.",
      };
    case "ct-chest":
      if (examination.noduleMm === undefined) return null;
      return {
        findings: `A solid nodule of ${examination.noduleMm} mm in the right upper lobe, slightly spiculated. No pleural fluid. No enlarged lymph nodes.`,
        impression: `Solid pulmonary nodule of ${examination.noduleMm} mm.`,
        recommendations: "CT in three months, or PET/CT, after discussion at the chest conference.",
        finding: {
          severity: "MODERATE",
          description: `Solid pulmonary nodule of ${examination.noduleMm} mm in the right upper lobe`,
        },
      };
    case "ct-abdomen":
      if (examination.lesionMm === undefined) return null;
      return {
        findings: `A hypodense lesion of ${examination.lesionMm} mm in segment VII of the liver, not there before. The other organs are unremarkable.`,
        impression: "New lesion of the liver, suspicious of a metastasis.",
        recommendations: "MR of the liver with hepatobiliary contrast.",
        finding: { severity: "MODERATE", description: "New lesion of the liver, suspicious of a metastasis" },
      };
    case "dx-chest":
      if (examination.effusion)
        return {
          findings:
            "Homogeneous opacity of the right lower zone with a meniscus, up to the sixth rib. The left lung is clear.",
          impression: "Large right pleural effusion.",
          finding: { severity: "HIGH", description: "Large right pleural effusion, new" },
        };
      if (examination.noduleMm === undefined) return null;
      return {
        findings: "A faint round opacity in the right upper zone. Otherwise the lungs are clear.",
        impression: "Possible nodule of the right upper zone.",
        recommendations: "CT of the chest.",
        finding: { severity: "LOW", description: "Possible pulmonary nodule, CT recommended" },
      };
    case "us-abdomen":
      return null;
  }
}

export const wordsOf = (examination: DemoExamination, comparison = "None."): ReportWords => ({
  technique: techniques[examination.kind],
  comparison,
  ...normal[examination.kind],
  ...abnormal(examination),
});

export const indicationsOf: Readonly<Record<string, readonly string[]>> = {
  CTHEAD: ["fall on the head, on anticoagulants", "thunderclap headache", "confusion since this morning"],
  CTPA: ["dyspnoea, D-dimer raised", "pleuritic pain after a long flight"],
  CTCHEST: ["lung screening, 34 pack-years", "nodule, control"],
  CTABD: ["restaging, colorectal carcinoma", "pain in the right flank, fever"],
  CTSPINE: ["fall from a ladder, midline tenderness"],
  MRBRAIN: ["multiple sclerosis, control", "first seizure"],
  MRSTROKE: ["sudden weakness of the right arm", "aphasia since two hours"],
  MRKNEE: ["medial meniscus, after a twist", "locking of the knee"],
  MRLSPINE: ["sciatica on the left, six weeks", "numbness of the right foot"],
  DXCHEST: ["cough, fever", "before surgery", "dyspnoea"],
  DXHAND: ["caught in a door", "swollen finger joints"],
  DXHIP: ["fall at home, leg shortened", "pain of the groin"],
  USABD: ["pain of the right upper quadrant after meals", "raised liver enzymes"],
  USTHYR: ["nodule, control", "goitre"],
  USLEG: ["swollen calf", "after a knee operation"],
};
