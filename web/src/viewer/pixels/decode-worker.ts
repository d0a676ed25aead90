// The worker of the DICOM image loader, which answers `decodeTask`: of that package nothing else is needed (vite.config.ts says where it lies).
import "decode-image-frame-worker";
