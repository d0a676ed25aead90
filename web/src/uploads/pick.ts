import { addFiles } from "./store.ts";

/** Opens the browser's file chooser and takes what is chosen into the queue. */
export function pickFiles({ folder }: { folder: boolean }): Promise<void> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.webkitdirectory = folder;
    input.hidden = true;
    const done = () => {
      input.remove();
      resolve();
    };
    input.addEventListener("change", () => {
      addFiles(
        [...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name })),
      );
      done();
    });
    input.addEventListener("cancel", done);
    document.body.append(input);
    input.click();
  });
}
