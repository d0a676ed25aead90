/**
 * Words that say what was examined and how, and never who. A description is cleaned by keeping these and dropping all others (PS3.15 E.3.5, note 2).
 */
const words = `
abdomen abdominal abdomino abd acetabulum achilles adrenal airway ankle anterior aorta aortic appendix arch arm artery arterial ascending axilla
axillary back bilateral biliary bladder body bone bones bowel brachial brain breast breasts bronchi buttock calcaneus calf cardiac carotid carpal
carpus caudal cavity cecum celiac cerebellum cerebral cerebrum cervical chest circle clavicle coccyx colon cord coronary cranial cranium c-spine cspine
descending diaphragm disc disk dorsal duct duodenum ear elbow endometrium entire epididymis esophagus extremities extremity eye eyes face facial fallopian
femoral femur fetal fetus fibula finger fingers foot forearm forefoot gallbladder gland gluteal great groin hand hands head heart heel hemithorax hepatic hepar
hip hips humerus hypopharynx hypothalamus iac ileum iliac index inguinal inner internal intestine intracranial jaw jejunum joint joints jugular kidney kidneys knee
knees kub larynx lateral left leg legs ligament limb limbs liver lobe long lower l-spine lspine lumbar lung lungs lymph mandible mastoid maxilla maxillofacial
mediastinum medial meniscus metacarpal metatarsal middle muscle nasal nasopharynx neck nerve node nodes nose occipital optic oral orbit orbits oropharynx os outer
ovary palm pancreas panoramic paranasal parathyroid parotid patella pelvic pelvis penis pericardium perineum peripheral petrous phalanx pharynx pituitary placenta
popliteal posterior prostate proximal distal pulmonary radial radius rectum renal retina rib ribs right sacral sacroiliac sacrum salivary scaphoid scapula scrotum sella
shoulder shoulders shunt sinus sinuses skeletal skeleton skull soft spinal spine spleen splenic sternum stomach subclavian submandibular superior inferior supraclavicular
tarsal tarsus temple temporal tendon testes testis thigh thoracic thorax thumb thymus thyroid tibia tissue tmj toe toes tongue trachea trunk t-spine tspine ulna umbilical
upper ureter urethra urinary uterus vagina vascular vein veins venous ventral ventricle vertebra vertebrae vessel vessels wholebody whole wrist
2d 3d 4d abbreviated acquisition acquired adc after ap pa angio angiogram angiography arterial-phase asl attenuation attenuated average avg axial ax axials baseline before bh
biopsy blade blood bold breath breathhold cad calcium calibration cbct ciss cine coil collimation color colour compressed compression computed contrast contrasted control
cor cor. coronal coronals corrected correction cr csf ct cta ctp cta-head curved cisternography decubitus deep delay delayed derived dexa diagnostic diffusion digital dixon doppler dose dosimetry
dual duplex dwi dti dx early ecg echo echoes effect elastography emission endo enhanced enhancement epi equilibrium eob erect esophagram ett exam examination exp expiration expiratory
exposure extension fast fat fatsat fdg fiesta film filtered fixed flair flash flexion flow fluoro fluoroscopy fmri follow followup fov frame frames free frontal fs fse fused fusion
gad gadolinium gated gating gre grey gray guided guidance hard hardcopy helical high hr hrct hd iv image images imaging in inspiration inspiratory intervention inversion iodine isotropic
iterative kernel kv ky ldct lat late level line lines ll localiser localizer loc low lossless lossy lpo rpo lao rao map mapping mammo mammogram mammography max maximum mbv mdct mean measurement
mg mid mip minip min minimum mlo cc mobile mode monitor monochrome motion movie mp mpr mprage mp2rage mr mra mri mrs mrv mrcp mtt multi multiphase multiplanar myelography native nm nac nasal
no noncontrast non nuclear ob obl oblique of off oct on open opposed opp op out overlay pa parallel parametric pass pc pd pdw perfusion phase phases pet petct plain planar plane planning plus point
portable portal post postcontrast pre precontrast prep preview prior processed profile projection prone propeller protocol proton pulse qc quality quick rad radial radiograph radiography
raw rcbf rcbv rec recon reconstructed reconstruction reconstructions reference reformat reformatted registered registration rest resting resolution result results retro retrospective roi rotated rotation
routine rt run sag sagittal sagittals sc scan scans scanogram scout screen screening se sequence series serie secondary seg segmentation segmented short sinogram slab slice slices slow small smooth
spair spect spectroscopy spectral spgr spin spiral spir split spot ss ssfse standard standing static station std steady step stereo stir stress study sub subtracted subtraction sum supine surface survey swi
sum swip t1 t1w t2 t2w t2* t2star tau te tests thick thickness thin thrive ti tilt time tir tirm tof tomo tomography tomosynthesis tr trace track tracking transverse tra trans transaxial transmission transvaginal
transabdominal triple true trufi tse turbo tumor two three four first second third ultrasound ultra us unenhanced upright vascular vein venc venography video vibe view views volume volumetric vp vr vrt
w wb wet water weighted weight-bearing white wide width window windowed wo w/o with without wwo xa xr xray x-ray year years zoom
abdomen-pelvis thorax-abdomen dorsolumbar buik hals hoofd knie borst wervelkolom bekken schouder enkel pols heup kopf schädel hals brustkorb bauch becken wirbelsäule knie schulter hüfte hand fuß
tête cou poumon abdomen bassin rachis genou épaule hanche poignet cheville cabeza cuello tórax pelvis columna rodilla hombro cadera muñeca tobillo testa collo torace addome bacino colonna ginocchio spalla anca polso
caviglia кт мрт голова
`;

export const safeWords: ReadonlySet<string> = new Set(words.split(/\s+/).filter((word) => word !== ""));
